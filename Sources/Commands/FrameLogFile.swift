import EventLoops
import Glibc
import Observability
import Replaying

/// The file of `--log`: what could not be written is told once, and ends nothing but the log.
final class FrameLogFile {
    private let name: String
    private let descriptor: Int32
    private let onFailure: (String) -> Void
    private var lines = FrameLine()
    private(set) var hasFailed = false

    /// Opens the file anew, readable for its owner only: it holds the whole conversation.
    init(_ name: String, onFailure: @escaping (String) -> Void) throws(SystemError) {
        self.name = name
        self.onFailure = onFailure
        descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .last("open") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func write(_ message: [UInt8], _ direction: FrameLine.Direction, script: Script, line: Int, connection: Int) {
        guard !hasFailed else { return }
        let bytes = lines.render(
            message, direction, script: script, line: line, connection: connection, time: .now())
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return fail(SystemError.last("write").message) }
            rest = rest.dropFirst(count)
        }
    }

    private func fail(_ reason: String) {
        hasFailed = true
        onFailure("the log \(name) cannot be written: \(reason); the replay goes on without it")
    }
}
