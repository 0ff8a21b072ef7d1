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

    /// What the end of ``text`` lacks.
    var omission: ToolOutput.Omission { part == .beginning && isFull ? .bytes(total - limit) : .none }

    /// As UTF-8, see ``text(in:)``.
    var text: String { text(in: .utf8) }

    /// Bytes that are no characters are replaced. What is left out at the beginning is told.
    func text(in encoding: TextEncoding) -> String {
        guard total > limit, encoding == .utf8 || part == .end else { return encoding.text(bytes) }
        switch part {
        case .beginning:
            var kept = bytes[...]
            // Not in the middle of a character.
            var tail = kept.suffix(4)
            while let last = tail.last, last & 0xC0 == 0x80 { tail.removeLast() }
            if let lead = tail.last, lead >= 0xC0, kept.endIndex - tail.endIndex + 1 < Self.length(ofLead: lead) {
                kept = kept[..<(tail.endIndex - 1)]
            }
            return String(decoding: kept, as: UTF8.self)
        case .end:
            let kept = bytes.suffix(limit).drop { $0 & 0xC0 == 0x80 }
            return "[cut: the last \(limit) of \(total) bytes]\n" + String(decoding: kept, as: UTF8.self)
        }
    }

    private static func length(ofLead lead: UInt8) -> Int { lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2 }
}
