/// Bytes in the order they came: appended at the back, taken from the front.
///
/// One contiguous buffer. Taking bytes moves an index; the space in front is reclaimed when the queue empties or when
/// more than half of a large buffer is dead, so that appending and taking cost amortised O(1) a byte.
package struct ByteQueue: Sendable {
    @usableFromInline var storage: [UInt8]
    @usableFromInline var head: Int

    /// Above this many bytes an emptied buffer is given back to the allocator instead of being kept for reuse.
    package static let retainedCapacity = 16 * 1024

    package init() {
        storage = []
        head = 0
    }

    /// Bytes waiting.
    @inlinable package var count: Int { storage.count - head }
    @inlinable package var isEmpty: Bool { storage.count == head }

    /// The waiting bytes, in place.
    @inlinable package func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try storage.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[head...])) }
    }

    /// The waiting bytes as a copy.
    package var bytes: [UInt8] { Array(storage[head...]) }

    @inlinable package mutating func append(_ byte: UInt8) {
        storage.append(byte)
    }

    @inlinable package mutating func append(contentsOf bytes: [UInt8]) {
        storage.append(contentsOf: bytes)
    }

    @inlinable package mutating func append(contentsOf bytes: UnsafeRawBufferPointer) {
        storage.append(contentsOf: bytes)
    }

    @inlinable package mutating func append(contentsOf bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { storage.append(contentsOf: $0) }
    }

    @inlinable package mutating func append(contentsOf text: String) {
        storage.append(contentsOf: text.utf8)
    }

    /// Grows the queue by `count` bytes, every one of which `write` must set.
    @inlinable package mutating func append(count: Int, write: (UnsafeMutableRawBufferPointer) -> Void) {
        storage.append(addingCapacity: count) { span in
            span.withUnsafeMutableBufferPointer { buffer, initialized in
                write(UnsafeMutableRawBufferPointer(buffer))
                initialized = count
            }
        }
    }

    /// Drops the first `count` bytes. `count` must not exceed ``count``.
    package mutating func removeFirst(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "ByteQueue: more bytes taken than are waiting")
        head += count
        if head == storage.count {
            removeAll()
        } else if head > Self.retainedCapacity, head > storage.count / 2 {
            storage.removeFirst(head)
            head = 0
        }
    }

    /// Drops everything; a large buffer is freed.
    package mutating func removeAll() {
        if storage.capacity > Self.retainedCapacity {
            storage = []
        } else {
            storage.removeAll(keepingCapacity: true)
        }
        head = 0
    }
}
