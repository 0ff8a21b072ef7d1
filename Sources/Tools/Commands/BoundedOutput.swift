/// What a program wrote, as much of it as is kept.
struct BoundedOutput {
    enum Part { case beginning, end }

    private let limit: Int
    private let part: Part
    private var bytes: [UInt8] = []
    private(set) var total = 0

    /// - Parameter part: which one is kept where there is more than `limit`.
    init(limit: Int, keeping part: Part) {
        self.limit = limit
        self.part = part
    }

    /// There is more than is kept.
    var isFull: Bool { total > limit }

    mutating func append(_ new: UnsafeRawBufferPointer) {
        total += new.count
        switch part {
        case .beginning: bytes += new.prefix(max(0, limit - bytes.count))
        case .end:
            bytes += new
            // Not each time: what is dropped has to be moved for.
            if bytes.count > 2 * limit { bytes.removeFirst(bytes.count - limit) }
        }
    }

    /// Bytes that are no UTF-8 are replaced. What is left out is told.
    var text: String {
        guard total > limit else { return String(decoding: bytes, as: UTF8.self) }
        switch part {
        case .beginning:
            var kept = bytes[...]
            // Not in the middle of a character.
            var tail = kept.suffix(4)
            while let last = tail.last, last & 0xC0 == 0x80 { tail.removeLast() }
            if let lead = tail.last, lead >= 0xC0, kept.endIndex - tail.endIndex + 1 < Self.length(ofLead: lead) {
                kept = kept[..<(tail.endIndex - 1)]
            }
            return String(decoding: kept, as: UTF8.self) + "\n[cut: \(total) bytes are more than the limit of \(limit)]"
        case .end:
            let kept = bytes.suffix(limit).drop { $0 & 0xC0 == 0x80 }
            return "[cut: the last \(limit) of \(total) bytes]\n" + String(decoding: kept, as: UTF8.self)
        }
    }

    private static func length(ofLead lead: UInt8) -> Int { lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2 }
}
