import JSON
import Testing

/// Each text of the tables through every reader: all accept the same, all refuse the same, for the same reason at the same
/// place. No reader takes a text in pieces; that a text is cut off is told by its end.
@Suite struct RFC8259Tests {
    @Test func `texts that the RFC allows are read by every reader, and mean what they say`() {
        for reader in JSONReader.all {
            for text in AcceptedText.all {
                expect(reader, text.bytes, accepts: text.value)
            }
        }
    }

    @Test func `texts that it does not allow are refused by every reader, each for its reason at its place`() {
        for reader in JSONReader.all {
            for text in RefusedText.all {
                expect(reader, text.bytes, refuses: text.error)
            }
        }
    }

    @Test func `there are enough of them, each once`() {
        let texts = AcceptedText.all.map(\.bytes) + RefusedText.all.map(\.bytes)
        #expect(AcceptedText.all.count >= 100)
        #expect(RefusedText.all.count >= 200)
        #expect(Set(texts).count == texts.count)
    }

    @Test func `strings are read like bytes`() {
        for text in AcceptedText.all {
            #expect(throws: Never.self) {
                let value = try JSONParser.parse(String(decoding: text.bytes, as: UTF8.self))
                #expect(value == text.value)
            }
        }
        for text in RefusedText.all {
            guard let string = String(validating: text.bytes, as: UTF8.self) else { continue }
            #expect(throws: text.error) { try JSONParser.parse(string) }
        }
    }

    @Test func `a text means the same inside of others`() {
        for reader in JSONReader.all {
            for text in AcceptedText.all {
                let array = Array("[0, ".utf8) + text.bytes + Array(",\t1]".utf8)
                expect(reader, array, accepts: [0, text.value, 1])
                let object = Array("\n{\"before\": {}, \"text\":".utf8) + text.bytes + Array("} ".utf8)
                expect(reader, object, accepts: ["before": [:], "text": text.value])
            }
        }
    }

    @Test func `a text that is cut off anywhere is refused at its end`() {
        for text in AcceptedText.all where text.bytes.count <= 100 {
            // Without the brackets a number may be whole before its end.
            let array = [UInt8(ascii: "[")] + text.bytes + [UInt8(ascii: "]")]
            for length in array.indices {
                for reader in JSONReader.all {
                    expect(
                        reader, Array(array[..<length]), refuses: JSONParseError(kind: .unexpectedEnd, offset: length))
                }
            }
        }
    }

    @Test func `what is written is read again as it was`() {
        for text in AcceptedText.all {
            for reader in JSONReader.all { expect(reader, text.value.encoded(), accepts: text.value) }
        }
    }

    @Test(arguments: [1, 2, 20, 511, 512])
    func `texts nest as deep as the limit, and no deeper`(limit: Int) {
        let tooDeep = JSONParseError(kind: .tooDeep, offset: limit)
        for reader in JSONReader.all {
            expect(reader, Array(nested(limit).utf8), accepts: tree(limit), limit)
            expect(reader, Array(nested(limit + 1).utf8), refuses: tooDeep, limit)
            // Whether it ends, or what stands inside, is not looked at.
            expect(reader, [UInt8](repeating: UInt8(ascii: "["), count: limit + 1), refuses: tooDeep, limit)
            expect(reader, Array((String(nested(limit).prefix(limit)) + "{").utf8), refuses: tooDeep, limit)
            // What was closed does not count.
            let wide = "[" + Array(repeating: nested(limit - 1), count: limit > 1 ? 3 : 0).joined(separator: ",") + "]"
            let values = [JSONValue](repeating: tree(limit - 1), count: limit > 1 ? 3 : 0)
            expect(reader, Array(wide.utf8), accepts: .array(values), limit)
        }
    }

    @Test func `objects count as arrays do`() {
        let objects: (Int) -> String = {
            String(repeating: "{\"a\":", count: $0) + "0" + String(repeating: "}", count: $0)
        }
        let value = (0..<512).reduce(JSONValue.number(JSONNumber(0))) { inner, _ in ["a": inner] }
        for reader in JSONReader.all {
            expect(reader, Array(objects(512).utf8), accepts: value)
            expect(reader, Array(objects(513).utf8), refuses: JSONParseError(kind: .tooDeep, offset: 512 * 5))
            expect(reader, Array("[{\"a\":[0]}]".utf8), accepts: [["a": [0]]], 3)
            expect(reader, Array("[{\"a\":[0]}]".utf8), refuses: JSONParseError(kind: .tooDeep, offset: 6), 2)
        }
    }

    @Test func `a limit of nothing leaves values without brackets, and no limit above the highest is granted`() {
        for reader in JSONReader.all {
            expect(reader, Array(" \"a\"".utf8), accepts: "a", 0)
            expect(reader, Array(" []".utf8), refuses: JSONParseError(kind: .tooDeep, offset: 1), 0)
            expect(reader, Array(nested(513).utf8), refuses: JSONParseError(kind: .tooDeep, offset: 512), 10_000)
        }
    }

    @Test func `a cursor hands out every member, also those whose names stand twice`() throws {
        var members: [(String, Int)] = []
        try withJSONCursor(over: "{\"a\":1,\"b\":2,\"\\u0061\":3}".utf8Span.span) { (cursor) throws(JSONParseError) in
            try cursor.readObject { (name, cursor) throws(JSONParseError) in
                members.append((name.string, try cursor.readNumber().int ?? 0))
            }
        }
        #expect(members.map(\.0) == ["a", "b", "a"])
        #expect(members.map(\.1) == [1, 2, 3])
    }

    @Test func `names that stand twice are found beyond the size from which objects are indexed`() throws {
        let count = JSONObject.indexThreshold * 3
        let members = (0..<count).map { "\"\($0)\":0" } + (0..<count).map { "\"\($0)\":\($0)" }
        let object = try #require(JSONParser.parse("{\(members.joined(separator: ","))}").object)
        #expect(object.members.map(\.name) == (0..<count).map { "\($0)" })
        #expect(object.members.map(\.value) == (0..<count).map { .number(JSONNumber($0)) })
    }

    // MARK: - Expectations

    private func tree(_ depth: Int) -> JSONValue {
        (1..<max(depth, 1)).reduce([]) { inner, _ in [inner] }
    }

    private func expect(
        _ reader: JSONReader, _ bytes: [UInt8], accepts value: JSONValue, _ maximumDepth: Int = JSONParser.maximumDepth,
        at location: SourceLocation = #_sourceLocation
    ) {
        switch reader.result(bytes, maximumDepth: maximumDepth) {
        case .success(let read):
            let isRight = read == nil || read == value
            if !isRight { record(reader, bytes, "is read as \(read?.jsonText ?? "nothing")", location) }
        case .failure(let error): record(reader, bytes, "is refused: \(error)", location)
        }
    }

    private func expect(
        _ reader: JSONReader, _ bytes: [UInt8], refuses error: JSONParseError,
        _ maximumDepth: Int = JSONParser.maximumDepth, at location: SourceLocation = #_sourceLocation
    ) {
        switch reader.result(bytes, maximumDepth: maximumDepth) {
        case .success(let read): record(reader, bytes, "is accepted as \(read?.jsonText ?? "something")", location)
        case .failure(let found):
            if found != error { record(reader, bytes, "is refused for \(found), not for \(error)", location) }
        }
    }

    private func record(_ reader: JSONReader, _ bytes: [UInt8], _ what: String, _ location: SourceLocation) {
        let text = String(decoding: bytes.prefix(80), as: UTF8.self)
        Issue.record("\(reader.name): \(text.debugDescription) \(what)", sourceLocation: location)
    }
}
