import AILoop
import EventLoops
import Foundation
import JSON
import Observability
import TestSupport
import Testing

@testable import Tools

/// What one server does, or one user's call of it, is not to be felt by the others.
@Suite(.enabled(if: InstalledServers.areThere, InstalledServers.missing), .timeLimit(.minutes(5)))
struct RoughMCPServerTests {
    /// A server that runs, and a log of warnings.
    private func withServer(
        timeout: UInt64 = 60 * second, startsOnce: Bool = false, environment: [String: String] = [:],
        _ body: (TestBox, _ log: @escaping @Sendable () -> String) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let script = [InstalledServers.python, InstalledServers.fixture("rough.py")]
        let server = MCPServerSpecification(
            name: "rough", command: script + (startsOnce ? [directory.path + "/started"] : []),
            environment: environment, timeout: timeout)
        let log = try Logger(level: .warning, sink: .file(directory.path + "/log"))
        try await withLoop { loop in
            let box = try await TestBox(ToolConfiguration(mcpServers: [server]), on: loop, log: log)
            try await wait { await box.names().contains("rough__add") }
            try await body(box) { (try? directory.read("log")) ?? "" }
            await box.stop()
        }
    }

    private func waitForLine(_ text: String, in log: () -> String) async throws {
        try await wait { log().contains(text) }
    }

    @Test(arguments: [false, true])
    func anAnswerThatIsTooLongFailsItsCallOnly(isIDLast: Bool) async throws {
        try await withServer { box, log in
            let long = await box.call("rough__long", ["id_last": .bool(isIDLast)])
            #expect(long.content == "Error: the answer has more than 16 MiB, which is too much; ask for less")
            #expect(await box.call("rough__add", ["number": 7]).content == "7")
            #expect(!log().contains("not running"))
        }
    }

    @Test func aServerThatHangsIsStartedAgain() async throws {
        try await withServer(timeout: second) { box, log in
            #expect(await box.call("rough__hang").outcome == .timeout)
            try await waitForLine("it does not answer any more", in: log)
            while await box.call("rough__add", ["number": 8]).content != "8" {}
        }
    }

    @Test func aCallThatNobodyWaitsForAnyMoreIsNoSignOfHanging() async throws {
        try await withServer { box, log in
            let run = await box.start("rough__hang")
            run.cancel()
            let other = await box.start("rough__add")
            other.cancel()
            // Told by nothing: the server is asked only once a call has taken all of its time.
            #expect(!log().contains("not running"))
        }
    }

    @Test func aServerThatDoesNotComeBackIsWaitedForAShortTimeOnly() async throws {
        try await withServer(startsOnce: true) { box, log in
            #expect(await box.call("rough__crash").content.contains("the MCP server `rough` has ended"))
            let held = await box.start("rough__add")
            let cancelled = await box.start("rough__add")
            cancelled.cancel()
            let report = await held.result()
            #expect(report.content.contains("the MCP server `rough` is not running just now"), "\(report)")
        }
    }

    @Test func aFloodOfErrorOutputIsReadSlowlyAndToldOnce() async throws {
        try await withServer { box, log in
            let began = MonotonicClock.now()
            _ = await box.call("rough__flood")
            try await waitForLine("floods its error output", in: log)
            let answer = await box.call("rough__add").content
            let seconds = Int((MonotonicClock.now() - began) / second) + 1
            let written = try #require(Int(answer))
            // What one read takes more than the limit, and what is in the pipe.
            let excess = 256 << 10
            #expect(written >= MCPErrorOutput.maximumBytes)
            #expect(written <= (seconds + 1) * (MCPErrorOutput.maximumBytes + excess))
            #expect(log().components(separatedBy: "floods its error output").count == 2)
        }
    }

    @Test func longValuesOfItsEnvironmentAreKeptOutOfTheLogAndShortOnesDoNotSpoilIt() async throws {
        // Of 7 bytes and of 8.
        try await withServer(startsOnce: true, environment: ["SWITCH": "running", "SECRET": "it ended"]) { box, log in
            _ = await box.call("rough__crash")
            try await waitForLine("not running", in: log)
            #expect(log().contains("[redacted] with exit code 3"), "\(log())")
        }
    }
}
