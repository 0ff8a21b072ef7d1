/// What of a stream arrived while the loop was paused, in order.
struct HeldEvents: ~Copyable, Sendable {
    /// Counted for every event beside its text, so that many small ones are bounded too.
    static let bytesPerEvent = 64

    private(set) var events: [ModelEvent] = []
    private var byteCount = 0

    /// False, and nothing held, where `limit` bytes would be passed. The end of a stream is always held.
    mutating func append(_ event: ModelEvent, limit: Int) -> Bool {
        let size = Self.bytesPerEvent + event.byteCount
        guard event.isLast || byteCount + size <= limit else { return false }
        byteCount += size
        events.append(event)
        return true
    }
}

extension ModelEvent {
    var isLast: Bool {
        switch self {
        case .finished, .failed: true
        case .text, .reasoning, .reasoningDetails, .toolCallFragment: false
        }
    }

    /// Bytes of UTF-8 that it carries.
    var byteCount: Int {
        switch self {
        case .text(let text), .reasoning(let text): text.utf8.count
        case .reasoningDetails(let fragments): fragments.reduce(0) { $0 + $1.approximateByteCount }
        case .toolCallFragment(let fragment):
            fragment.arguments.utf8.count + (fragment.id?.utf8.count ?? 0) + (fragment.name?.utf8.count ?? 0)
        case .finished, .failed: 0
        }
    }
}
