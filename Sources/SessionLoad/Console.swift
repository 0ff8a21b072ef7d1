import Glibc

/// Lines to the standard streams.
enum Console {
    static func print(_ line: String) {
        write(line, to: STDOUT_FILENO)
    }

    static func fail(_ line: String, status: Int32 = 1) -> Never {
        write("session-load: " + line, to: STDERR_FILENO)
        exit(status)
    }

    private static func write(_ line: String, to descriptor: Int32) {
        var text = line + "\n"
        text.withUTF8 { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
