import Testing

@testable import Wire

@Suite struct ByteQueueTests {
    @Test("every way to append adds at the back")
    func append() {
        var queue = ByteQueue()
        queue.append(1)
        queue.append(contentsOf: [2, 3] as [UInt8])
        queue.append(contentsOf: [4, 5] as [UInt8])
        ([6, 7] as [UInt8]).withUnsafeBytes { queue.append(contentsOf: $0) }
        queue.append(contentsOf: ([8, 9] as [UInt8]).span)
        queue.append(contentsOf: "\n")
        queue.append(count: 2) { $0.copyBytes(from: [11, 12]) }
        queue.append(count: 0) { _ in }
        #expect(queue.bytes == Array(1...12))
        #expect(queue.count == 12)
        #expect(!queue.isEmpty)
    }

    @Test("bytes leave from the front, in order")
    func removeFirst() {
        var queue = ByteQueue()
        queue.append(contentsOf: [1, 2, 3, 4, 5] as [UInt8])
        queue.removeFirst(0)
        queue.removeFirst(2)
        queue.append(6)
        #expect(queue.bytes == [3, 4, 5, 6])
        #expect(queue.withUnsafeBytes { Array($0) } == [3, 4, 5, 6])
        queue.removeFirst(4)
        #expect(queue.isEmpty)
        #expect(queue.bytes == [])
        #expect(queue.withUnsafeBytes { $0.count } == 0)
        queue.append(7)
        #expect(queue.bytes == [7])
    }

    @Test("removing everything leaves an empty, usable queue", arguments: [1, 2 * ByteQueue.retainedCapacity])
    func removeAll(count: Int) {
        var queue = ByteQueue()
        queue.append(contentsOf: [UInt8](repeating: 1, count: count))
        queue.removeFirst(1)
        queue.removeAll()
        #expect(queue.isEmpty)
        queue.append(2)
        #expect(queue.bytes == [2])
    }

    @Test("a queue that never empties keeps its order and does not grow")
    func reclaim() {
        var queue = ByteQueue()
        var written: UInt64 = 0
        var read: UInt64 = 0
        let piece = ByteQueue.retainedCapacity / 16
        var moved = 0
        func write() {
            let bytes = (0..<piece).map { UInt8(truncatingIfNeeded: (written + UInt64($0)) &* 31) }
            queue.append(contentsOf: bytes)
            written += UInt64(piece)
        }
        for _ in 0..<24 { write() }
        for _ in 0..<1000 {
            write()
            let before = queue.storage.count
            let isInOrder = queue.withUnsafeBytes { waiting in
                (0..<piece).allSatisfy { waiting[$0] == UInt8(truncatingIfNeeded: (read + UInt64($0)) &* 31) }
            }
            #expect(isInOrder)
            queue.removeFirst(piece)
            read += UInt64(piece)
            if queue.storage.count < before { moved += queue.count }
            // Living bytes, as many dead ones again, and what may die before the first reclaim.
            #expect(queue.storage.count <= 2 * queue.count + ByteQueue.retainedCapacity + piece)
        }
        #expect(queue.count == 24 * piece)
        // Amortised: every byte is moved about as often as it is taken, not once per call.
        #expect(moved <= 2 * Int(read))
    }

    @Test("one byte at a time out of a large queue moves each byte less than twice")
    func drain() {
        var queue = ByteQueue()
        let total = 8 * ByteQueue.retainedCapacity
        queue.append(contentsOf: [UInt8](repeating: 9, count: total))
        var moved = 0
        while !queue.isEmpty {
            let before = queue.storage.count
            queue.removeFirst(1)
            if queue.storage.count < before { moved += queue.count }
        }
        #expect(moved < 2 * total)
    }
}
