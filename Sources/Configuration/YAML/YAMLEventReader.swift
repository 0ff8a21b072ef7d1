import CYaml

/// One event of libyaml, with its place in bytes of the text that was handed in.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd
        case documentStart, documentEnd
        case alias(String)
        case scalar(String, isPlain: Bool, NodeProperties)
        case sequenceStart(NodeProperties)
        case sequenceEnd
        case mappingStart(NodeProperties)
        case mappingEnd
    }

    /// What may stand before a node: `&anchor` and `!tag`.
    struct NodeProperties {
        var anchor: String?
        var tag: String?
    }

    var kind: Kind
    var range: Range<Int>
}

/// Why libyaml could not go on, in its words, with places in bytes.
struct YAMLFailure: Error {
    var problem: String
    var offset: Int
    /// What was being read, and where that began.
    var context: String
    var contextOffset: Int

    /// Where the text ends right behind an opening bracket or a comma, libyaml misses a value, and not the bracket's end.
    mutating func blame(_ bracket: Int, _ byte: UInt8) {
        guard context == "while parsing a flow node" else { return }
        context = "while parsing a flow \(byte == UInt8(ascii: "[") ? "sequence" : "mapping")"
        contextOffset = bracket
    }
}

/// Pulls libyaml's events out of UTF-8 text. Lives only while the text's buffer does.
struct YAMLEventReader: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let places: CodePointIndex

    /// nil where there is no memory for libyaml's buffers.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
        places = CodePointIndex(text)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    mutating func next() throws(YAMLFailure) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let start = places.byteOffset(ofCodePoint: event.start_mark.index)
        let end = places.byteOffset(ofCodePoint: event.end_mark.index)
        return YAMLEvent(kind: Self.kind(of: event), range: start..<max(start, end))
    }

    private static func kind(of event: yaml_event_t) -> YAMLEvent.Kind {
        switch event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(string(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return .scalar(
                text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE, properties(scalar.anchor, scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            return .sequenceStart(properties(event.data.sequence_start.anchor, event.data.sequence_start.tag))
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            return .mappingStart(properties(event.data.mapping_start.anchor, event.data.mapping_start.tag))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default: return .streamEnd
        }
    }

    private static func properties(
        _ anchor: UnsafePointer<UInt8>?, _ tag: UnsafePointer<UInt8>?
    ) -> YAMLEvent.NodeProperties {
        YAMLEvent.NodeProperties(anchor: string(anchor), tag: string(tag))
    }

    private static func string(_ pointer: UnsafePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private func failure() -> YAMLFailure {
        let state = parser.pointee
        return YAMLFailure(
            problem: state.problem.map { String(cString: $0) } ?? "",
            offset: places.byteOffset(ofCodePoint: state.problem_mark.index),
            context: state.context.map { String(cString: $0) } ?? "",
            contextOffset: places.byteOffset(ofCodePoint: state.context_mark.index))
    }
}

/// Turns libyaml's places, which count code points, into byte offsets.
struct CodePointIndex {
    private static let stride = 256
    private let text: UnsafeBufferPointer<UInt8>
    /// Byte offsets of every 256th code point; empty where each byte is one.
    private var checkpoints: [Int] = []

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        guard text.contains(where: { $0 >= 0x80 }) else { return }
        var count = 0
        for (offset, byte) in text.enumerated() where byte & 0xC0 != 0x80 {
            if count % Self.stride == 0 { checkpoints.append(offset) }
            count += 1
        }
    }

    func byteOffset(ofCodePoint index: Int) -> Int {
        guard !checkpoints.isEmpty else { return min(index, text.count) }
        guard index / Self.stride < checkpoints.count else { return text.count }
        var offset = checkpoints[index / Self.stride]
        for _ in 0..<index % Self.stride where offset < text.count {
            offset += 1
            while offset < text.count, text[offset] & 0xC0 == 0x80 { offset += 1 }
        }
        return offset
    }
}
