import JSON
import Testing

@testable import AILoop

/// Tool calls as upstreams really stream them.
@Suite struct ToolCallAssemblerTests {
    private typealias Call = ToolCallAssembler.AssembledCall

    private static func assemble(_ fragments: [ToolCallFragment]) -> [ToolCallAssembler.AssembledCall] {
        var assembler = ToolCallAssembler()
        for fragment in fragments { assembler.append(fragment) }
        return assembler.calls
    }

    @Test("Later fragments carry the index and arguments only")
    func byIndex() {
        let calls = Self.assemble([
            ToolCallFragment(index: 0, id: "a", name: "clock"),
            ToolCallFragment(index: 1, id: "b", name: "weather"),
            ToolCallFragment(index: 0, arguments: #"{"zone""#),
            ToolCallFragment(index: 1, arguments: #"{"city""#),
            ToolCallFragment(index: 0, arguments: #":"UTC"}"#),
            ToolCallFragment(index: 1, arguments: #":"Oslo"}"#),
        ])
        #expect(
            calls == [
                Call(index: 0, id: "a", name: "clock", arguments: #"{"zone":"UTC"}"#),
                Call(index: 1, id: "b", name: "weather", arguments: #"{"city":"Oslo"}"#),
            ])
    }

    @Test("Id and name repeated in every fragment are one call")
    func repeatedIDAndName() {
        let calls = Self.assemble([
            ToolCallFragment(index: 0, id: "a", name: "clock", arguments: "{"),
            ToolCallFragment(index: 0, id: "a", name: "clock", arguments: "}"),
            ToolCallFragment(index: 0, id: "a", name: "clock"),
        ])
        #expect(calls == [Call(index: 0, id: "a", name: "clock", arguments: "{}")])
    }

    @Test("A known id wins over the index")
    func knownID() {
        let calls = Self.assemble([
            ToolCallFragment(index: 0, id: "a", name: "clock", arguments: "{"),
            ToolCallFragment(index: 1, id: "b", name: "weather", arguments: "{"),
            ToolCallFragment(index: 1, id: "a", arguments: "}"),
            ToolCallFragment(index: 0, id: "b", arguments: "}"),
        ])
        #expect(calls.map(\.arguments) == ["{}", "{}"])
    }

    @Test("A new id on a used index opens a new call; bare fragments then belong to that one")
    func newIDOnUsedIndex() {
        let calls = Self.assemble([
            ToolCallFragment(index: 0, id: "a", name: "clock", arguments: "{}"),
            ToolCallFragment(index: 0, id: "b", name: "clock", arguments: "{"),
            ToolCallFragment(index: 0, arguments: "}"),
        ])
        #expect(
            calls == [
                Call(index: 0, id: "a", name: "clock", arguments: "{}"),
                Call(index: 0, id: "b", name: "clock", arguments: "{}"),
            ])
    }

    @Test("Whole calls without ids, all under index 0, stay apart")
    func wholeCallsUnderOneIndex() {
        let calls = Self.assemble([
            ToolCallFragment(index: 0, name: "weather", arguments: #"{"city":"Oslo"}"#),
            ToolCallFragment(index: 0, name: "weather", arguments: #"{"city":"Rome"}"#),
            ToolCallFragment(index: 0, name: "clock"),
        ])
        #expect(calls.map(\.arguments) == [#"{"city":"Oslo"}"#, #"{"city":"Rome"}"#, ""])
    }

    @Test("A name repeated without an id while the arguments are open is the same call")
    func repeatedName() {
        let calls = Self.assemble([
            ToolCallFragment(index: 0, name: "weather"),
            ToolCallFragment(index: 0, name: "weather", arguments: #"{"city":"#),
            ToolCallFragment(index: 0, name: "weather", arguments: #""Oslo"}"#),
        ])
        #expect(calls == [Call(index: 0, id: nil, name: "weather", arguments: #"{"city":"Oslo"}"#)])
    }

    @Test("Fragments without an index belong to the latest call")
    func withoutIndex() {
        let calls = Self.assemble([
            ToolCallFragment(id: "a", name: "clock"), ToolCallFragment(arguments: "{"),
            ToolCallFragment(arguments: "}"),
            ToolCallFragment(id: "b", name: "weather", arguments: "{}"),
        ])
        #expect(
            calls == [
                Call(index: 0, id: "a", name: "clock", arguments: "{}"),
                Call(index: 1, id: "b", name: "weather", arguments: "{}"),
            ])
    }

    @Test("Bare arguments under an unknown index belong to the latest call")
    func unknownIndex() {
        let calls = Self.assemble([
            ToolCallFragment(index: 0, id: "a", name: "clock"), ToolCallFragment(index: 1, arguments: "{}"),
        ])
        #expect(calls == [Call(index: 0, id: "a", name: "clock", arguments: "{}")])
    }

    @Test("An id, or a name, that comes late is taken over")
    func lateIDAndName() {
        let calls = Self.assemble([
            ToolCallFragment(index: 0, name: "clock"), ToolCallFragment(index: 0, id: "a", arguments: "{}"),
            ToolCallFragment(index: 1, id: "b"), ToolCallFragment(index: 1, name: "weather"),
        ])
        #expect(
            calls == [
                Call(index: 0, id: "a", name: "clock", arguments: "{}"),
                Call(index: 1, id: "b", name: "weather", arguments: ""),
            ])
    }

    @Test("Fragments that say nothing make no call")
    func emptyFragments() {
        #expect(Self.assemble([ToolCallFragment(index: 0), ToolCallFragment()]).isEmpty)
    }

    @Test(
        "A whole call that is said again at the end is one call, with an id and without",
        arguments: [("a", "a"), (nil, nil), ("a", nil), (nil, "a")] as [(String?, String?)])
    func repeatedCall(id: String?, repeatedID: String?) {
        let text = #"{"item":"book"}"#
        let repeated = ToolCallFragment(index: 0, id: repeatedID, name: "order", arguments: text)
        let call = Call(index: 0, id: "a", name: "order", arguments: text)
        let whole = Self.assemble([
            ToolCallFragment(index: 0, id: id, name: "order", arguments: text), repeated, repeated,
        ])
        #expect(whole == [Call(index: 0, id: id ?? repeatedID, name: "order", arguments: text)])
        let fragments = Self.assemble([
            ToolCallFragment(index: 0, id: "a", name: "order"), ToolCallFragment(index: 0, arguments: #"{"item""#),
            ToolCallFragment(index: 0, arguments: #":"book"}"#), repeated,
        ])
        #expect(fragments == [call])
        let bare = Self.assemble([
            ToolCallFragment(id: "a", name: "order", arguments: text), ToolCallFragment(name: "order", arguments: text),
            ToolCallFragment(arguments: text),
        ])
        #expect(bare == [call])
    }

    @Test(
        "Arguments that are whole stay so with blanks behind them, or encoded twice",
        arguments: ["{\"a\":1}\n", " \n{\"a\":1} \r\n\t", #""{\"a\":\"}\"}""#, #""{}" "#])
    func repeatedOddCalls(text: String) {
        for id in [nil, "a"] {
            let whole = ToolCallFragment(index: 0, id: id, name: "order", arguments: text)
            #expect(Self.assemble([whole, whole]) == [Call(index: 0, id: id, name: "order", arguments: text)])
            let pieces = text.map { ToolCallFragment(index: 0, arguments: String($0)) }
            let named = [ToolCallFragment(index: 0, id: id, name: "order")]
            #expect(Self.assemble(named + pieces + [whole]).map(\.arguments) == [text])
            // Said again in pieces.
            let again = ToolCallFragment(index: 0, id: id, arguments: text)
            #expect(Self.assemble([whole, again]).map(\.arguments) == [text])
        }
    }

    @Test("Whether long arguments are whole is not asked anew of all of them with each piece", .timeLimit(.minutes(1)))
    func longArguments() {
        let open = #"{"text":""# + String(repeating: "x", count: 4 << 20)
        let piece = ToolCallFragment(index: 0, name: "write", arguments: "}")
        let calls = Self.assemble(
            [ToolCallFragment(index: 0, name: "write", arguments: open)] + Array(repeating: piece, count: 20_000))
        #expect(calls.map(\.arguments.utf8.count) == [open.utf8.count + 20_000])
    }

    @Test("All calls of an answer said again, also where they came under one index", arguments: [0, 1])
    func allRepeated(secondIndex: Int) {
        let fragments = [
            ToolCallFragment(index: 0, name: "weather", arguments: #"{"city":"Oslo"}"#),
            ToolCallFragment(index: secondIndex, name: "weather", arguments: #"{"city":"Rome"}"#),
        ]
        #expect(Self.assemble(fragments + fragments).map(\.arguments) == [#"{"city":"Oslo"}"#, #"{"city":"Rome"}"#])
    }

    @Test("Equal calls with ids or indexes of their own are two")
    func equalCalls() {
        let ids = ["a", "b"].map { ToolCallFragment(index: 0, id: $0, name: "roll", arguments: "{}") }
        #expect(Self.assemble(ids).map(\.id) == ["a", "b"])
        let indexes = [0, 1].map { ToolCallFragment(index: $0, name: "roll", arguments: "{}") }
        #expect(Self.assemble(indexes).map(\.index) == [0, 1])
    }

    @Test("Arguments after an empty object that only held their place, whole or in pieces")
    func placeholder() {
        let pieces = [[#"{"item":"x"}"#], [#"{"item""#, #":"x"}"#]]
        for id in [nil, "a"] {
            for arguments in pieces {
                let calls = Self.assemble(
                    [ToolCallFragment(index: 0, id: "a", name: "order", arguments: "{}")]
                        + arguments.map { ToolCallFragment(index: 0, id: id, arguments: $0) })
                #expect(calls == [Call(index: 0, id: "a", name: "order", arguments: #"{"item":"x"}"#)])
            }
        }
    }

    @Test("Braces within a string are no end of the arguments")
    func bracesInStrings() {
        let calls = Self.assemble([
            ToolCallFragment(index: 0, id: "a", name: "write", arguments: #"{"text":"{}"#),
            ToolCallFragment(index: 0, arguments: "{}"), ToolCallFragment(index: 0, arguments: #""}"#),
        ])
        #expect(calls.map(\.arguments) == [#"{"text":"{}{}"}"#])
    }

    @Test("One id under two indexes, each with a name, is of two calls; what follows goes by the index")
    func sharedID() {
        let calls = Self.assemble([
            ToolCallFragment(index: 0, id: "z", name: "clock", arguments: #"{"a":"#),
            ToolCallFragment(index: 1, id: "z", name: "clock", arguments: #"{"b":"#),
            ToolCallFragment(index: 0, id: "z", name: "clock", arguments: "1}"),
            ToolCallFragment(index: 1, arguments: "2}"),
        ])
        #expect(calls.map(\.arguments) == [#"{"a":1}"#, #"{"b":2}"#])
    }

    @Test("Ids are handed out once, also where the model repeats one it was given a substitute for")
    func identifiers() {
        var identifiers = ToolCallIdentifiers()
        #expect(identifiers.identifier(for: "a", index: 0) == "a")
        #expect(identifiers.identifier(for: nil, index: 0) == "call_0")
        #expect(identifiers.identifier(for: nil, index: 1) == "call_1")
        #expect(identifiers.identifier(for: "a", index: 0) == "call_2")
        #expect(identifiers.identifier(for: "call_2", index: 0) == "call_3")
    }

    @Test("As many ids as promised are remembered, and no more than twice as many")
    func rememberedIdentifiers() {
        var identifiers = ToolCallIdentifiers()
        _ = identifiers.identifier(for: "first", index: 0)
        for number in 1..<ToolCallIdentifiers.rememberedIDs { _ = identifiers.identifier(for: "x\(number)", index: 0) }
        #expect(identifiers.identifier(for: "first", index: 0) != "first")
        for number in 0..<(2 * ToolCallIdentifiers.rememberedIDs) {
            _ = identifiers.identifier(for: "y\(number)", index: 0)
        }
        #expect(identifiers.identifier(for: "first", index: 0) == "first")
    }
}
