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
        limits: MCPLimits = MCPLimits(), _ body: (TestBox, _ log: @escaping @Sendable () -> String) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let script = [InstalledServers.python, InstalledServers.fixture("rough.py")]
        let server = MCPServerSpecification(
            name: "rough", command: script + (startsOnce ? [directory.path + "/started"] : []),
            environment: environment, timeout: timeout)
        let log = try Logger(level: .warning, sink: .file(directory.path + "/log"))
        try await withLoop { loop in
            var toolLimits = ToolLimits()
            toolLimits.mcp = limits
            let box = try await TestBox(
                ToolConfiguration(mcpServers: [server]), limits: toolLimits, on: loop, log: log)
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

    @Test(arguments: [false, true])
    func aServerIsAskedForLifeAfterACallThatWasNotAnsweredInTimeAndAfterNoOther(isOverdue: Bool) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let server = MCPServerSpecification(
            name: "rough", command: [InstalledServers.python, InstalledServers.fixture("rough.py")],
            environment: ["ROUGH_METHODS": directory.path + "/methods"])
        let hub = try await MCPHub.start([server], limits: MCPLimits(), log: try Logger(level: .error))
        let news = Inbox<ToolRunNews>()
        // However long it took: the server may have been busy with what it was asked for.
        let silent = hub.call(MCPCall(tool: "mute", arguments: [:], timeout: 60 * second), of: "rough") { news.put($0) }
        guard case .began? = await news.next() else {
            Issue.record("the call was not sent")
            return
        }
        hub.cancel(silent, of: "rough", isOverdue: isOverdue)
        _ = hub.call(MCPCall(tool: "add", arguments: ["number": 7], timeout: 1), of: "rough") { news.put($0) }
        while let next = await news.next() {
            guard case .ended(let output) = next else { continue }
            #expect(output == .success("7"))
            break
        }
        hub.stop()
        await hub.stopped()
        let methods = try directory.read("methods").split(separator: "\n")
        let ping: [Substring] = isOverdue ? ["ping"] : []
        #expect(methods.suffix(3 + ping.count) == ["tools/call", "notifications/cancelled"] + ping + ["tools/call"])
    }

    @Test func whatWaitsForAServerHasALimit() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        // It does not come back.
        let command = [InstalledServers.python, InstalledServers.fixture("rough.py"), directory.path + "/started"]
        let hub = try await MCPHub.start(
            [MCPServerSpecification(name: "rough", command: command)], limits: MCPLimits(waitingCalls: 2),
            log: try Logger(level: .error))
        let ended = Inbox<String>()
        @Sendable func call(_ tool: String, as name: String, then: @escaping @Sendable () -> Void = {}) {
            _ = hub.call(MCPCall(tool: tool, arguments: [:], timeout: 60 * second), of: "rough") { news in
                guard case .ended(let output) = news else { return }
                ended.put("\(name): \(output.content)")
                then()
            }
        }
        // At once, as a test may be kept waiting longer than a call.
        call("crash", as: "crash") { for name in ["first", "second", "third"] { call("add", as: name) } }
        #expect(await ended.next()?.hasPrefix("crash: Error: the MCP server `rough` has ended") == true)
        #expect(await ended.next()?.hasPrefix("third: Error: the MCP server `rough` is not running just now") == true)
        hub.stop()
        for name in ["first", "second"] { #expect(await ended.next()?.hasPrefix("\(name): Error: the") == true) }
        await hub.stopped()
    }

    @Test func aMessageWithoutEndEndsTheServer() async throws {
        var limits = MCPLimits()
        limits.lineBytes = 1 << 20
        limits.passedOverBytes = 4 << 20
        try await withServer(limits: limits) { box, log in
            let full = JSONValue.number(JSONNumber(4 << 20))
            #expect(await box.call("rough__line", ["bytes": full, "ends": true]).content == "0")
            let one = JSONValue.number(JSONNumber((4 << 20) + 1))
            let more = await box.call("rough__line", ["bytes": one, "ends": false])
            #expect(more.content.contains("the MCP server `rough` has ended"), "\(more)")
            try await waitForLine("it writes a message without end", in: log)
        }
    }

    @Test func callsThatAServerDoesNotReadEndIt() async throws {
        var limits = MCPLimits()
        limits.unsentBytes = 1 << 20
        try await withServer(limits: limits) { box, log in
            let hanging = await box.start("rough__hang")
            // What the pipe takes is not unsent.
            let argument = JSONValue.string(String(repeating: "x", count: 1 << 19))
            let others = [
                await box.start("rough__add", ["text": argument]), await box.start("rough__add", ["text": argument]),
            ]
            #expect(!log().contains("not running"))
            _ = await box.start("rough__add", ["text": argument])
            for run in [hanging] + others {
                #expect(await run.result().content.contains("the MCP server `rough` has ended"))
            }
            try await waitForLine("it does not read what it is sent", in: log)
        }
    }

    /// On a machine that is busy enough all is read slowly: this can find a flood that is not, not prove that there is none.
    @Test func aFloodOfJunkIsReadSlowlyAndNotAllOfItTold() async throws {
        try await withServer { box, log in
            let began = MonotonicClock.now()
            _ = await box.call("rough__babble")
            try await waitForLine("lines a second; the others are left out", in: log)
            var written = 0
            while written < 5 * MCPNoise.maximumBytes {
                written = try #require(Int(await box.call("rough__add").content))
            }
            let seconds = Int((MonotonicClock.now() - began) / second) + 1
            // What one read takes more than the limit, and what is in the pipe.
            let excess = 256 << 10
            #expect(written <= (seconds + 1) * (MCPNoise.maximumBytes + excess))
            let told = log().components(separatedBy: "it wrote what is no message").count - 1
            #expect(told >= MCPNoise.maximumLines && told <= (seconds + 1) * MCPNoise.maximumLines)
        }
    }

    @Test func aRestartWithTheSameToolsIsNoNewList() async throws {
        try await withServer { box, _ in
            let version = await box.box.read { $0.version }
            _ = await box.call("rough__crash")
            while await box.call("rough__add", ["number": 8]).content != "8" {}
            #expect(await box.box.read { $0.version } == version)
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
