import AILoop
import JSON
import Testing

@testable import Tools

/// The protocol towards an MCP server, without any server.
@Suite struct MCPClientTests {
    /// A client with what it sent.
    private struct Peer {
        var client = MCPClient(logLevel: "info")
        var outputs: [MCPClient.Output] = []

        /// The messages sent since the last call.
        mutating func takeSent() throws -> [JSONValue] {
            defer { outputs.removeAll { if case .send = $0 { true } else { false } } }
            return try outputs.compactMap { output in
                guard case .send(let line) = output else { return nil }
                #expect(line.last == 0x0A && !line.dropLast().contains(0x0A))
                return try JSONParser.parse(line)
            }
        }

        mutating func takeFirst() throws -> JSONValue {
            let sent = try takeSent()
            return try #require(sent.first)
        }

        mutating func takeLast() throws -> JSONValue {
            let sent = try takeSent()
            return try #require(sent.last)
        }

        mutating func start(withHandshake: Bool = false) { outputs += client.start(withHandshake: withHandshake) }

        mutating func receive(_ message: JSONValue) { outputs += client.receive(message.encoded()) }

        mutating func answer(_ request: JSONValue, _ result: JSONValue) {
            receive(["jsonrpc": "2.0", "id": request["id"] ?? nil, "result": result])
        }

        mutating func refuse(_ request: JSONValue, code: Int, data: JSONValue = nil) {
            let error: JSONValue = ["code": .number(JSONNumber(code)), "message": "no", "data": data]
            receive(["jsonrpc": "2.0", "id": request["id"] ?? nil, "error": error])
        }

        /// As far as the question for the tools, in the newest revision.
        mutating func becomeModern() throws -> JSONValue {
            start()
            let discover = try takeFirst()
            answer(discover, ["supportedVersions": ["2026-07-28"], "capabilities": ["tools": [:]]])
            return try takeLast()
        }

        /// As far as the question for the tools, by a handshake.
        mutating func becomeLegacy(_ version: String = "2025-11-25", capabilities: JSONValue = ["tools": [:]]) throws
            -> JSONValue?
        {
            start()
            refuse(try takeFirst(), code: -32601)
            let initialize = try takeFirst()
            #expect(initialize["method"] == "initialize")
            answer(initialize, ["protocolVersion": .string(version), "capabilities": capabilities])
            return try takeSent().last
        }
    }

    private static func tool(_ name: String) -> JSONValue {
        ["name": .string(name), "description": "a tool", "inputSchema": ["type": "object"]]
    }

    private static let key = "io.modelcontextprotocol/protocolVersion"

    // MARK: Revisions

    @Test("A server of the newest revision is asked for its tools without a handshake")
    func modern() throws {
        var peer = Peer()
        let list = try peer.becomeModern()
        #expect(list["method"] == "tools/list")
        #expect(list["params"]?["_meta"]?[Self.key] == "2026-07-28")
        #expect(list["params"]?["_meta"]?["io.modelcontextprotocol/clientInfo"]?["name"] == "ailoopctl")
        #expect(list["params"]?["_meta"]?["io.modelcontextprotocol/logLevel"] == "info")
        peer.answer(list, ["resultType": "complete", "tools": [Self.tool("a")]])
        #expect(peer.client.phase == .ready)
        let tools = try #require(MCPToolDescription(Self.tool("a")))
        #expect(peer.outputs.last == .tools([tools]))
    }

    @Test("One that tells changes is asked to tell them")
    func listening() throws {
        var peer = Peer()
        peer.start()
        peer.answer(
            try peer.takeFirst(),
            ["supportedVersions": ["2026-07-28"], "capabilities": ["tools": ["listChanged": true]]])
        let sent = try peer.takeSent()
        #expect(sent.map { $0["method"]?.string } == ["subscriptions/listen", "tools/list"])
        #expect(sent.first?["params"]?["notifications"]?["toolsListChanged"] == true)
    }

