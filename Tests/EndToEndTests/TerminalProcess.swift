import EventLoops
import Foundation
import Synchronization
import TestSupport

/// The program at a terminal of its own (a pty), with the test in the person's place.
final class TerminalProcess: Sendable {
    private struct State {
        var output = ""
        /// Where the next search begins.
        var position = 0
        /// As a shell reports it, once the program has ended; `status`: once all that it wrote has been read, too.
        var code: Int32 = 0
        var status: Int32?
        var waiting: [(text: String, continuation: CheckedContinuation<Bool, Never>)] = []
        var ending: [CheckedContinuation<Int32, Never>] = []
    }

    private let master: Int32
    private let slave: Int32
    let process: pid_t
    private let state = Mutex(State())

    /// Starts the program; all of its standard descriptors are the terminal, but for those that `redirections` give files.
    init(
        _ arguments: [String], environment: [String: String] = [:], columns: UInt16 = 80, rows: UInt16 = 24,
        redirections: [Int32: String] = [:], path: String = BuiltProgram(name: "ailoopctl").path
    ) throws {
        // As posix_openpt, unlockpt and ptsname do it, which Glibc's module does not show.
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, Int32) = (0, 0)
        guard master >= 0, ioctl(master, Self.unlockTerminal, &lock) == 0,
            ioctl(master, Self.terminalNumber, &number) == 0
        else {
            throw ProgramFailure(description: "no pty: \(String(cString: strerror(errno)))")
        }
        let terminal = "/dev/pts/\(number)"
        slave = open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC)
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        // No colours, so that what is awaited is one piece.
        let variables = environment.merging(["PATH": "/usr/bin:/bin", "TERM": "xterm", "NO_COLOR": "1"]) { own, _ in own
        }
        var descriptors: [Int32] = [-1, -1, -1]
        defer { for descriptor in descriptors where descriptor >= 0 { close(descriptor) } }
        for (number, path) in redirections {
            descriptors[Int(number)] = try openFile(path, number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC)
        }
        process = try spawn(
            [path] + arguments, environment: variables,
            // Where no configuration lies.
            in: FileManager.default.temporaryDirectory.path, terminal: terminal, descriptors)
        try startReading()
        try startWaiting()
    }

    deinit {
        if state.withLock({ $0.status == nil }) { kill(process, SIGKILL) }
        // The reading thread has its own descriptor.
        close(master)
        close(slave)
    }

    /// TIOCSPTLCK and TIOCGPTN of Linux's asm-generic/ioctls.h.
    private static let unlockTerminal: UInt = 0x4004_5431
    private static let terminalNumber: UInt = 0x8004_5430
    // MARK: The person

    /// Types bytes, all at once.
    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    func signal(_ number: Int32) {
        kill(process, number)
    }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// Returns when `text` is shown, behind what was awaited before. The program is killed where the test is cancelled.
    func shows(_ text: String) async throws {
        let isShown = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Bool? = state.withLock { state in
                    if Self.find(text, in: &state) { return true }
                    if state.status != nil { return false }
                    state.waiting.append((text, continuation))
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            signal(SIGKILL)
        }
        guard isShown else {
            throw ProgramFailure(description: "\(text.debugDescription) was not shown in \(output.debugDescription)")
        }
    }

    /// All that was shown.
    var output: String { state.withLock { $0.output } }

    /// As a shell reports it, once the program has ended.
    func exitCode() async -> Int32 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Int32? = state.withLock { state in
                    if state.status == nil { state.ending.append(continuation) }
                    return state.status
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            signal(SIGKILL)
        }
    }

    /// Whether the terminal edits lines and echoes itself, as shells leave it.
    var isCooked: Bool {
        var modes = termios()
        tcgetattr(slave, &modes)
        let wanted = tcflag_t(ECHO | ICANON | ISIG)
        return modes.c_lflag & wanted == wanted
    }

    // MARK: Threads

    private static func find(_ text: String, in state: inout State) -> Bool {
        let bytes = Array(state.output.utf8)
        let wanted = Array(text.utf8)
        guard let range = bytes[min(state.position, bytes.count)...].firstRange(of: wanted) else { return false }
        state.position = range.upperBound
        return true
    }

    private func startReading() throws {
        let descriptor = dup(master)
        try Thread.start(name: "pty") { [weak self] in
            var chunk = [UInt8](repeating: 0, count: 4096)
            var bytes: [UInt8] = []
            while true {
                let count = read(descriptor, &chunk, chunk.count)
                guard count > 0 else { break }
                bytes += chunk[..<count]
                let isEnd = bytes.suffix(Self.endMark.count).elementsEqual(Self.endMark)
                if isEnd { bytes.removeLast(Self.endMark.count) }
                // Read to the end in any case, so that the program never waits for it.
                self?.note(String(decoding: bytes, as: UTF8.self))
                if isEnd { self?.end() }
            }
            close(descriptor)
        }
    }

    private func note(_ output: String) {
        let found: [CheckedContinuation<Bool, Never>] = state.withLock { state in
            state.output = output
            var found: [CheckedContinuation<Bool, Never>] = []
            while let next = state.waiting.first, Self.find(next.text, in: &state) {
                found.append(next.continuation)
                state.waiting.removeFirst()
            }
            return found
        }
        for continuation in found { continuation.resume(returning: true) }
    }

    /// Written to the terminal when the program has ended, behind all that it wrote itself.
    private static let endMark = Array("\u{1}\u{2}the program has ended\u{3}".utf8)

    private func startWaiting() throws {
        let (process, slave) = (process, dup(self.slave))
        try Thread.start(name: "wait") { [weak self] in
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
            self?.state.withLock { $0.code = code }
            _ = write(slave, Self.endMark, Self.endMark.count)
            close(slave)
        }
    }

    private func end() {
        let (code, waiting, ending) = state.withLock { state in
            let code = state.code
            state.status = code
            defer { (state.waiting, state.ending) = ([], []) }
            return (code, state.waiting, state.ending)
        }
        for wait in waiting { wait.continuation.resume(returning: false) }
        for continuation in ending { continuation.resume(returning: code) }
    }
}
