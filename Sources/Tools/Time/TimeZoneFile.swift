/// A compiled time zone (TZif, RFC 9636): the offsets from UTC that held, and the rule that goes on.
struct TimeZoneFile: Sendable {
    private let transitions: [(seconds: Int, type: Int)]
    private let types: [TimeZoneRule.Period]
    private let rule: TimeZoneRule?

    /// nil where the bytes are no such file.
    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let first = Header(&reader) else { return nil }
        var header = first
        var width = 4
        if first.version >= 2 {
            // The data for readers of the first version comes first.
            guard reader.skip(first.bodyBytes(width: 4)), let second = Header(&reader) else { return nil }
            header = second
            width = 8
        }
        guard header.typeCount > 0, header.bodyBytes(width: width) <= reader.remaining else { return nil }
        let times = (0..<header.timeCount).map { _ in reader.signed(width) }
        let typeIndexes = (0..<header.timeCount).map { _ in Int(reader.byte()) }
        let records = (0..<header.typeCount).map { _ in
            (offset: reader.signed(4), isDaylight: reader.byte(), name: Int(reader.byte()))
        }
        let names = reader.bytes(header.nameBytes)
        types = records.map { record in
            let name = names.dropFirst(record.name).prefix { $0 != 0 }
            return TimeZoneRule.Period(offset: record.offset, abbreviation: String(decoding: name, as: UTF8.self))
        }
        guard typeIndexes.allSatisfy({ $0 < header.typeCount }) else { return nil }
        transitions = zip(times, typeIndexes).map { ($0, $1) }
        _ = reader.skip(header.leapCount * (width + 4) + header.standardCount + header.universalCount)
        var footer: TimeZoneRule?
        if width == 8, reader.remaining > 2, reader.byte() == 0x0A {
            let text = reader.bytes(reader.remaining).prefix { $0 != 0x0A }
            footer = TimeZoneRule(String(decoding: text, as: UTF8.self))
        }
        rule = footer
    }

    /// - Parameter seconds: since 1970 in UTC.
    func period(at seconds: Int) -> TimeZoneRule.Period {
        guard let last = transitions.last else { return rule?.period(at: seconds) ?? types[0] }
        if seconds >= last.seconds { return rule?.period(at: seconds) ?? types[last.type] }
        // The last one that is not later.
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].seconds <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? types[0] : types[transitions[low - 1].type]
    }

    private struct Header {
        let version: Int
        let universalCount, standardCount, leapCount, timeCount, typeCount, nameBytes: Int

        init?(_ reader: inout ByteReader) {
            guard reader.remaining >= 44, reader.bytes(4) == Array("TZif".utf8) else { return nil }
            let digit = reader.byte()
            version = digit == 0 ? 1 : Int(digit) - 0x30
            _ = reader.skip(15)
            universalCount = reader.signed(4)
            standardCount = reader.signed(4)
            leapCount = reader.signed(4)
            timeCount = reader.signed(4)
            typeCount = reader.signed(4)
            nameBytes = reader.signed(4)
            let counts = [universalCount, standardCount, leapCount, timeCount, typeCount, nameBytes]
            guard version >= 1, counts.allSatisfy({ 0...100_000 ~= $0 }) else { return nil }
        }

        func bodyBytes(width: Int) -> Int {
            timeCount * (width + 1) + typeCount * 6 + nameBytes + leapCount * (width + 4) + standardCount
                + universalCount
        }
    }
}

/// Big-endian numbers out of bytes; zeros past the end.
private struct ByteReader {
    private let content: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        content = bytes
    }

    var remaining: Int { content.count - position }

    mutating func skip(_ count: Int) -> Bool {
        guard count <= remaining else { return false }
        position += count
        return true
    }

    mutating func byte() -> UInt8 {
        guard remaining > 0 else { return 0 }
        position += 1
        return content[position - 1]
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        let end = min(content.count, position + count)
        defer { position = end }
        return Array(content[position..<end])
    }

    /// Two's complement.
    mutating func signed(_ width: Int) -> Int {
        var value: UInt64 = 0
        for _ in 0..<width { value = value << 8 | UInt64(byte()) }
        return width == 4 ? Int(Int32(bitPattern: UInt32(truncatingIfNeeded: value))) : Int(Int64(bitPattern: value))
    }
}
