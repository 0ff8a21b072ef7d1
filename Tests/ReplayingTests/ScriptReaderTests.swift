import Diagnostics
import Foundation
import JSON
import Replaying
import Testing

/// Every file in Tests/Fixtures/scripts, and beside it what is made of it: what is wrong, then the commands.
/// `UPDATE_GOLDEN=1` writes the latter anew.
@Suite struct ScriptFileTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../Fixtures/scripts")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return files.filter { !$0.hasSuffix(".golden") }.sorted()
    }()

    @Test("a script is read as it was agreed", arguments: names)
    func read(name: String) throws {
        let bytes = try Data(contentsOf: Self.directory.appending(path: name))
        let text = ScriptReader.read([UInt8](bytes), origin: .file(name)).described
        let golden = Self.directory.appending(path: name + ".golden")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try text.write(to: golden, atomically: true, encoding: .utf8)
        }
        #expect(text == (try String(contentsOf: golden, encoding: .utf8)))
    }

    @Test("every code is shown by a file, apart from those that need larger ones or a server")
    func codes() throws {
        #expect(Self.names.count >= 39)
        var seen: Set<String> = []
        for name in Self.names {
            let text = try String(contentsOf: Self.directory.appending(path: name + ".golden"), encoding: .utf8)
            for match in text.matches(of: /\[(AL\d{3})\]/) { seen.insert(String(match.1)) }
        }
        let elsewhere: Set = ["AL101", "AL102", "AL106", "AL107", "AL150", "AL151", "AL152"]
        #expect(Set(ScriptCode.all.map(\.id)) == seen.union(elsewhere))
    }
}

@Suite struct ScriptLimitTests {
    private func codes(_ text: String, _ name: String) -> [String] {
        ScriptReader.read(Array(text.utf8), origin: .file(name)).diagnostics.map(\.code.id)
    }

    @Test("a line may be a MiB long, and no byte more")
    func lines() {
        let limit = Script.maximumMessageBytes
        #expect(codes(String(repeating: "a", count: limit), "a.txt").isEmpty)
        #expect(codes("ok\n" + String(repeating: "a", count: limit + 1), "a.txt") == ["AL106"])
    }

    @Test("a message of a list may be a MiB long, and no byte more")
    func messages() {
        func list(_ count: Int) -> String {
            #"[{"command": "sendUserMessage", "message": ""# + String(repeating: "a", count: count) + "\"}]"
        }
        #expect(codes(list(Script.maximumMessageBytes), "a.json").isEmpty)
        #expect(codes(list(Script.maximumMessageBytes + 1), "a.json") == ["AL106"])
    }

    @Test("a script may have 100,000 commands, and none more")
    func commands() {
        let line = "a\n"
        let element = #"{"command":"sendUserMessage","message":"a"}"#
        for (count, expected) in [(Script.maximumCommands, []), (Script.maximumCommands + 1, ["AL107"])] {
            #expect(codes(String(repeating: line, count: count), "a.txt") == expected)
            let list = "[" + String(repeating: element + ",", count: count - 1) + element + "]"
            #expect(codes(list, "a.json") == expected)
        }
    }

    @Test("a file may be 16 MiB large, and no byte larger")
    func files() {
        let line = String(repeating: " ", count: 1 << 19) + "\n"
        var text = "a\n" + String(repeating: line, count: 31)
        text += String(repeating: " ", count: Script.maximumBytes - text.utf8.count)
        #expect(codes(text, "a.txt").isEmpty)
        #expect(codes(text + " ", "a.txt") == ["AL102"])
    }

    @Test("a wait may be a day long")
    func waits() {
        #expect(codes("WAIT: 86400", "a.txt").isEmpty)
        #expect(codes("WAIT: 86400.001", "a.txt") == ["AL114"])
        #expect(codes(#"[{"command": "wait", "seconds": 86400}]"#, "a.json").isEmpty)
        #expect(codes(#"[{"command": "wait", "seconds": 86400.001}]"#, "a.json") == ["AL114"])
    }

    @Test("no bytes whatever bring the reader down", arguments: 1...40)
    func noise(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "startSession ", "userId=", "\"", "\\", "sendUserMessage message=", "stopSession", "USER:", "WAIT:",
            "EXPECT:",
            "\n", "\r", "[", "{", "]", "}", ":", ",", #""command""#, #""reconnect""#, #""disconnect""#, "日本", "\u{0}",
            " ", "1",
        ]
        var bytes: [UInt8] = []
        for _ in 0..<200 {
            if generator.next() % 12 == 0 { bytes.append(UInt8(truncatingIfNeeded: generator.next())) }
            bytes += Array(pieces[Int(generator.next() % UInt64(pieces.count))].utf8)
        }
        for name in ["a.txt", "a.json", "a"] {
            let reading = ScriptReader.read(bytes, origin: .file(name))
            _ = reading.described
            #expect(reading.containsError || !reading.script.commands.isEmpty, "seed \(seed)")
        }
    }
}

struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension ScriptReading {
    /// What a person is told, then a line for each command.
    fileprivate var described: String {
        var catalog = SourceCatalog()
        catalog.add(source)
        let renderer = TextRenderer(catalog: catalog)
        let problems = diagnostics.map { renderer.render($0) }.joined(separator: "\n")
        return problems + (diagnostics.isEmpty ? "" : "--\n")
            + script.commands.map { "\($0.line): \($0.described)\n" }.joined()
    }
}

extension ScriptCommand {
    fileprivate var described: String {
        switch action {
        case .startSession(let user, let params):
            return "\(name): user \(JSONValue.string(user).jsonText) \(JSONValue.object(params).jsonText)"
        case .sendUserMessage(let message):
            let expected = message.expectations.map { " \($0.kind) \(JSONValue.string($0.text).jsonText)" }.joined()
            return "\(name): \(JSONValue.string(message.text).jsonText)\(message.waits ? "" : ", goes on")\(expected)"
        case .provideToolResult(let result, let id, let tool):
            return "\(name): \(result.jsonText) id \(id ?? "any") tool \(tool ?? "any")"
        case .sendMalformedJSON(let text): return "\(name): \(JSONValue.string(text).jsonText)"
        case .disconnect(let chunks): return "\(name): after \(chunks)"
        case .wait(let nanoseconds): return "\(name): \(nanoseconds) ns"
        case .stopSession, .reconnect: return name
        }
    }
}
