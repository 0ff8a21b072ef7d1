/// A header whose bytes come in pieces.
struct PartialHeader: Sendable {
    private var bytes = InlineArray<14, UInt8>(repeating: 0)
    private var count = 0

    /// The header once it is whole, read in place where the input has all of it. Nil where the input is consumed first.
    mutating func take(
        from input: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(ProtocolViolation) -> FrameHeader? {
        if count == 0, input.count - offset >= 2 {
            let size = FrameHeader.size(secondByte: input[offset + 1])
            if input.count - offset >= size {
                let header = try FrameHeader(decoding: UnsafeRawBufferPointer(rebasing: input[offset..<offset + size]))
                offset += size
                return header
            }
        }
        while offset < input.count {
            bytes[count] = input[offset]
            count += 1
            offset += 1
            if count >= 2, count == FrameHeader.size(secondByte: bytes[1]) {
                return try decode()
            }
        }
        return nil
    }

    private func decode() throws(ProtocolViolation) -> FrameHeader {
        try bytes.span.withUnsafeBytes { (bytes) throws(ProtocolViolation) in try FrameHeader(decoding: bytes) }
    }
}

/// A frame whose payload comes in pieces.
struct PartialPayload: Sendable {
    let header: FrameHeader
    /// Bytes still to come.
    private(set) var remaining: Int

    init(_ header: FrameHeader) {
        self.header = header
        remaining = header.payloadLength
    }

    /// Appends what the input has of the payload, unmasked on the way. Memory grows with what has come, not with what
    /// the header promises.
    mutating func take(
        from input: UnsafeRawBufferPointer, at offset: inout Int, appendingTo bytes: inout [UInt8]
    ) {
        let count = min(remaining, input.count - offset)
        guard count > 0 else { return }
        let piece = UnsafeRawBufferPointer(rebasing: input[offset..<offset + count])
        let key = header.maskingKey?.advanced(by: header.payloadLength - remaining)
        bytes.append(addingCapacity: count) { span in
            span.withUnsafeMutableBufferPointer { buffer, initialized in
                guard let destination = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
                if let key {
                    key.copy(piece, to: destination)
                } else if let source = piece.baseAddress {
                    destination.copyMemory(from: source, byteCount: count)
                }
                initialized = count
            }
        }
        offset += count
        remaining -= count
    }
}
