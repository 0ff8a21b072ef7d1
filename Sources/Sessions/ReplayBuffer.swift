/// The latest notifications of a session, for a client that attaches again: as many as fit into a number of bytes.
package struct ReplayBuffer: Sendable {
    private var kept: [[UInt8]] = []
    /// Entries of `kept` before this one are gone.
    private var head = 0
    private var byteCount = 0
    /// Of all that ever came; notifications count 1, 2, 3, …
    package private(set) var lastSeq = 0
    package let maximumBytes: Int

    /// Entries that may be gone before the list is moved together.
    private static let slack = 64

    /// - Parameter maximumBytes: 0 keeps nothing.
    package init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// Keeps the next notification, and forgets the oldest ones that do not fit beside it.
    package mutating func append(_ notification: [UInt8]) {
        lastSeq += 1
        guard maximumBytes > 0 else { return }
        // A copy of its own size: the caller's buffer is reused, and may have grown for a longer notification.
        kept.append(
            [UInt8](unsafeUninitializedCapacity: notification.count) { copy, count in
                count = copy.initialize(fromContentsOf: notification)
            })
        byteCount += notification.count
        while byteCount > maximumBytes { forgetOldest() }
    }

    private mutating func forgetOldest() {
        byteCount -= kept[head].count
        kept[head] = []
        head += 1
        if head == kept.count {
            kept = []
            head = 0
        } else if head > Self.slack, head > kept.count / 2 {
            kept.removeFirst(head)
            head = 0
        }
    }

    /// Whether all notifications after `seq` are kept.
    package func canReplay(after seq: Int) -> Bool {
        seq >= lastSeq - (kept.count - head) && seq <= lastSeq
    }

    /// The notification of that number; nil where it is not kept, or has not come yet.
    package subscript(seq: Int) -> [UInt8]? {
        let index = kept.count - 1 - (lastSeq - seq)
        return seq <= lastSeq && index >= head ? kept[index] : nil
    }
}
