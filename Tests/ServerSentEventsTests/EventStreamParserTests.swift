import Foundation
import ServerSentEvents
import Testing

@Suite("Event stream parser")
struct EventStreamParserTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let stream: String
        let events: [Reported]

        init(_ stream: String, _ events: [Reported]) {
            self.stream = stream
            self.events = events
        }

        var testDescription: String { stream.debugDescription }
    }

    static let examples: [Example] = [
        // Data.
        .init("", []),
        .init("data: a\n\n", [.message(data: "a")]),
        .init("data:a\n\n", [.message(data: "a")]),
        .init("data:  a \n\n", [.message(data: " a ")]),
        .init("data:\ta\n\n", [.message(data: "\ta")]),
        .init("data: a:b: c\n\n", [.message(data: "a:b: c")]),
        .init("data: a\ndata: b\ndata: c\n\n", [.message(data: "a\nb\nc")]),
        .init("data: a\ndata:\ndata\n\n", [.message(data: "a\n\n")]),
        .init("data\n\n", [.message(data: "")]),
        .init("data:\n\n", [.message(data: "")]),
        .init("data: \n\n", [.message(data: "")]),
        .init("data\ndata\n\n", [.message(data: "\n")]),
        .init("data: a\n\n\n\ndata: b\n\n", [.message(data: "a"), .message(data: "b")]),
        .init("data: ä€😀\n\n", [.message(data: "ä€😀")]),
        .init("data: a\u{0}b\n\n", [.message(data: "a\u{0}b")]),
        .init("data: a\u{B}b\u{2028}c\u{85}d\n\n", [.message(data: "a\u{B}b\u{2028}c\u{85}d")]),
        // Names that are not known, or not quite.
        .init("Data: a\n\n", []),
        .init("data : a\n\n", []),
        .init(" data: a\n\n", []),
        .init("datax: a\nfoo\ndat: b\ndata: c\n\n", [.message(data: "c")]),
        // Line endings.
        .init("data: a\r\ndata: b\r\n\r\n", [.message(data: "a\nb")]),
        .init("data: a\rdata: b\r\r", [.message(data: "a\nb")]),
        .init(
            "data: a\r\rdata: b\n\ndata: c\r\n\r\n", [.message(data: "a"), .message(data: "b"), .message(data: "c")]),
        .init("data: a\n\r\ndata: b\r\n\n", [.message(data: "a"), .message(data: "b")]),
        .init("data: a\r\n\ndata: b\n\r", [.message(data: "a"), .message(data: "b")]),
        .init("\r\n\n\rdata: a\n\n", [.message(data: "a")]),
        // Event types.
        .init("event: add\ndata: a\n\ndata: b\n\n", [.message(type: "add", data: "a"), .message(data: "b")]),
        .init("data: a\nevent: x\nevent: y\n\n", [.message(type: "y", data: "a")]),
        .init("event: lost\n\ndata: a\n\n", [.message(data: "a")]),
        .init("event: x\nevent\ndata: a\n\n", [.message(data: "a")]),
        // Ids.
        .init(
            "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
            [.message(data: "a", id: "1"), .message(data: "b", id: "1"), .message(data: "c")]),
        .init("id: 1\n\ndata: a\n\n", [.message(data: "a", id: "1")]),
        .init("id: 1\nid: 2\u{0}\ndata: a\n\n", [.message(data: "a", id: "1")]),
        // Retry.
        .init("retry: 3000\nretry:0\n", [.retry(3000), .retry(0)]),
        .init("retry: -1\nretry: 1.5\nretry: x\nretry\nretry:\nretry: 1 \nretry: ١\n", []),
        .init("retry: 9223372036854775807\nretry: 9223372036854775808\n", [.retry(.max)]),
        // Comments.
        .init(": OPENROUTER PROCESSING\n\n", [.comment("OPENROUTER PROCESSING")]),
        .init(":\n:a\n:  b\n", [.comment(""), .comment("a"), .comment(" b")]),
        .init("data: a\n: in between\ndata: b\n\n", [.comment("in between"), .message(data: "a\nb")]),
        // The byte order mark.
        .init("\u{FEFF}data: a\n\n", [.message(data: "a")]),
        .init("\u{FEFF}\u{FEFF}data: a\n\ndata: b\n\n", [.message(data: "b")]),
        .init("data: a\n\n\u{FEFF}data: b\n\n", [.message(data: "a")]),
        .init("\u{FEFF}", []),
        .init("\u{FEFF}: a\n", [.comment("a")]),
        // The end of the stream.
        .init("data: a\n", [.message(data: "a")]),
        .init("data: a", [.message(data: "a")]),
        .init("data: a\r", [.message(data: "a")]),
        .init("event: x\ndata: a\ndata: b", [.message(type: "x", data: "a\nb")]),
        .init("event: x\n", []),
        .init(": half a comment", [.comment("half a comment")]),
        // What services send.
        .init(
            ": ping\n\ndata: {\"choices\":[]}\n\ndata: [DONE]\n\n",
            [.comment("ping"), .message(data: "{\"choices\":[]}"), .message(data: "[DONE]")]),
        .init(
            "event: error\r\ndata: {\"code\":400}\r\n\r\n", [.message(type: "error", data: "{\"code\":400}")]),
    ]

    @Test("A stream gives the events that the standard says", arguments: examples)
    func whole(_ example: Example) {
        #expect(reported([Array(example.stream.utf8)]) == example.events)
    }

    @Test("However the stream is cut, the events are the same", arguments: examples)
    func anySplit(_ example: Example) {
        for pieces in cuts(of: Array(example.stream.utf8), seed: 0x5EED_0010) {
            #expect(reported(pieces) == example.events, "cut as \(pieces.map(\.count))")
        }
    }

    @Test("All examples behind one another, cut at random, give the same as whole")
    func longStream() {
        let bytes = Array(Self.examples.map { $0.stream + "\n\n" }.joined().utf8)
        let whole = reported([bytes])
        #expect(whole.count > Self.examples.count)
        for pieces in cuts(of: bytes, seed: 0x5EED_0011, count: 300) {
            #expect(reported(pieces) == whole)
        }
    }

    @Test(
        "An event is reported with its empty line, not only when more comes", arguments: ["\n\n", "\r\r", "\r\n\r\n"])
    func noDelay(_ ending: String) {
        let bytes = Array(("data: a" + ending).utf8)
        #expect(reported([bytes], finishing: false) == [.message(data: "a")])
        #expect(reported(bytes.map { [$0] }, finishing: false) == [.message(data: "a")])
    }

    @Test("One whole line of data is not copied")
    func dataIsBorrowed() {
        let input = Array("data: hello\n\n".utf8)
        var parser = EventStreamParser()
        var borrowed = false
        input.withUnsafeBytes { bytes in
            parser.feed(bytes) { event in
                guard case .message(let message) = event else { return }
                borrowed = message.data.baseAddress == bytes.baseAddress.map { $0 + 6 }
            }
        }
        #expect(borrowed)
    }

    @Test("Bytes that are not UTF-8 come through in the data as they are")
    func rawBytes() {
        var parser = EventStreamParser()
        var data: [UInt8] = []
        (Array("data: ".utf8) + [0xC3, 0x28, 0xFF, 0x0A, 0x0A]).withUnsafeBytes { bytes in
            parser.feed(bytes) { event in
                if case .message(let message) = event { data = Array(message.data) }
            }
        }
        #expect(data == [0xC3, 0x28, 0xFF])
    }

    @Test("After the end of the stream nothing more is taken")
    func finishIsFinal() {
        var parser = EventStreamParser()
        var events: [Reported] = []
        parser.finish { events.append(Reported($0)) }
        Array("data: a\n\n".utf8).withUnsafeBytes { bytes in parser.feed(bytes) { events.append(Reported($0)) } }
        parser.finish { events.append(Reported($0)) }
        #expect(events.isEmpty)
    }

    @Test("Every file of the corpus gives the same events however it is cut", arguments: try corpus("sse"))
    func corpusFile(_ file: CorpusFile) {
        let whole = reported([file.bytes])
        for pieces in cuts(of: file.bytes, seed: 0x5EED_0012, count: 20) {
            #expect(reported(pieces) == whole)
        }
    }
}

