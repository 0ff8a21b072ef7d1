import EventLoops

/// Runs blocking work on a thread of its own: the tests' pool has as many threads as the machine has processors.
func offThePool<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        Thread.start(name: "blocking") { continuation.resume(with: Result { try body() }) }
    }
}
