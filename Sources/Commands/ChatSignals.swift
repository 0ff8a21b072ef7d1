import ChatUI
import EventLoops
import Glibc
import Synchronization
import Terminal

/// Signals and keys on their way to a chat. What ends the process does so too where the chat does not come to it, as when
/// nobody reads what it writes.
final class ChatSignals: Sendable {
    private struct State {
        /// Ctrl-C that the chat has not taken yet.
        var waitingInterrupts = 0
        var isInputOpen = false
    }

    /// What a chat may take to end after SIGTERM.
    private static let terminationNanoseconds: UInt64 = 3_000_000_000

    private let device: TerminalDevice?
    private let sink: AsyncStream<ChatInput>.Continuation
    private let state = Mutex(State())

    init(device: TerminalDevice?, sink: AsyncStream<ChatInput>.Continuation) {
        self.device = device
        self.sink = sink
    }

    /// To be blocked in `main`. Without a terminal of ours the rest does what it always does.
    static func watched(device: TerminalDevice?) -> [Int32] {
        [SIGINT, SIGTERM] + (device == nil ? [] : [SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])
    }

    func watch(on loop: EventLoop) {
        loop.submit { [self] in
            // The loop holds it; without it signals would do nothing, which is no reason not to chat.
            _ = try? SignalSource(loop: loop, signals: Self.watched(device: device)) { signal in
                self.handle(signal, loop)
            }
        }
    }

    /// The chat has taken an input.
    func took(_ input: ChatInput) {
        if Self.isInterrupt(input) { state.withLock { $0.waitingInterrupts -= 1 } }
    }

    /// Stops the process as Ctrl-Z does. On the loop of the signals.
    func suspend() {
        device?.suspend(withGroup: true)
        sink.yield(.resumed)
    }

    // MARK: Signals

    private func handle(_ signal: Int32, _ loop: EventLoop) {
        switch signal {
        case SIGINT: give(.interrupt)
        case SIGTERM:
            sink.yield(.terminate)
            _ = loop.schedule(after: Self.terminationNanoseconds) { self.exitNow(.terminated) }
        case SIGTSTP:
            device?.suspend(withGroup: false)
            sink.yield(.resumed)
        case SIGCONT:
            device?.resume()
            sink.yield(.resumed)
        case SIGWINCH: sink.yield(.resized)
        default: dieOf(signal)
        }
    }

    /// As the signal would have done, with a terminal in order.
    private func dieOf(_ signal: Int32) {
        device?.restore()
        // The runtime may have taken it for its own.
        Glibc.signal(signal, SIG_DFL)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, signal)
        kill(getpid(), signal)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    private func exitNow(_ code: ExitCode) {
        device?.restore()
        _exit(code.rawValue)
    }

    // MARK: Input

    /// Begins to read what is entered: keys at a terminal of ours, else lines. Where it cannot be read, it has ended.
    ///
    /// - Returns: why it cannot be read; nil where it can.
    func openInput() -> SystemError? {
        let isFirst = state.withLock { state in
            defer { state.isInputOpen = true }
            return !state.isInputOpen
        }
        guard isFirst else { return nil }
        do throws(SystemError) {
            try startReading()
            return nil
        } catch {
            give(.endOfInput)
            return error
        }
    }

    private func startReading() throws(SystemError) {
        if let device {
            device.makeRaw()
            try TerminalReader.start(device) { [self] event in give(event.map { .terminal($0) } ?? .endOfInput) }
        } else {
            try Thread.start(name: "lines") { [self] in
                while let line = readLine() { give(.line(line)) }
                give(.endOfInput)
            }
        }
    }

    /// Behind all that was read until now.
    func mark() {
        sink.yield(.mark)
    }

    /// Forgets what was typed and not read yet. A terminal that another program has in the foreground is left alone.
    func discardInput() {
        if tcgetpgrp(STDIN_FILENO) == getpgrp() { tcflush(STDIN_FILENO, TCIFLUSH) }
    }

    /// A second Ctrl-C that finds the first one still waiting ends the process.
    private func give(_ input: ChatInput) {
        if Self.isInterrupt(input) {
            let isStuck = state.withLock { state in
                state.waitingInterrupts += 1
                return state.waitingInterrupts > 1
            }
            if isStuck { exitNow(.interrupted) }
        }
        sink.yield(input)
    }

    private static func isInterrupt(_ input: ChatInput) -> Bool {
        switch input {
        case .interrupt, .terminal(.key(.control("c"))): true
        default: false
        }
    }
}
