import Synchronization

/// Something that happens once, and whoever waits for it: tests with `await`, loops with a callback.
package final class OneShot<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var continuations: [Int: CheckedContinuation<Value, any Error>] = [:]
        var callbacks: [@Sendable (Value) -> Void] = []
        var nextWaiter = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Nil until it has happened.
    package var current: Value? { state.withLock(\.value) }

    /// It happens. Only the first call counts.
    package func set(_ value: Value) {
        let waiting = state.withLock { state -> State? in
            guard state.value == nil else { return nil }
            let waiting = state
            state = State(value: value)
            return waiting
        }
        guard let waiting else { return }
        for continuation in waiting.continuations.values { continuation.resume(returning: value) }
        for callback in waiting.callbacks { callback(value) }
    }

    /// Waits until it has happened.
    ///
    /// - Throws: `CancellationError` where the task is cancelled meanwhile.
    package func wait() async throws -> Value {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Value, any Error>? = state.withLock { state in
                    if let value = state.value { return .success(value) }
                    // Looked at under the lock, which the cancellation handler takes too: one of the two resumes it.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.continuations[waiter] = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let continuation = state.withLock { $0.continuations.removeValue(forKey: waiter) }
            continuation?.resume(throwing: CancellationError())
        }
    }

    /// Calls `body` when it has happened: at once where it has, else on the thread that makes it happen.
    package func whenSet(_ body: @escaping @Sendable (Value) -> Void) {
        let value = state.withLock { state in
            if state.value == nil { state.callbacks.append(body) }
            return state.value
        }
        if let value { body(value) }
    }
}

/// Holds a script up until a test opens it, or a test until a script does.
package typealias ScriptGate = OneShot<Void>

extension OneShot<Void> {
    package func open() { set(()) }
}
