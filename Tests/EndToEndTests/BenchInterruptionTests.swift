import Foundation
import JSON
import TLSPeer
import Testing

/// `bench` on a terminal, stopped in the middle.
@Suite(.timeLimit(.minutes(5))) struct BenchInterruptionTests {
    /// A benchmark of an hour on a terminal of its own (`script`), whose standard output goes to a file.
    private final class Terminal {
        let process = Process()
        let directory: TemporaryDirectory
        private let pipe = Pipe()
        private(set) var shown = ""

        init(_ arguments: String) throws {
            directory = try TemporaryDirectory()
            let program = BuiltProgram(name: "ailoopctl").path
            // The shell's process becomes the program's, so that signals can be sent to it.
            let line = "echo $$ > pid; exec '\(program)' bench \(arguments) --duration 1h --warmup 0s > out"
            process.executableURL = URL(filePath: "/usr/bin/script")
            process.arguments = ["-qefc", line, "/dev/null"]
            process.environment = ["PATH": "/usr/bin:/bin", "TERM": "xterm", "AILOOP_MOCK__FIRST_CHUNK_MS": "1"]
            process.currentDirectoryURL = directory.url
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = pipe
            try process.runAlone()
        }

        var pid: Int32 {
            get throws {
                let text = try String(contentsOf: directory.url.appending(path: "pid"), encoding: .utf8)
                return try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            }
        }

        /// Reads on until the terminal shows that; false where it ends before.
        func waits(for text: String) async -> Bool {
            while !shown.contains(text) {
                let data = await readSome()
                guard !data.isEmpty else { return false }
                shown += String(decoding: data, as: UTF8.self)
            }
            return true
        }

        /// On a thread of its own: the threads that tests run on are few.
        private func readSome() async -> Data {
            let handle = pipe.fileHandleForReading
            return await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: handle.availableData) }
            }
        }

        /// The exit code as a shell reports it.
        func exitCode() async -> Int32 {
            while case let data = await readSome(), !data.isEmpty { shown += String(decoding: data, as: UTF8.self) }
            await process.waitForExit()
            return process.terminationStatus
        }

        func output() throws -> String {
            try String(contentsOf: directory.url.appending(path: "out"), encoding: .utf8)
        }

        deinit {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
    }

    @Test(
        "a signal ends the run, and what was measured is told",
        arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func signals(signal: Int32, code: Int32) async throws {
        let terminal = try Terminal("-n 2 --json")
        // With the median of the first answers that ended.
        #expect(await terminal.waits(for: "ttft p50"), "\(terminal.shown)")
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
        #expect(await terminal.waits(for: "ttft p50"), "\(terminal.shown)")
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
        #expect(await terminal.waits(for: "measuring"), "\(terminal.shown)")
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
        while let text = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8) {
            if text.contains(") Z ") || text.contains(") X ") { break }
            await Task.yield()
        }
    }
}
