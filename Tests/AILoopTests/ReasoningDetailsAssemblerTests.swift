import JSON
import Testing

@testable import AILoop

@Suite struct ReasoningDetailsAssemblerTests {
    private static func merge(_ fragments: [JSONValue]...) -> JSONValue? {
        var assembler = ReasoningDetailsAssembler()
        for fragment in fragments { assembler.append(fragment) }
        return assembler.details
    }

    @Test("None came: none is sent back; an empty array came: it is sent back")
    func presence() {
        #expect(Self.merge() == nil)
        #expect(Self.merge([]) == [])
    }

    @Test("Fragments of one index and type are joined; a signature may come alone, last")
    func textAndSignature() {
        #expect(
            Self.merge(
                [["type": "reasoning.text", "text": "Let", "signature": nil, "id": "r1", "format": "f", "index": 0]],
                [["type": "reasoning.text", "text": " me", "signature": nil, "id": nil, "format": nil, "index": 0]],
                [["type": "reasoning.text", "signature": "sig", "index": 0]])
                == [
                    [
                        "type": "reasoning.text", "text": "Let me", "signature": "sig", "id": "r1", "format": "f",
                        "index": 0,
                    ]
                ])
    }

    @Test("Members keep their order and entries theirs, unknown members included")
    func order() throws {
        let details = Self.merge(
            [["x": 1, "type": "reasoning.summary", "index": 1, "summary": "a"]],
            [["type": "reasoning.text", "index": 0, "text": "b"]],
            [["type": "reasoning.summary", "index": 1, "summary": "c"]])
        let entries = try #require(details?.array)
        #expect(entries.map { $0["index"] } == [1, 0])
        #expect(entries[0] == ["x": 1, "type": "reasoning.summary", "index": 1, "summary": "ac"])
        #expect(entries[0].object?.members.map(\.name) == ["x", "type", "index", "summary"])
    }

    @Test("Under one index, other types and other ids are other entries")
    func separateEntries() {
        let fragments: [JSONValue] = [
            ["type": "reasoning.text", "index": 0, "text": "a"],
            ["type": "reasoning.encrypted", "index": 0, "data": "x", "id": "1"],
            ["type": "reasoning.encrypted", "index": 0, "data": "y", "id": "2"],
        ]
        #expect(Self.merge(fragments) == .array(fragments))
    }

    @Test("Opaque data is never joined: the last stands where it is the same entry")
    func opaqueData() {
        #expect(
            Self.merge(
                [["type": "reasoning.encrypted", "index": 0, "data": "x", "id": "1"]],
                [["type": "reasoning.encrypted", "index": 0, "data": "xy", "id": "1"]])
                == [["type": "reasoning.encrypted", "index": 0, "data": "xy", "id": "1"]])
    }

    @Test("Without an index, text that follows text is joined and opaque entries stay apart", arguments: [true, false])
    func withoutIndex(hasNullIndex: Bool) {
        func entry(_ type: JSONValue, _ name: String, _ value: JSONValue) -> JSONValue {
            var object: JSONObject = ["type": type]
            object[name] = value
            if hasNullIndex { object["index"] = .null }
            return .object(object)
        }
        #expect(
            Self.merge(
                [entry("reasoning.text", "text", "a")], [entry("reasoning.text", "text", "b")],
                [entry("reasoning.encrypted", "data", "x")], [entry("reasoning.encrypted", "data", "y")],
                [entry("reasoning.text", "text", "c")])
                == [
                    entry("reasoning.text", "text", "ab"), entry("reasoning.encrypted", "data", "x"),
                    entry("reasoning.encrypted", "data", "y"), entry("reasoning.text", "text", "c"),
                ])
    }

    @Test("What is no object is left out")
    func notAnObject() {
        #expect(Self.merge(["x", 7], [["index": 0]]) == [["index": 0]])
    }
}
