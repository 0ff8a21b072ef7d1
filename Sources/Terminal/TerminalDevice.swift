import Glibc
import Synchronization

/// A terminal that a person types at: its modes, its size, the way onto its screen. Thread-safe.
package final class TerminalDevice: Sendable {
    /// Lines and columns where the terminal does not tell.
    private static let usualSize = (columns: 80, rows: 24)
    /// Pastes come marked between ESC [ 200 ~ and ESC [ 201 ~.
    private static let bracketedPasteOn = "\u{1B}[?2004h"
    private static let bracketedPasteOff = "\u{1B}[?2004l"

    private struct State {
        /// As it was before it first became raw.
        var original: termios?
        var isRaw = false
        /// Whether it is to be raw, also while the process is suspended.
        var wantsRaw = false
    }

    package let input: Int32
    private let output: Int32
    private let state = Mutex(State())

    /// nil where one of the descriptors is no terminal, or the terminal cannot move its cursor (`TERM` is `dumb` or unset).
    package init?(input: Int32 = STDIN_FILENO, output: Int32 = STDERR_FILENO, environment: [String: String]) {
        guard isatty(input) == 1, isatty(output) == 1, !["", "dumb"].contains(environment["TERM", default: ""]) else {
            return nil
        }
        self.input = input
        self.output = output
    }

    package var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return Self.usualSize
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Keys come one by one from now on, unechoed, Ctrl-C and Ctrl-Z among them.
    package func makeRaw() {
        state.withLock { state in
            state.wantsRaw = true
            enter(&state)
        }
    }

    /// The terminal is as it was found. A terminal that another program has in the foreground is left alone.
    package func restore() {
        state.withLock { state in
            state.wantsRaw = false
            leave(&state)
        }
    }

    /// Stops this process as Ctrl-Z does, with a terminal as it was; returns when it goes on. To be called where SIGTSTP is
    /// taken from its descriptor, and blocked in all threads.
    ///
    /// - Parameter withGroup: stops the programs too that it shares a pipe with, as the terminal does it.
    package func suspend(withGroup: Bool) {
        state.withLock { leave(&$0) }
        var stop = sigset_t()
        sigemptyset(&stop)
        sigaddset(&stop, SIGTSTP)
        kill(withGroup ? 0 : getpid(), SIGTSTP)
        // This thread is the only one that lets it through: the process stops here.
        pthread_sigmask(SIG_UNBLOCK, &stop, nil)
        pthread_sigmask(SIG_BLOCK, &stop, nil)
        resume()
    }

    /// After a stop: the shell has set the modes as it likes them.
    package func resume() {
        state.withLock { state in
            state.isRaw = false
            if state.wantsRaw { enter(&state) }
        }
    }

    package func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }

    private func enter(_ state: inout State) {
        guard !state.isRaw else { return }
        var raw = termios()
        guard tcgetattr(input, &raw) == 0 else { return }
        if state.original == nil { state.original = raw }
        raw.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG | IEXTEN)
        // Line feeds still go to the first column: output is written as anywhere else.
        raw.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT)
        withUnsafeMutableBytes(of: &raw.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        guard tcsetattr(input, TCSADRAIN, &raw) == 0 else { return }
        state.isRaw = true
        write(Self.bracketedPasteOn)
    }

    private func leave(_ state: inout State) {
        guard state.isRaw, var original = state.original else { return }
        state.isRaw = false
        guard tcgetpgrp(input) == getpgrp() else { return }
        write(Self.bracketedPasteOff)
        tcsetattr(input, TCSANOW, &original)
    }
}