    @Test(
        "A server of an older revision is initialized",
        arguments: ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])
    func legacy(version: String) throws {
        var peer = Peer()
        let initialized = try peer.becomeLegacy(version)
        let list = try #require(initialized)
        #expect(list["method"] == "tools/list")
        #expect(list["params"]?["_meta"] == nil)
        peer.answer(list, ["tools": []])
        #expect(peer.client.phase == .ready)
    }

    @Test("The handshake's messages, and the level of the server's log")
    func handshake() throws {
        var peer = Peer()
        peer.start(withHandshake: true)
        let initialize = try peer.takeFirst()
        #expect(initialize["params"]?["protocolVersion"] == "2025-11-25")
        #expect(initialize["params"]?["clientInfo"]?["name"] == "ailoopctl")
        peer.answer(initialize, ["protocolVersion": "2025-06-18", "capabilities": ["tools": [:], "logging": [:]]])
        let sent = try peer.takeSent()
        #expect(sent.map { $0["method"]?.string } == ["notifications/initialized", "logging/setLevel", "tools/list"])
        #expect(sent[1]["params"]?["level"] == "info")
    }

    @Test("A server that never answers the first question is initialized; a late yes still counts")
    func silence() throws {
        var peer = Peer()
        peer.start()
        let discover = try peer.takeFirst()
        peer.outputs += peer.client.handshakeTimedOut()
        let initialize = try peer.takeFirst()
        #expect(initialize["method"] == "initialize")
        peer.answer(discover, ["supportedVersions": ["2026-07-28"], "capabilities": ["tools": [:]]])
        let sent1 = try peer.takeSent()
        #expect(sent1.last?["method"] == "tools/list")
        peer.refuse(initialize, code: -32022)
        #expect(peer.client.phase == .listing)
    }

    @Test("A server that names the newest revision when it refuses `initialize` is asked in that")
    func modernOnly() throws {
        var peer = Peer()
        peer.start(withHandshake: true)
        peer.refuse(
            try peer.takeFirst(), code: -32022, data: ["supported": ["2026-07-28"]])
        let sent2 = try peer.takeSent()
        #expect(sent2.last?["params"]?["_meta"]?[Self.key] == "2026-07-28")
    }

    @Test("Revisions that are not known, refusals and silence are failures that say what is wrong")
    func failures() throws {
        var unknown = Peer()
        _ = try unknown.becomeLegacy("1999-01-01")
        guard case .failed(let reason)? = unknown.outputs.last else {
            Issue.record("no failure: \(unknown.outputs)")
            return
        }
        #expect(reason.contains("1999-01-01") && reason.contains("2026-07-28"))
        var refused = Peer()
        refused.start(withHandshake: true)
        refused.refuse(try refused.takeFirst(), code: -1)
        #expect(refused.outputs.last == .failed("it refuses `initialize`: no"))
        var silent = Peer()
        silent.start(withHandshake: true)
        let unanswered = silent.client.handshakeTimedOut()
        #expect(unanswered == [.failed("it does not answer `initialize`")])
        var listless = Peer()
        _ = try listless.becomeModern()
        let untold = listless.client.handshakeTimedOut()
        #expect(untold == [.failed("it does not tell its tools")])
        let after = listless.client.receive(Array("{}".utf8))
        #expect(after == [])
    }

    @Test("A server without tools has none")
    func noTools() throws {
        var peer = Peer()
        _ = try peer.becomeLegacy(capabilities: ["prompts": [:]])
        #expect(peer.outputs.last == .tools([]))
        #expect(peer.client.phase == .ready)
    }

    // MARK: Tools

    @Test("Pages are read to the last one, in their order")
    func paging() throws {
        var peer = Peer()
        let first = try peer.becomeModern()
        peer.answer(first, ["tools": [Self.tool("a")], "nextCursor": "p2"])
        let second = try peer.takeLast()
        #expect(second["params"]?["cursor"] == "p2")
        #expect(peer.client.phase == .listing)
        peer.answer(second, ["tools": [Self.tool("b")]])
        guard case .tools(let tools)? = peer.outputs.last else {
            Issue.record("no tools")
            return
        }
        #expect(tools.map(\.name) == ["a", "b"])
    }

    @Test("Tools and pages have limits; what is no tool is left out and told")
    func toolLimits() throws {
        func list(_ count: Int) throws -> [String] {
            var peer = Peer()
            let request = try peer.becomeModern()
            peer.answer(request, ["tools": .array((0..<count).map { Self.tool("t\($0)") })])
            guard case .tools(let tools)? = peer.outputs.last else { return [] }
            let warnings = peer.outputs.count { if case .log = $0 { true } else { false } }
            #expect(warnings == (count > MCPClient.maximumTools ? 1 : 0))
            return tools.map(\.name)
        }
        #expect(try list(MCPClient.maximumTools).count == MCPClient.maximumTools)
        #expect(try list(MCPClient.maximumTools + 1).count == MCPClient.maximumTools)
        var endless = Peer()
        var request = try endless.becomeModern()
        for page in 1...MCPClient.maximumPages {
            endless.answer(request, ["tools": [], "nextCursor": "again"])
            if page < MCPClient.maximumPages { request = try endless.takeLast() }
        }
        #expect(endless.client.phase == .ready)
        let large = JSONValue.string(String(repeating: "x", count: MCPToolDescription.maximumBytes))
        #expect(MCPToolDescription(["name": "a", "description": large]) == nil)
        #expect(MCPToolDescription(["description": "nameless"]) == nil)
    }

    @Test("A changed list is read anew, also where it changes while it is read")
    func listChanged() throws {
        let changed: JSONValue = ["jsonrpc": "2.0", "method": "notifications/tools/list_changed"]
        var peer = Peer()
        let first = try peer.becomeModern()
        peer.receive(changed)
        let sent = try peer.takeSent()
        #expect(sent.isEmpty)
        peer.answer(first, ["tools": [Self.tool("a")]])
        let again = try peer.takeLast()
        #expect(again["method"] == "tools/list")
        peer.answer(again, ["tools": [Self.tool("b")]])
        peer.receive(changed)
        let sent3 = try peer.takeSent()
        #expect(sent3.last?["method"] == "tools/list")
        #expect(peer.client.phase == .ready)
    }

    // MARK: Calls

    @Test("Calls are told apart by their ids, whatever order they end in")
    func calls() throws {
        var peer = Peer()
        peer.answer(try peer.becomeModern(), ["tools": [Self.tool("a")]])
        let (first, line) = peer.client.call("a", ["x": 1])
        let (second, _) = peer.client.call("a", [:])
        let request = try JSONParser.parse(line)
        #expect(request["method"] == "tools/call")
        #expect(request["params"]?["name"] == "a" && request["params"]?["arguments"] == ["x": 1])
        #expect(request["params"]?["_meta"]?["progressToken"]?.int == first)
        peer.outputs = []
        peer.receive([
            "jsonrpc": "2.0", "method": "notifications/progress", "params": ["progressToken": 1, "progress": 1],
        ])
        #expect(peer.outputs.isEmpty)
        let token = JSONValue.number(JSONNumber(first))
        peer.receive([
            "jsonrpc": "2.0", "method": "notifications/progress", "params": ["progressToken": token, "progress": 1],
        ])
        peer.answer(["id": .number(JSONNumber(second))], ["content": [["type": "text", "text": "two"]]])
        peer.refuse(["id": token], code: -32602)
        peer.answer(["id": token], ["content": []])
        #expect(
            peer.outputs == [
                .progress(first), .callEnded(second, .success("two")), .callEnded(first, .failure("no (code -32602)")),
            ])
    }

    @Test("A cancelled call is told to the server, and its late answer passed over")
    func cancelled() throws {
        var peer = Peer()
        peer.answer(try peer.becomeModern(), ["tools": [Self.tool("a")]])
        peer.outputs = []
        let (id, _) = peer.client.call("a", [:])
        let cancellation = peer.client.cancel(id)
        let message = try JSONParser.parse(try #require(cancellation))
        #expect(message["method"] == "notifications/cancelled" && message["params"]?["requestId"]?.int == id)
        let again = peer.client.cancel(id)
        #expect(again == nil)
        peer.answer(["id": .number(JSONNumber(id))], ["content": []])
        #expect(peer.outputs.isEmpty)
    }

    @Test("What older servers ask is answered: pings, and no to everything else")
    func serverRequests() throws {
        var peer = Peer()
        _ = try peer.becomeLegacy()
        peer.receive(["jsonrpc": "2.0", "id": "p1", "method": "ping"])
        peer.receive(["jsonrpc": "2.0", "id": 7, "method": "sampling/createMessage", "params": [:]])
        let sent = try peer.takeSent()
        #expect(sent[0] == ["jsonrpc": "2.0", "id": "p1", "result": [:]])
        #expect(sent[1]["id"] == 7 && sent[1]["error"]?["code"] == -32601)
    }

    @Test("The server's log, batches, and lines that are no messages")
    func messages() throws {
        var peer = Peer()
        _ = try peer.becomeLegacy("2025-03-26")
        peer.outputs = []
        let log: JSONValue = [
            "jsonrpc": "2.0", "method": "notifications/message",
            "params": ["level": "warning", "logger": "db", "data": ["a": 1]],
        ]
        peer.receive([log, log])
        #expect(peer.outputs == [MCPClient.Output](repeating: .log(level: "warning", "db: {\"a\":1}"), count: 2))
        let junk = peer.client.receive(Array("Listening on stdio…".utf8))
        #expect(junk == [.log(level: "warning", "it wrote what is no message: Listening on stdio…")])
        for line in ["[]", "7", "{}", "{\"id\":99,\"result\":{}}", "{\"method\":7}", "null"] {
            let outputs = peer.client.receive(Array(line.utf8))
            #expect(outputs.isEmpty, "\(line)")
        }
    }

    @Test("No message of any form is trouble")
    func anyMessages() throws {
        var generator = SystemRandomNumberGenerator()
        let values: [JSONValue] = [
            nil, true, 1, "x", [], [:], ["tools": [7, ["name": ""]]], ["supportedVersions": "x"],
            ["protocolVersion": 7],
            ["content": 7], ["content": [7, ["type": 7], ["type": "image"], ["type": "resource"]]],
        ]
        for _ in 0..<3000 {
            var client = MCPClient(logLevel: "info")
            _ = client.start(withHandshake: Bool.random(using: &generator))
            for _ in 0..<6 {
                var message: JSONObject = ["jsonrpc": "2.0"]
                for name in ["id", "method", "params", "result", "error"] where Bool.random(using: &generator) {
                    message[name] = values.randomElement(using: &generator)
                }
                if Bool.random(using: &generator) {
                    message["id"] = .number(JSONNumber(Int.random(in: 0...4, using: &generator)))
                }
                _ = client.receive(JSONValue.object(message).encoded())
                if client.phase == .ready { _ = client.call("a", [:]) }
            }
        }
    }
}

