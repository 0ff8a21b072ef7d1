import Foundation
import Synchronization

/// `openssl s_server` on a port of the loopback interface: one connection at a time, until it is stopped.
///
/// What the client sends appears in ``waitForOutput(_:)``; what ``send(_:)`` is given goes to the client.
package final class TLSServer: Sendable {
    package let port: UInt16
    private let process: Process
    private let input: FileHandle
    private let output: ProcessOutput

    /// - Parameters:
    ///   - address: to listen at: `127.0.0.1` or `[::1]`.
    ///   - port: 0 for one that is free.
    ///   - options: further options of `openssl s_server`: versions, ALPN, …
    package init(
        _ certificate: TestCertificate, address: String = "127.0.0.1", port: UInt16 = 0, options: [String] = []
    ) async throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "openssl", "s_server", "-accept", "\(address):\(port)", "-cert", certificate.chainFile,
                "-cert_chain", certificate.chainFile, "-key", certificate.keyFile,
            ] + options
        let inputPipe = Pipe()
        let outputPipe = Pipe()
        process.standardInput = inputPipe
        process.standardOutput = outputPipe
        process.standardError = outputPipe
        input = inputPipe.fileHandleForWriting
        output = ProcessOutput(outputPipe.fileHandleForReading)
        try process.runAlone()
        // The port is announced only where the system chose it.
        let announcement = try await output.wait(for: "ACCEPT", thenUpTo: "\n")
        guard let chosen = announcement.isEmpty ? port : UInt16(announcement.dropFirst(address.count + 2)) else {
            throw ToolFailure(description: "s_server announces: \(announcement)")
        }
        self.port = chosen
    }

    deinit {
        stop()
    }

    /// Kills the server: its connections end without a word of TLS. Idempotent.
    package func stop() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    package func send(_ text: String) throws {
        try input.write(contentsOf: Data(text.utf8))
    }

    /// Returns once the server has printed `text` (counting from the last text waited for).
    package func waitForOutput(_ text: String) async throws {
        _ = try await output.wait(for: text, thenUpTo: "")
    }
}

/// What a process prints, as it comes.
private final class ProcessOutput: Sendable {
    private struct State {
        var text = ""
        var hasEnded = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    init(_ handle: FileHandle) {
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 64 * 1024)
            while true {
                let count = read(handle.fileDescriptor, &buffer, buffer.count)
                guard count > 0 else { break }
                self.append(String(decoding: buffer[..<count], as: UTF8.self), isLast: false)
            }
            self.append("", isLast: true)
        }
    }

    private func append(_ text: String, isLast: Bool) {
        let waiter = state.withLock { state in
            state.text += text
            state.hasEnded = state.hasEnded || isLast
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// The text between `start` and `end`, which is taken out together with all before it.
    func wait(for start: String, thenUpTo end: String) async throws -> String {
        while true {
            let (found, hasEnded, text) = state.withLock { state in
                (Self.take(start, end, from: &state.text), state.hasEnded, state.text)
            }
            if let found { return found }
            guard !hasEnded else { throw ToolFailure(description: "no \(start) in: \(text)") }
            await waitForMore(than: text)
            try Task.checkCancellation()
        }
    }

    private func waitForMore(than text: String) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard state.text == text, !state.hasEnded else { return false }
                    state.waiter = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            append("", isLast: true)
        }
    }

    private static func take(_ start: String, _ end: String, from text: inout String) -> String? {
        guard let head = text.range(of: start) else { return nil }
        let rest = text[head.upperBound...]
        guard !end.isEmpty else {
            text = String(rest)
            return ""
        }
        guard let tail = rest.range(of: end) else { return nil }
        let found = String(rest[..<tail.lowerBound])
        text = String(rest[tail.upperBound...])
        return found
    }
}
