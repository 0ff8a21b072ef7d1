import Dispatch
import Foundation
import Synchronization

/// A program that a test runs. It is killed where nobody holds it any more, or where the test that waits for it is cancelled.
package final class TestProgram: Sendable {
    package enum Input {
        case nothing
        case file(String)
        /// What ``TestProgram/type(_:)`` is given.
        case typed
    }

    package enum Output {
        case discarded
        case file(String)
        /// ``TestProgram/output``, in the order in which it comes where both streams go there.
        case collected
        /// The same, but nobody reads on once that text has come.
        case collectedUpTo(String)
    }

    /// What it gets where no other environment is given.
    package static let basicEnvironment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]

    package let pid: Int32
    package let output: ProgramOutput
    private let keyboard: Int32
    /// As a shell reports it, once the program has ended.
    private let code = Mutex(Int32?.none)
    private let ended = DispatchGroup()

    /// - Parameter words: the program's path and its arguments.
    package init(
        _ words: [String], environment: [String: String] = basicEnvironment, in directory: String? = nil,
        input: Input = .nothing, output: Output = .discarded, errors: Output = .discarded
    ) throws {
        // A program that is gone is an error of who writes to it, not the end of all tests.
        _ = Foundation.signal(SIGPIPE, SIG_IGN)
        let keys = try PipeEnds()
        let screen = try PipeEnds()
        var given = [keys.reading, screen.writing]
        defer { for descriptor in given { close(descriptor) } }
        func file(_ path: String, _ flags: Int32) throws -> Int32 {
            given.append(try openFile(path, flags))
            return given[given.count - 1]
        }
        func sink(_ output: Output) throws -> Int32 {
            switch output {
            case .discarded: try file("/dev/null", O_WRONLY)
            case .file(let path): try file(path, O_WRONLY | O_CREAT | O_TRUNC)
            case .collected, .collectedUpTo: screen.writing
            }
        }
        let source =
            switch input {
            case .nothing: try file("/dev/null", O_RDONLY)
            case .file(let path): try file(path, O_RDONLY)
            case .typed: keys.reading
            }
        do {
            let descriptors = [source, try sink(output), try sink(errors)]
            pid = try spawn(words, environment: environment, in: directory, descriptors)
        } catch {
            close(keys.writing)
            close(screen.reading)
            throw error
        }
        keyboard = keys.writing
        var last: String?
        for case .collectedUpTo(let text) in [output, errors] { last = text }
        self.output = ProgramOutput(screen.reading, upTo: last)
        startWaiting()
    }

    deinit {
        signal(SIGKILL)
        close(keyboard)
    }

    /// Reaps it while nobody can send it a signal.
    private func startWaiting() {
        ended.enter()
        let pid = pid
        Thread.detachNewThread { [weak self, ended] in
            var info = siginfo_t()
            while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            let reap = { () -> Int32 in
                var status: Int32 = 0
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
            }
            if let self { self.code.withLock { $0 = reap() } } else { _ = reap() }
            ended.leave()
        }
    }

    package var hasEnded: Bool { code.withLock { $0 != nil } }

    package func signal(_ number: Int32) {
        code.withLock { code in
            if code == nil { kill(pid, number) }
        }
    }

    /// Writes to its standard input.
    package func type(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(keyboard, $0.baseAddress, $0.count) }
            guard count > 0 else { throw ProgramFailure(description: String(cString: strerror(errno))) }
            rest = rest.dropFirst(count)
        }
    }

    /// The exit code as a shell reports it, once the program has ended.
    package func exitCode() async -> Int32 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                ended.notify(queue: .global()) { continuation.resume() }
            }
        } onCancel: {
            signal(SIGKILL)
        }
        return code.withLock { $0 ?? -1 }
    }

    /// As ``exitCode()``, for a thread that may wait: also until its output has been read to the end.
    package func waitForExit() -> Int32 {
        ended.wait()
        output.waitForEnd()
        return code.withLock { $0 ?? -1 }
    }
}
