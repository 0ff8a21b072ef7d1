import Wire

/// Parses `text/event-stream` (WHATWG HTML §9.2.5–6) from bytes cut anywhere. A line ends in CR, LF or CRLF; one byte order
/// mark at the start is passed over.
///
/// Data that is one line and lies whole in the input, with the empty line after it, is handed on without a copy. Fields that
/// the standard does not know are ignored. One deviation: where the stream ends, a block that no empty line ended is
/// dispatched too (``finish(_:)``), as some services leave the last one out.
package struct EventStreamParser: Sendable {
    /// Most bytes of one event: its data so far, with one byte a line for its ending, and the line being read.
    package let maximumEventBytes: Int

    /// Buffers that an unusually large event has grown beyond this are given back.
    private static let retainedCapacity = 16 * 1024

    /// The line being read, where it began in an earlier input.
    private var partialLine: [UInt8] = []
    /// Data lines of the event being read, each with a line feed; without the one that is borrowed from the input.
    private var data: [UInt8] = []
    private var type = ""
    private var lastEventID = ""
    /// The last line ended in a CR: a LF that follows belongs to it.
    private var skipsLineFeed = false
    /// Bytes of the byte order mark seen; 3 as soon as it is known whether there is one.
    private var markBytes = 0
    private var isOver = false

    package init(maximumEventBytes: Int = 8 * 1024 * 1024) {
        self.maximumEventBytes = maximumEventBytes
    }

    /// Takes the next bytes and reports what they complete, in order. The callback must not call the parser.
    package mutating func feed(_ input: UnsafeRawBufferPointer, _ onEvent: (EventStreamEvent) -> Void) {
        var offset = 0
        var borrowed: UnsafeRawBufferPointer?
        if markBytes < 3 { passMark(input, at: &offset) }
        while offset < input.count, !isOver {
            if skipsLineFeed {
                skipsLineFeed = false
                if input[offset] == 0x0A {
                    offset += 1
                    continue
                }
            }
            guard let end = input.firstOffset(ofEither: 0x0A, 0x0D, in: offset..<input.count) else {
                keep(UnsafeRawBufferPointer(rebasing: input[offset...]), borrowed, onEvent)
                break
            }
            skipsLineFeed = input[end] == 0x0D
            let line = UnsafeRawBufferPointer(rebasing: input[offset..<end])
            if partialLine.isEmpty {
                take(line: line, &borrowed, onEvent)
            } else {
                complete(with: line, &borrowed, onEvent)
            }
            offset = end + 1
        }
        copyBorrowed(&borrowed)
    }

    /// The stream ended: reports the event that was under way, if it has data. The parser takes nothing more.
    package mutating func finish(_ onEvent: (EventStreamEvent) -> Void) {
        var borrowed: UnsafeRawBufferPointer?
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        if !isOver, !partialLine.isEmpty { complete(with: nothing, &borrowed, onEvent) }
        if !isOver { dispatch(&borrowed, onEvent) }
        isOver = true
    }

    // MARK: Lines

    /// Moves past a byte order mark, which may be spread over several inputs.
    private mutating func passMark(_ input: UnsafeRawBufferPointer, at offset: inout Int) {
        while markBytes < 3, offset < input.count {
            guard input[offset] == Self.byteOrderMark[markBytes] else {
                partialLine.append(contentsOf: Self.byteOrderMark[..<markBytes])
                markBytes = 3
                return
            }
            markBytes += 1
            offset += 1
        }
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Keeps the beginning of a line whose end has not come.
    private mutating func keep(
        _ beginning: UnsafeRawBufferPointer, _ borrowed: UnsafeRawBufferPointer?, _ onEvent: (EventStreamEvent) -> Void
    ) {
        guard fits(lineBytes: partialLine.count + beginning.count, borrowed, onEvent) else { return }
        partialLine.append(contentsOf: beginning)
    }

    /// Takes the line that earlier inputs began and `rest` ends. What it adds to the data is copied.
    private mutating func complete(
        with rest: UnsafeRawBufferPointer, _ borrowed: inout UnsafeRawBufferPointer?,
        _ onEvent: (EventStreamEvent) -> Void
    ) {
        var line = partialLine
        partialLine = []
        line.append(contentsOf: rest)
        line.withUnsafeBytes { bytes in
            take(line: bytes, &borrowed, onEvent)
            copyBorrowed(&borrowed)
        }
        if line.capacity <= Self.retainedCapacity {
            line.removeAll(keepingCapacity: true)
            partialLine = line
        }
    }

    private mutating func take(
        line: UnsafeRawBufferPointer, _ borrowed: inout UnsafeRawBufferPointer?, _ onEvent: (EventStreamEvent) -> Void
    ) {
        guard !line.isEmpty else { return dispatch(&borrowed, onEvent) }
        guard fits(lineBytes: line.count, borrowed, onEvent) else { return }
        let nameEnd = line.firstOffset(of: UInt8(ascii: ":"), in: 0..<line.count) ?? line.count
        var valueStart = min(nameEnd + 1, line.count)
        if valueStart < line.count, line[valueStart] == UInt8(ascii: " ") { valueStart += 1 }
        let name = UnsafeRawBufferPointer(rebasing: line[..<nameEnd])
        let value = UnsafeRawBufferPointer(rebasing: line[valueStart...])
        if Self.equal(name, "data") {
            copyBorrowed(&borrowed)
            if data.isEmpty { borrowed = value } else { append(data: value) }
        } else if name.isEmpty {
            onEvent(.comment(value))
        } else if Self.equal(name, "event") {
            type = String(decoding: value, as: UTF8.self)
        } else if Self.equal(name, "id") {
            if !value.contains(0) { lastEventID = String(decoding: value, as: UTF8.self) }
        } else if Self.equal(name, "retry"), value.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let milliseconds = Int(String(decoding: value, as: UTF8.self))
        {
            onEvent(.retry(milliseconds: milliseconds))
        }
    }

    private static func equal(_ bytes: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        return bytes.indices.allSatisfy { bytes[$0] == name.utf8Start[$0] }
    }

    // MARK: The event being read

    /// Reports the event that the empty line ended, unless it has no data line.
    private mutating func dispatch(
        _ borrowed: inout UnsafeRawBufferPointer?, _ onEvent: (EventStreamEvent) -> Void
    ) {
        if let bytes = borrowed {
            borrowed = nil
            onEvent(.message(EventStreamMessage(type: type, data: bytes, lastEventID: lastEventID)))
        } else if !data.isEmpty {
            data.withUnsafeBytes { lines in
                let bytes = UnsafeRawBufferPointer(rebasing: lines.dropLast())
                onEvent(.message(EventStreamMessage(type: type, data: bytes, lastEventID: lastEventID)))
            }
            data.removeAll(keepingCapacity: data.capacity <= Self.retainedCapacity)
        }
        if !type.isEmpty { type = "" }
    }

    /// Ends the borrowing, before the memory goes or because another line of data follows.
    private mutating func copyBorrowed(_ borrowed: inout UnsafeRawBufferPointer?) {
        guard let bytes = borrowed else { return }
        borrowed = nil
        append(data: bytes)
    }

    private mutating func append(data line: UnsafeRawBufferPointer) {
        data.append(contentsOf: line)
        data.append(0x0A)
    }

    /// Whether the event with a line of that many bytes keeps to the limit; reports the overflow where not.
    private mutating func fits(
        lineBytes: Int, _ borrowed: UnsafeRawBufferPointer?, _ onEvent: (EventStreamEvent) -> Void
    ) -> Bool {
        let dataBytes = data.count + (borrowed.map { $0.count + 1 } ?? 0)
        if lineBytes <= maximumEventBytes - dataBytes { return true }
        isOver = true
        partialLine = []
        data = []
        onEvent(.overflow)
        return false
    }
}
