import Glibc

/// A line of a terminal that is drawn again and again. Nothing is drawn where standard error is no terminal.
struct ProgressLine: Sendable {
    private let console: Console
    private let isShown: Bool

    init(console: Console, environment: [String: String]) {
        self.console = console
        // A terminal without cursor movements would get one line after the other.
        isShown = console.isErrorTerminal && environment["TERM"] != "dumb"
    }

    var isUseful: Bool { isShown }

    func draw(_ line: String) {
        guard isShown else { return }
        console.tell("\r\u{1B}[K" + line.prefix(max(Self.columns - 1, 1)))
    }

    func clear() {
        guard isShown else { return }
        console.tell("\r\u{1B}[K")
    }

    /// Of the terminal at standard error.
    private static var columns: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
