/// Closes brackets that were left open, and separates what stands in them without a comma, so that what they hold can be read all
/// the same. What is put in has no place in the source.
struct BracketMending {
    /// A bracket, and where what stands in it could not be read on.
    struct Fault {
        var opening: Int
        var stop: Int
    }

    private struct Insertion {
        /// In the source; of several at one place the first stands first.
        var offset: Int
        var byte: UInt8
    }

    private var insertions: [Insertion] = []
    /// Of each bracket, where reading stopped last: next time it must come farther.
    private var stops: [Int: Int] = [:]
    /// Lines of the brackets.
    private var regions: [Range<Int>] = []
    /// Places of values that are not, or not wholly, what was meant: the brackets, and what a comma was put behind.
    private(set) var tornRanges: [Range<Int>] = []

    var isEmpty: Bool { insertions.isEmpty }

    /// Whether the bracket has been mended already.
    func includes(_ fault: Fault) -> Bool { stops[fault.opening] != nil }

    /// The lines of the brackets that `offset` is among.
    func region(at offset: Int) -> Range<Int>? { regions.first { $0.contains(offset) } }

    /// Puts in what lets reading come farther; false where it did not come farther since the last time.
    ///
    /// - Parameter region: the lines that may belong to the bracket.
    mutating func mend(_ fault: Fault, in bytes: [UInt8], _ region: Range<Int>) -> Bool {
        guard region.contains(fault.opening), "[{".utf8.contains(bytes[fault.opening]),
            stops[fault.opening].map({ $0 < fault.stop }) ?? true
        else { return false }
        let isSequence = bytes[fault.opening] == UInt8(ascii: "[")
        let closing = UInt8(ascii: isSequence ? "]" : "}")
        let end = Self.endOfContent(of: bytes, in: fault.opening + 1..<region.upperBound)
        stops[fault.opening] = fault.stop
        regions.append(region)
        tornRanges.append(fault.opening..<fault.opening + 1)
        if fault.stop >= end {
            insert(closing, at: end)
        } else if bytes[fault.stop] == UInt8(ascii: isSequence ? "}" : "]") {
            insert(closing, at: fault.stop)
        } else {
            insert(UInt8(ascii: ","), at: fault.stop)
            tornRanges.append(Self.endOfContent(of: bytes, in: fault.opening..<fault.stop) - 1..<fault.stop)
        }
        return true
    }

    /// Takes back what was put in among these lines.
    mutating func undo(in region: Range<Int>) {
        insertions.removeAll { region.lowerBound <= $0.offset && $0.offset <= region.upperBound }
    }

    private mutating func insert(_ byte: UInt8, at offset: Int) {
        let index = insertions.firstIndex { $0.offset > offset } ?? insertions.endIndex
        insertions.insert(Insertion(offset: offset, byte: byte), at: index)
    }

    /// The text with what was put in.
    func mended(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + insertions.count)
        var end = 0
        for insertion in insertions {
            result += bytes[end..<insertion.offset]
            result.append(insertion.byte)
            end = insertion.offset
        }
        return result + bytes[end...]
    }

    /// Where in the source a place of the mended text is.
    func sourceOffset(of offset: Int) -> Int {
        var count = 0
        for insertion in insertions where insertion.offset + count < offset { count += 1 }
        return offset - count
    }

    /// Behind the last byte that is neither blank nor part of a comment.
    private static func endOfContent(of bytes: [UInt8], in range: Range<Int>) -> Int {
        var end = range.lowerBound
        var quote: UInt8?
        var isComment = false
        var isStart = true
        for index in range {
            let byte = bytes[index]
            let isBlank = byte <= UInt8(ascii: " ")
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { isComment = false }
            if byte == UInt8(ascii: "#"), quote == nil, bytes[index - 1] <= UInt8(ascii: " ") { isComment = true }
            if byte == quote {
                quote = nil
            } else if quote == nil, isStart, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
            isStart = isBlank || ",[{:".utf8.contains(byte)
            if !isBlank, !isComment { end = index + 1 }
        }
        return end
    }
}
