/// What a program wrote, as much of it as is kept.
struct BoundedOutput {
    enum Part { case beginning, end }

    private let limit: Int
    private let part: Part
    /// What is kept; before it is asked for, more of an end.
    private var kept: [UInt8] = []
    private(set) var total = 0

    /// - Parameter part: which one is kept where there is more than `limit`.
    init(limit: Int, keeping part: Part) {
        self.limit = limit
        self.part = part
    }

    /// There is more than is kept.
    var isCut: Bool { total > limit }

    mutating func append(_ new: UnsafeRawBufferPointer) {
        total += new.count
        switch part {
        case .beginning: kept += new.prefix(max(0, limit - kept.count))
        case .end:
            kept += new
            // Not each time: what is dropped has to be moved for.
            if kept.count > 2 * limit { kept.removeFirst(kept.count - limit) }
        }
    }

    var bytes: ArraySlice<UInt8> { kept.suffix(limit) }

    /// What the end of ``text`` lacks.
    var omission: ToolOutput.Omission { part == .beginning && isCut ? .bytes(total - limit) : .none }

    /// As UTF-8. What is left out at the beginning is told.
    var text: String {
        switch part {
        case .beginning: return TextEncoding.utf8.text(bytes, isCut: isCut)
        case .end:
            guard isCut else { return TextEncoding.utf8.text(bytes) }
            let note = "[cut: the last \(limit) of \(total) bytes]\n"
            return note + TextEncoding.utf8.text(bytes.drop { $0 & 0xC0 == 0x80 })
        }
    }
}
