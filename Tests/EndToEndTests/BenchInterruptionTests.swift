import Foundation
import JSON
import TestSupport
import Testing

/// `bench` on a terminal, stopped in the middle.
@Suite(.timeLimit(.minutes(5))) struct BenchInterruptionTests {
    /// A benchmark of an hour on a terminal of its own (`script`), whose standard output goes to a file.
    private final class Terminal {
        let directory: TemporaryDirectory
        private let program: TestProgram
        var shown: String { program.output.text }

        init(_ arguments: String) throws {
            directory = try TemporaryDirectory()
            let path = BuiltProgram(name: "ailoopctl").path
            // The shell's process becomes the program's, so that signals can be sent to it.
            let line = "echo $$ > pid; exec '\(path)' bench \(arguments) --duration 1h --warmup 0s > out"
            program = try TestProgram(
                ["/usr/bin/script", "-qefc", line, "/dev/null"],
                environment: ["PATH": "/usr/bin:/bin", "TERM": "xterm", "AILOOP_MOCK__FIRST_CHUNK_MS": "1"],
                in: directory.url.path, output: .collected)
        }

        var pid: Int32 {
            get throws {
                let text = try String(contentsOf: directory.url.appending(path: "pid"), encoding: .utf8)
                return try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            }
        }

        /// Returns once the terminal shows that.
        func waits(for text: String) async throws { try await program.output.wait(for: text) }

        /// The exit code as a shell reports it, once all is shown.
        func exitCode() async -> Int32 {
            _ = await program.output.whole()
            return await program.exitCode()
        }

        func output() throws -> String {
            try String(contentsOf: directory.url.appending(path: "out"), encoding: .utf8)
        }
    }

    @Test(
        "a signal ends the run, and what was measured is told",
        arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func signals(signal: Int32, code: Int32) async throws {
        let terminal = try Terminal("-n 2 --json")
        // With the median of the first answers that ended.
        try await terminal.waits(for: "ttft p50")
        kill(try terminal.pid, signal)
        #expect(await terminal.exitCode() == code)
        #expect(terminal.shown.contains("\r\u{1B}[Kmeasuring, 2 sessions"))
        #expect(terminal.shown.contains("ailoopctl bench: ending; once more to end at once"))
        let run = try #require(try JSONParser.parse(try terminal.output())["runs"]?.array?.first)
        #expect(run["ending"] == "interrupted")
        #expect(run["messages"]?["answered"]?.int ?? 0 > 0 && run["times"]?["ttft"]?["count"]?.int ?? 0 > 0)
        #expect(run["messages"]?["failed"] == 0)
    }

    @Test("a server that dies in the middle is told of, with the figures so far")
    func lostServer() async throws {
        let server = try await RunningServer(environment: ["AILOOP_MOCK__FIRST_CHUNK_MS": "1"])
        let terminal = try Terminal("--url ws://\(server.address)/ws -n 2 --json")
        try await terminal.waits(for: "ttft p50")
        server.signal(SIGKILL)
        #expect(await terminal.exitCode() == 1)
        #expect(terminal.shown.contains("ailoopctl bench: all sessions were lost: "), "\(terminal.shown)")
        let run = try #require(try JSONParser.parse(try terminal.output())["runs"]?.array?.first)
        #expect(run["ending"] == "lost" && run["lostSessions"] == 2)
        #expect(run["messages"]?["answered"]?.int ?? 0 > 0)
    }

    @Test("a server of its own does not outlive it")
    func noOrphan() async throws {
        let terminal = try Terminal("-n 1")
        try await terminal.waits(for: "measuring")
        let pid = try terminal.pid
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
        let children = threads.flatMap { thread -> [Int32] in
            let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(thread)/children", encoding: .utf8)
            return (text ?? "").split(separator: " ").compactMap { Int32($0) }
        }
        let child = try #require(children.first)
        kill(pid, SIGKILL)
        _ = await terminal.exitCode()
        // Gone, or dead and waiting for whoever inherited it.
        try await wait { !isRunning(child) }
    }
}
