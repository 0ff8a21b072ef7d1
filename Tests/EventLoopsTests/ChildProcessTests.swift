import Foundation
import TestSupport
import Testing

@testable import EventLoops

/// Programs in process groups of their own, with pipes that a loop reads and writes.
@Suite(.timeLimit(.minutes(2))) struct ChildProcessTests {
    enum Event: Sendable, Equatable {
        case output(String)
        case errors(String)
        case ended(ChildProcess.Status)
    }

    private final class Recorder: ChildProcessDelegate {
        let inbox: Inbox<Event>
        init(_ inbox: Inbox<Event>) { self.inbox = inbox }

        func child(_ child: ChildProcess, wrote bytes: UnsafeRawBufferPointer, to stream: ChildProcess.OutputStream) {
            let text = String(decoding: bytes, as: UTF8.self)
            inbox.put(stream == .output ? .output(text) : .errors(text))
        }

        func child(_ child: ChildProcess, ended status: ChildProcess.Status) {
            inbox.put(.ended(status))
        }
    }

    /// A program that runs, with what it told.
    private struct Running: Sendable {
        let child: LoopBound<ChildProcess>
        let recorder: LoopBound<Recorder>
        let events: Inbox<Event>

        /// All output, and how it ended.
        func end() async -> (output: String, errors: String, status: ChildProcess.Status?) {
            var (output, errors) = ("", "")
            while let event = await events.next() {
                switch event {
                case .output(let text): output += text
                case .errors(let text): errors += text
                case .ended(let status): return (output, errors, status)
                }
            }
            return (output, errors, nil)
        }
    }

    private func start(
        _ arguments: [String], environment: [String: String] = ["PATH": "/usr/bin:/bin"], directory: String? = nil,
        on loop: EventLoop
    ) async throws -> Running {
        let launch = ProgramLaunch(arguments: arguments, environment: environment, directory: directory)
        let program = try await onThread { try launch.start() }
        let events = Inbox<Event>()
        return try await loop.run {
            let recorder = Recorder(events)
            let child = try ChildProcess(loop: loop, adopting: program, delegate: recorder)
            return Running(
                child: LoopBound(child, loop: loop), recorder: LoopBound(recorder, loop: loop), events: events)
        }
    }

    @Test func whatItWritesAndItsExitCodeAreTold() async throws {
        try await withLoop { loop in
            let running = try await start(["sh", "-c", "echo out; echo err >&2; exit 3"], on: loop)
            let end = await running.end()
            #expect(end == ("out\n", "err\n", .exited(code: 3)))
        }
    }

    @Test func itReadsWhatItIsSentAndTheEndOfIt() async throws {
        try await withLoop { loop in
            let running = try await start(["cat"], on: loop)
            let text = String(repeating: "0123456789", count: 100_000)
            running.child.submit { child in
                child.send(Array(text.utf8))
                child.closeInput()
            }
            let end = await running.end()
            #expect(end.output == text)
            #expect(end.status == .exited(code: 0))
        }
    }

    @Test func nothingButWhatIsGivenIsInItsEnvironment() async throws {
        try await withLoop { loop in
            let running = try await start(["/usr/bin/env"], environment: ["A": "1=2"], on: loop)
            #expect(await running.end().output == "A=1=2\n")
        }
    }

    @Test func itStartsInTheDirectoryGiven() async throws {
        try await withLoop { loop in
            let running = try await start(["pwd"], directory: "/usr", on: loop)
            #expect(await running.end().output == "/usr\n")
        }
    }

    @Test func itHasNoDescriptorsButItsThreeAndNoBlockedSignals() async throws {
        try await withLoop { loop in
            let script = "ls /proc/self/fd | wc -l; grep -E '^Sig(Blk|Ign)' /proc/self/status"
            let running = try await start(["sh", "-c", script], on: loop)
            let lines = await running.end().output.split(separator: "\n").map { $0.filter { !$0.isWhitespace } }
            // The directory that `ls` reads is its fourth.
            #expect(lines == ["4", "SigBlk:0000000000000000", "SigIgn:0000000000000000"])
        }
    }

    @Test func itsDescriptorsAreLimitedAsThoseOfThisProcessWereAtFirst() async throws {
        let raised = DescriptorLimit.raise(to: .max)
        try await withLoop { loop in
            let running = try await start(["sh", "-c", "ulimit -Sn; ulimit -Hn"], on: loop)
            let limits = await running.end().output.split(separator: "\n").map(String.init)
            #expect(limits == ["\(DescriptorLimit.inherited)", "\(raised)"])
        }
    }

    @Test func itIsFoundAsAShellFindsIt() async throws {
        let folder = "/tmp/ailoopctl-path-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func write(_ name: String, _ text: String, _ permissions: Int) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            try FileManager.default.setAttributes(
                [.posixPermissions: permissions], ofItemAtPath: "\(folder)/\(name)")
        }
        try write("run", "#!/bin/sh\necho here\n", 0o755)
        try write("bare", "echo here\n", 0o755)
        try await withLoop { loop in
            let relative = try await start(["./run"], directory: folder, on: loop)
            #expect(await relative.end().output == "here\n")
            // No shell takes what is no program.
            let bare = ProgramLaunch(arguments: [folder + "/bare"], environment: [:])
            let error = await #expect(throws: SystemError.self) { try await onThread { _ = try bare.start() } }
            #expect(error?.code == ENOEXEC)
        }
        for name in ["", "run", "no/such/program", "/tmp"] {
            let launch = ProgramLaunch(arguments: [name], environment: [:])
            await #expect(throws: SystemError.self) { try await onThread { _ = try launch.start() } }
        }
        let gone = ProgramLaunch(arguments: ["true"], environment: [:], directory: folder + "/gone")
        await #expect(throws: SystemError.self) { try await onThread { _ = try gone.start() } }
    }

    @Test func aProgramThatIsNotThereIsAnError() async throws {
        let launch = ProgramLaunch(arguments: ["no-such-program-here"], environment: [:])
        let error = await #expect(throws: SystemError.self) { try await onThread { _ = try launch.start() } }
        #expect(error?.message == "No such file or directory")
        let zero = ProgramLaunch(arguments: ["true", "a\0b"], environment: [:])
        await #expect(throws: SystemError.self) { try await onThread { _ = try zero.start() } }
    }

    @Test func terminatingAsksTheWholeGroup() async throws {
        try await withLoop { loop in
            let script = "trap 'echo asked; exit 5' TERM; sleep 600 & echo ready; wait"
            let running = try await start(["sh", "-c", script], on: loop)
            #expect(await running.events.next() == .output("ready\n"))
            running.child.submit { $0.terminate() }
            let end = await running.end()
            #expect(end.output == "asked\n")
            #expect(end.status == .exited(code: 5))
        }
    }

    @Test func whoDoesNotEndWhenAskedIsKilledWithItsChildren() async throws {
        try await withLoop { loop in
            let script = "trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo $!; while :; do sleep 1; done"
            let running = try await start(["sh", "-c", script], on: loop)
            guard case .output(let text)? = await running.events.next(), let grandchild = pid_t(text.dropLast()) else {
                Issue.record("no grandchild")
                return
            }
            running.child.submit { $0.terminate() }
            #expect(await running.end().status == .killed(signal: SIGKILL))
            // It was another's child: gone once that one's parent, or init, has reaped it.
            try await wait { !isRunning(grandchild) }
        }
    }

    @Test func whatALeaderLeavesBehindEndsWithIt() async throws {
        try await withLoop { loop in
            let running = try await start(["sh", "-c", "sleep 600 & echo $!"], on: loop)
            let end = await running.end()
            let left = try #require(pid_t(end.output.dropLast()))
            #expect(end.status == .exited(code: 0))
            try await wait { !isRunning(left) }
        }
    }

    @Test func whatIsSentToOneWhoDoesNotReadIsDropped() async throws {
        try await withLoop { loop in
            let running = try await start(["sh", "-c", "exec <&-; echo closed; sleep 0.1"], on: loop)
            #expect(await running.events.next() == .output("closed\n"))
            running.child.submit { $0.send([UInt8](repeating: 0x41, count: 1 << 20)) }
            #expect(await running.end().status == .exited(code: 0))
        }
    }

    @Test func whatIsNotReadForAWhileIsReadLaterAndAtTheEnd() async throws {
        try await withLoop { loop in
            let running = try await start(["sh", "-c", "read a; echo $a >&2; echo $a; read b; echo $b >&2"], on: loop)
            running.child.submit { child in
                child.pauseReading(.errors)
                child.send(Array("first\n".utf8))
            }
            #expect(await running.events.next() == .output("first\n"))
            running.child.submit { $0.resumeReading(.errors) }
            #expect(await running.events.next() == .errors("first\n"))
            running.child.submit { child in
                child.pauseReading(.errors)
                child.send(Array("second\n".utf8))
            }
            let end = await running.end()
            #expect(end == ("", "second\n", .exited(code: 0)))
        }
    }

    @Test func manyRunsLeaveNoDescriptorAndNoZombie() async throws {
        try await withLoop { loop in
            // Others run programs at the same time; those of this test are counted by what they hold.
            for _ in 0..<20 {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<10 {
                        group.addTask {
                            let running = try? await start(["true"], on: loop)
                            #expect(await running?.end().status == .exited(code: 0))
                            let hasEnded = await running?.child.read { $0.hasEnded }
                            #expect(hasEnded == true)
                        }
                    }
                }
            }
            let pipes = try await onThread {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
                    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
                }.count { $0.contains("pidfd") }
            }
            // At most those of tests that run beside this one.
            #expect(pipes < 50)
        }
    }
}
