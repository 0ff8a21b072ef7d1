/// A reference to something that lives on a loop, which may be carried anywhere and followed only there.
package struct LoopBound<Value>: Sendable {
    package let loop: EventLoop
    /// allowed: reached through ``value`` only, which traps off the loop, where no other thread can touch it.
    private nonisolated(unsafe) let reference: Value

    /// On the loop.
    package init(_ value: Value, loop: EventLoop) {
        precondition(loop.isCurrent, "made off event loop \(loop.name)")
        self.loop = loop
        reference = value
    }

    /// On the loop.
    package var value: Value {
        precondition(loop.isCurrent, "followed off event loop \(loop.name)")
        return reference
    }

    /// What `body` makes of the value, on its loop.
    package func read<R: Sendable>(_ body: @escaping @Sendable (Value) -> R) async -> R {
        await withCheckedContinuation { continuation in
            loop.submit { continuation.resume(returning: body(value)) }
        }
    }

    /// Calls `body` with the value on its loop, later.
    package func submit(_ body: @escaping @Sendable (Value) -> Void) {
        loop.submit { body(value) }
    }
}
