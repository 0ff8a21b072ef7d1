import Sessions
import Testing

@Suite struct ReplayBufferTests {
    private func bytes(_ count: Int, _ filler: UInt8 = 0) -> [UInt8] { [UInt8](repeating: filler, count: count) }

    @Test func whatFitsIsKeptUnderItsNumber() {
        var buffer = ReplayBuffer(maximumBytes: 100)
        for number in 1...5 as ClosedRange<UInt8> { buffer.append(bytes(20, number)) }
        #expect(buffer.lastSeq == 5)
        for seq in 1...5 { #expect(buffer[seq] == bytes(20, UInt8(seq))) }
        #expect(buffer[0] == nil)
        #expect(buffer[6] == nil)
        #expect(buffer.canReplay(after: 0))
        #expect(buffer.canReplay(after: 5))
    }

    @Test func oneByteMoreThanTheLimitForgetsTheOldest() {
        var buffer = ReplayBuffer(maximumBytes: 99)
        for number in 1...5 as ClosedRange<UInt8> { buffer.append(bytes(20, number)) }
        #expect(buffer[1] == nil)
        #expect(buffer[2] == bytes(20, 2))
        #expect(!buffer.canReplay(after: 0))
        #expect(buffer.canReplay(after: 1))
    }

    @Test func aNotificationLargerThanAllOfItLeavesNothing() {
        var buffer = ReplayBuffer(maximumBytes: 10)
        buffer.append(bytes(10))
        #expect(buffer.canReplay(after: 0))
        buffer.append(bytes(11))
        #expect(buffer[1] == nil)
        #expect(buffer[2] == nil)
        #expect(!buffer.canReplay(after: 1))
        #expect(buffer.canReplay(after: 2))
        buffer.append(bytes(1, 3))
        #expect(buffer[3] == bytes(1, 3))
        #expect(buffer.canReplay(after: 2))
    }

    @Test func nothingIsKeptWhereTheLimitIsZero() {
        var buffer = ReplayBuffer(maximumBytes: 0)
        buffer.append(bytes(1))
        #expect(buffer.lastSeq == 1)
        #expect(buffer[1] == nil)
        #expect(!buffer.canReplay(after: 0))
        #expect(buffer.canReplay(after: 1))
    }

    @Test func whatIsKeptHasItsOwnSizeNotThatOfTheCallersBuffer() throws {
        var buffer = ReplayBuffer(maximumBytes: 1000)
        var scratch = bytes(10)
        scratch.reserveCapacity(16_384)
        buffer.append(scratch)
        #expect(try #require(buffer[1]).capacity < 1000)
    }

    @Test func aNumberThatHasNotComeCannotBeReplayedFrom() {
        var buffer = ReplayBuffer(maximumBytes: 10)
        buffer.append(bytes(1))
        #expect(!buffer.canReplay(after: 2))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func itAgreesWithAListOfEverything(seed: UInt64) {
        var state = seed
        var buffer = ReplayBuffer(maximumBytes: 500)
        var all: [[UInt8]] = []
        for number in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            all.append(bytes(Int(state >> 33) % 40, UInt8(number % 251)))
            buffer.append(all[number])
            var total = 0
            var oldest = all.count + 1
            while oldest > 1, total + all[oldest - 2].count <= 500 {
                oldest -= 1
                total += all[oldest - 1].count
            }
            // An empty one at the edge may be forgotten with its neighbour: what counts is what is said to be kept.
            for seq in oldest...all.count + 1 where seq <= all.count && !all[seq - 1].isEmpty {
                #expect(buffer[seq] == all[seq - 1], "seed \(seed)")
            }
            if oldest > 1 { #expect(buffer[oldest - 1] == nil, "seed \(seed)") }
        }
    }
}
