import Glibc

/// Why standard output takes no more.
package enum OutputError: Error, Equatable {
    /// Its reader has gone; nobody is left to be told.
    case closed
    /// The system's reason.
    case failed(String)
}

/// The way to the person or program that called: data on standard output, everything else on standard error.
package struct Console: Sendable {
    package enum Colour: String, Sendable { case auto, always, never }

    private let output: Int32
    private let error: Int32
    private let colour: Colour
    private let isColourWelcome: Bool

    /// `environment` is asked for `NO_COLOR` and `TERM`.
    package init(
        output: Int32 = STDOUT_FILENO, error: Int32 = STDERR_FILENO, colour: Colour = .auto,
        environment: [String: String]
    ) {
        self.output = output
        self.error = error
        self.colour = colour
        isColourWelcome = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    package var isInputTerminal: Bool { isatty(STDIN_FILENO) == 1 }
    package var isOutputTerminal: Bool { isatty(output) == 1 }
    package var isErrorTerminal: Bool { isatty(error) == 1 }
    package var coloursOutput: Bool { colours(isOutputTerminal) }
    package var coloursErrors: Bool { colours(isErrorTerminal) }

    /// Columns to write text in: the terminal's, as far as lines can be read well; ``usualWidth`` off a terminal.
    package var outputWidth: Int { Self.width(of: output) }
    package var errorWidth: Int { Self.width(of: error) }

    private static let usualWidth = 80
    private static let readableWidths = 40...100

    private static func width(of descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usualWidth }
        return min(max(Int(size.ws_col), readableWidths.lowerBound), readableWidths.upperBound)
    }

    private func colours(_ isTerminal: Bool) -> Bool {
        switch colour {
        case .always: true
        case .never: false
        case .auto: isTerminal && isColourWelcome
        }
    }

    /// Data, on standard output. Returns when all of it is written.
    package func write(_ text: String) throws(OutputError) {
        try write(Array(text.utf8))
    }

    /// Data, on standard output. Returns when all of it is written.
    package func write(_ bytes: [UInt8]) throws(OutputError) {
        try Self.writeAll(bytes, to: output)
    }

    /// Words for a person, on standard error. That they cannot be written is no reason to stop.
    package func tell(_ text: String) {
        try? Self.writeAll(Array(text.utf8), to: error)
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(OutputError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Somebody made the descriptor, which others share, non-blocking.
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&request, 1, -1)
            case EPIPE: throw .closed
            default: throw .failed(strerror(errno).map { String(cString: $0) } ?? "error \(errno)")
            }
        }
    }
}
