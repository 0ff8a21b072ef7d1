package import Dispatch
import Foundation
import Synchronization

/// What a program prints, as it comes.
package final class ProgramOutput: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        /// What has been waited for ends here.
        var taken = 0
        var hasEnded = false
        var waiting: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let ended = DispatchGroup()

    /// - Parameters:
    ///   - descriptor: is closed at the end of what it gives.
    ///   - last: where that has come, nobody reads on.
    init(_ descriptor: Int32, upTo last: String?) {
        ended.enter()
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 64 * 1024)
            var isOver = false
            while !isOver {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count > 0 { append(buffer[..<count]) }
                isOver = count <= 0 || last.map { text.contains($0) } ?? false
            }
            // Who stopped reading leaves the pipe as it is: it fills.
            if last == nil { close(descriptor) }
            finish()
        }
    }

    private func append(_ bytes: ArraySlice<UInt8>) {
        wake { $0.bytes += bytes }
    }

    private func finish() {
        wake { $0.hasEnded = true }
        ended.leave()
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state.waiting = [] }
            return state.waiting
        }
        for tell in waiting { tell() }
    }

    /// All that was printed.
    package var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    /// The text between `start` and `end`, behind what was waited for before.
    @discardableResult
    package func wait(for start: String, thenUpTo end: String = "") async throws -> String {
        try await take { text in
            guard let head = text.range(of: start) else { return nil }
            guard !end.isEmpty else { return ("", head.upperBound) }
            return text[head.upperBound...].range(of: end).map {
                (String(text[head.upperBound..<$0.lowerBound]), $0.upperBound)
            }
        }
    }

    /// The next whole line that contains `part`, behind what was waited for before.
    @discardableResult
    package func line(with part: String) async throws -> String {
        try await take { text in
            guard let found = text.range(of: part), let end = text[found.upperBound...].firstIndex(of: "\n") else {
                return nil
            }
            let start = text[..<found.lowerBound].lastIndex(of: "\n").map { text.index(after: $0) } ?? text.startIndex
            return (String(text[start..<end]), text.index(after: end))
        }
    }

    /// Returns once `condition` holds of all that was printed.
    package func wait(until condition: (String) -> Bool) async throws {
        while true {
            let (text, count, hasEnded) = state.withLock {
                (String(decoding: $0.bytes, as: UTF8.self), $0.bytes.count, $0.hasEnded)
            }
            if condition(text) { return }
            guard !hasEnded else { throw ProgramFailure(description: "it ended, and printed: \(text)") }
            await waitForMore(than: count)
            try Task.checkCancellation()
        }
    }

    /// All that was printed, once it is at its end.
    package func whole() async -> String {
        while true {
            let (count, hasEnded) = state.withLock { ($0.bytes.count, $0.hasEnded) }
            if hasEnded || Task.isCancelled { return text }
            await waitForMore(than: count)
        }
    }

    /// For a thread that may wait.
    func waitForEnd() { ended.wait() }

    /// As ``wait(for:thenUpTo:)``, for a thread that may wait, and that gives up in the end: all up to the end of `text`.
    @discardableResult
    package func waitOnThread(for text: String, _ patience: DispatchTimeInterval) throws -> String {
        let end = DispatchTime.now() + patience
        let more = DispatchSemaphore(value: 0)
        while true {
            let (found, hasEnded): (String?, Bool) = state.withLock { state in
                let rest = state.bytes[state.taken...]
                if let range = rest.firstRange(of: Array(text.utf8)) {
                    defer { state.taken = range.upperBound }
                    return (String(decoding: rest[..<range.upperBound], as: UTF8.self), false)
                }
                state.waiting.append { more.signal() }
                return (nil, state.hasEnded)
            }
            if let found { return found }
            guard !hasEnded, more.wait(timeout: end) == .success else {
                throw ProgramFailure(description: "\(text) is not in what it printed: \(self.text.suffix(2000))")
            }
        }
    }

    private func take(_ find: (Substring) -> (String, Substring.Index)?) async throws -> String {
        while true {
            let (found, count, hasEnded): (String?, Int, Bool) = state.withLock { state in
                let text = String(decoding: state.bytes[state.taken...], as: UTF8.self)
                guard let (found, end) = find(text[...]) else { return (nil, state.bytes.count, state.hasEnded) }
                state.taken += text[..<end].utf8.count
                return (found, state.bytes.count, state.hasEnded)
            }
            if let found { return found }
            guard !hasEnded else { throw ProgramFailure(description: "not in what it printed: \(text)") }
            await waitForMore(than: count)
            try Task.checkCancellation()
        }
    }

    private func waitForMore(than count: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard state.bytes.count == count, !state.hasEnded, !Task.isCancelled else { return false }
                    state.waiting.append { continuation.resume() }
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            wake { _ in }
        }
    }
}