@Suite struct MCPContentTests {
    private static let rows: [(String, String, Bool)] = [
        (#"{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#, "a\nb", false),
        (#"{"content":[]}"#, "(no output)", false), ("{}", "(no output)", false),
        (#"{"content":[{"type":"text","text":"bad"}],"isError":true}"#, "Error: bad", true),
        (#"{"content":[],"isError":true}"#, "Error: the tool failed", true),
        (#"{"content":[{"type":"text","text":"{\"t\":1}"}],"structuredContent":{"t":1}}"#, #"{"t":1}"#, false),
        (#"{"content":[],"structuredContent":{"t":1}}"#, #"{"t":1}"#, false),
        (
            #"{"content":[{"type":"image","data":"AAEC","mimeType":"image/png"}]}"#,
            "[image, image/png, 3 bytes: cannot be shown]", false
        ),
        (
            #"{"content":[{"type":"audio","data":"AA==","mimeType":"audio/wav"}]}"#,
            "[audio, audio/wav, 1 bytes: cannot be shown]", false
        ),
        (
            #"{"content":[{"type":"resource","resource":{"uri":"file:///a","text":"hi"}}]}"#,
            "[resource file:///a]\nhi", false
        ),
        (
            #"{"content":[{"type":"resource","resource":{"uri":"file:///a","blob":"AAE="}}]}"#,
            "[resource file:///a, unknown type, 2 bytes: cannot be shown]", false
        ),
        (
            #"{"content":[{"type":"resource_link","uri":"file:///a","name":"a","description":"the file"}]}"#,
            "[link to a, file:///a: the file]", false
        ),
        (#"{"content":[{"type":"new"}]}"#, #"{"type":"new"}"#, false),
        (
            #"{"resultType":"input_required","inputRequests":{}}"#,
            "Error: the tool asks for more input from a person, which is not supported here", true
        ),
    ]

    @Test("Every kind of content becomes text", arguments: rows)
    func kinds(result: String, content: String, isError: Bool) throws {
        let output = MCPContent.output(of: try JSONParser.parse(result))
        #expect(output == ToolOutput(content: content, outcome: isError ? .error : .success))
    }
}

@Suite struct MCPToolNameTests {
    @Test("Names begin with the server's, and are ones that functions may have, each once")
    func names() {
        #expect(MCPToolName.names(["get", "a.b/c", "é"], of: "git") == ["git__get", "git__a_b_c", "git___"])
        let names = MCPToolName.names(["a.b", "a/b", "a_b"], of: "s")
        #expect(names[0] == "s__a_b" && Set(names).count == 3)
        let exact = String(repeating: "x", count: MCPToolName.maximumLength - 3)
        let long = MCPToolName.names([exact, exact + "1", exact + "2"], of: "s")
        #expect(long[0] == "s__" + exact)
        #expect(long.allSatisfy { $0.utf8.count == MCPToolName.maximumLength } && Set(long).count == 3)
        // The same in every process.
        #expect(MCPToolName.names([exact + "1"], of: "s") == [long[1]])
    }
}

@Suite struct LineSplitterTests {
    private static let text = "one\r\ntwo\n\n  \nthr\u{e9}e\n{}"

    @Test("Lines are the same however the bytes come")
    func splits() {
        let bytes = Array(Self.text.utf8)
        for size in 1...bytes.count {
            var splitter = LineSplitter(maximumBytes: 100)
            var lines: [String] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<min(bytes.count, start + size)].withUnsafeBytes { piece in
                    lines += splitter.append(piece).map { String(decoding: $0, as: UTF8.self) }
                }
            }
            #expect(lines == ["one", "two", "thr\u{e9}e"], "pieces of \(size)")
        }
    }

    @Test("A line has a limit: at it it is taken, one past it nothing more is", arguments: [1, 3, 100])
    func limit(size: Int) {
        func lines(_ text: String) -> (lines: Int, overflowed: Bool) {
            var splitter = LineSplitter(maximumBytes: 5)
            var count = 0
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<min(bytes.count, start + size)].withUnsafeBytes { count += splitter.append($0).count }
            }
            return (count, splitter.hasOverflowed)
        }
        #expect(lines("12345\n12345\n") == (2, false))
        #expect(lines("12345\n123456\n1\n") == (1, true))
        #expect(lines("123456") == (0, true))
    }
}
