package import EventLoops
import Glibc

/// Reads keys on a thread of its own, as reading waits.
package enum TerminalReader {
    /// How long the rest of a key may take; a lone Escape is known only then.
    static let escapeMilliseconds: Int32 = 300
    private static let chunkBytes = 4096

    /// Calls `onEvent` with what comes, and with nil when the terminal has gone. Both on the reading thread, which ends with
    /// the process.
    package static func start(_ device: TerminalDevice, onEvent: @escaping @Sendable (TerminalEvent?) -> Void)
        throws(SystemError)
    {
        try Thread.start(name: "keys") {
            var decoder = KeyDecoder()
            var chunk = [UInt8](repeating: 0, count: chunkBytes)
            while true {
                if decoder.isWaiting, !hasInput(device.input) {
                    for event in decoder.timeOut() { onEvent(event) }
                }
                let count = read(device.input, &chunk, chunk.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return onEvent(nil) }
                for byte in chunk[..<count] {
                    for event in decoder.feed(byte) { onEvent(event) }
                }
            }
        }
    }

    private static func hasInput(_ descriptor: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, escapeMilliseconds) != 0
    }
}