@Suite("Event stream parser's limit")
struct EventStreamLimitTests {
    private func reported(_ stream: String, limit: Int) -> [Reported] {
        let bytes = Array(stream.utf8)
        let whole = ServerSentEventsTests.reported([bytes], maximumEventBytes: limit)
        for pieces in cuts(of: bytes, seed: 0x5EED_0013, count: 20) {
            #expect(ServerSentEventsTests.reported(pieces, maximumEventBytes: limit) == whole)
        }
        return whole
    }

    @Test("A line at the limit passes, one byte more overflows")
    func oneLine() {
        #expect(reported("data: 0123\n\n", limit: 10) == [.message(data: "0123")])
        #expect(reported("data: 01234\n\n", limit: 10) == [.overflow])
        #expect(reported(": 01234567\n", limit: 10) == [.comment("01234567")])
        #expect(reported(": 012345678\n", limit: 10) == [.overflow])
        #expect(reported("unknown789", limit: 10) == [])
        #expect(reported("unknown789x", limit: 10) == [.overflow])
    }

    @Test("All lines of data count together, with one byte each for the line ending")
    func manyLines() {
        // "a\nb\n" are 4 bytes when the third line of 6 is read.
        #expect(reported("data:a\ndata:b\ndata:c\n\n", limit: 10) == [.message(data: "a\nb\nc")])
        #expect(reported("data:a\ndata:b\ndata:c\n\n", limit: 9) == [.overflow])
        #expect(reported("data:a\ndata:b\n:xxxxx\n\n", limit: 10) == [.comment("xxxxx"), .message(data: "a\nb")])
        #expect(reported("data:a\ndata:b\n:xxxxxx\n\n", limit: 10) == [.overflow])
    }

    @Test("Each event has the limit to itself, and comments do not add up")
    func perEvent() {
        let event = "data: 0123\n\n"
        #expect(reported(event + event + event, limit: 10).count == 3)
        #expect(reported(String(repeating: ": 01234567\n", count: 50), limit: 10).count == 50)
    }

    @Test("An overflow is reported once and ends the stream")
    func overflowIsTerminal() {
        #expect(
            reported("data: a\n\ndata: 0123456789\n\ndata: b\n\n", limit: 10) == [.message(data: "a"), .overflow])
    }
}

struct CorpusFile: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]

    var testDescription: String { name }
}

/// The seeds of a fuzz target.
func corpus(_ name: String) throws -> [CorpusFile] {
    let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Corpora/\(name)")
    return try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        .sorted { $0.path < $1.path }
        .map { CorpusFile(name: $0.lastPathComponent, bytes: Array(try Data(contentsOf: $0))) }
}
