/// One message under way: what is known of its answer so far. Nothing of it counts before it has ended well.
struct MessageTiming: Sendable {
    /// Gaps that are kept of one answer; later ones are not measured.
    static let maximumGaps = 1 << 16

    /// When it was to be sent: for closed loops, when it was.
    let intendedAt: UInt64
    let sentAt: UInt64
    /// Sent in the measured time.
    let isMeasured: Bool
    private(set) var firstChunkAt: UInt64?
    private(set) var gaps: [UInt64] = []
    private var lastChunkAt: UInt64 = 0

    init(intendedAt: UInt64, sentAt: UInt64, isMeasured: Bool) {
        self.intendedAt = intendedAt
        self.sentAt = sentAt
        self.isMeasured = isMeasured
    }

    /// A chunk with text came.
    mutating func noteChunk(at now: UInt64) {
        if firstChunkAt == nil {
            firstChunkAt = now
        } else if isMeasured, gaps.count < Self.maximumGaps {
            gaps.append(now - lastChunkAt)
        }
        lastChunkAt = now
    }
}
