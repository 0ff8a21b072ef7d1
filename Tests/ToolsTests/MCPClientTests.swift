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

        /// The names that were told last.
        func tools() throws -> [String] {
            let lists = outputs.compactMap { if case .tools(let tools) = $0 { tools.map(\.name) } else { nil } }
            return try #require(lists.last)
        }

        var warnings: [String] {
            outputs.compactMap { if case .log("warning", let text) = $0 { text } else { nil } }
        }

        /// Makes a call: the id of its request, and the request.
        mutating func call(_ number: Int, _ tool: String, _ arguments: JSONObject = [:]) throws
            -> (id: Int, request: JSONValue)
        {
            let request = try JSONParser.parse(client.call(number, tool, arguments))
            return (try #require(request["id"]?.int), request)
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

    private static let leftOut =
        "it has more than \(MCPClient.maximumTools) tools or \(MCPClient.maximumPages) pages; the rest is left out"

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
        let tools = try MCPToolDescription(Self.tool("a"))
        #expect(peer.outputs.suffix(2) == [.tools([tools]), .startListingPause])
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
        #expect(untold == [.failed("it does not tell its tools: no answer in time")])
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
        #expect(try peer.tools() == ["a", "b"])
    }

    @Test("Tools and pages have limits; what is no tool is left out and told")
    func toolLimits() throws {
        func list(_ count: Int, cursor: JSONValue? = nil) throws -> [String] {
            var peer = Peer()
            let request = try peer.becomeModern()
            let tools = JSONValue.array((0..<count).map { Self.tool("t\($0)") })
            peer.answer(request, ["tools": tools, "nextCursor": cursor ?? nil])
            #expect(peer.warnings == (count > MCPClient.maximumTools || cursor != nil ? [Self.leftOut] : []))
            return try peer.tools()
        }
        #expect(try list(MCPClient.maximumTools).count == MCPClient.maximumTools)
        #expect(try list(MCPClient.maximumTools + 1).count == MCPClient.maximumTools)
        // Also where the limit is the end of a page.
        #expect(try list(MCPClient.maximumTools, cursor: "p2").count == MCPClient.maximumTools)
        var endless = Peer()
        var request = try endless.becomeModern()
        for page in 1...MCPClient.maximumPages {
            endless.answer(request, ["tools": [], "nextCursor": .string("p\(page)")])
            if page < MCPClient.maximumPages { request = try endless.takeLast() }
        }
        #expect(endless.client.phase == .ready && endless.warnings == [Self.leftOut])
        var circling = Peer()
        circling.answer(try circling.becomeModern(), ["tools": [Self.tool("a")], "nextCursor": "same"])
        circling.answer(try circling.takeLast(), ["tools": [Self.tool("b")], "nextCursor": "same"])
        #expect(try circling.tools() == ["a", "b"])
        var faulty = Peer()
        faulty.answer(
            try faulty.becomeModern(), ["tools": .array(Array(repeating: 7, count: 2 * MCPClient.maximumTools))])
        #expect(faulty.warnings.count == MCPClient.maximumTools + 1)
    }

    @Test("Tools that cannot be offered are left out and told, the others stay")
    func faultyTools() throws {
        func tool(_ name: String, schema: String) throws -> JSONValue {
            ["name": .string(name), "inputSchema": try JSONParser.parse(schema)]
        }
        let large = String(repeating: "x", count: MCPToolDescription.maximumBytes)
        var peer = Peer()
        peer.answer(
            try peer.becomeModern(),
            [
                "tools": [
                    ["description": "nameless"], ["name": "large", "description": .string(large)],
                    try tool("a", schema: #"{"type":"array"}"#), try tool("b", schema: #"{"type":["object"]}"#),
                    try tool("c", schema: #"{"properties":{"x":{"type":"wat"}}}"#),
                    try tool("d", schema: #"{"type":"object","required":"a"}"#), try tool("e", schema: "\"nope\""),
                    try tool("f", schema: "{}"), try tool("g", schema: "null"), ["name": "h"], ["name": "h"],
                ]
            ])
        #expect(try peer.tools() == ["f", "g", "h"])
        let types = "one of array, boolean, integer, null, number, object, string, or a list of them"
        #expect(
            peer.warnings == [
                "one of its tools is left out: it has no name",
                "its tool `large` is left out: it has more than 64 KiB",
                "its tool `a` is left out: its `inputSchema` is not an object's",
                "its tool `b` is left out: its `inputSchema` is not an object's",
                "its tool `c` is left out: in its `inputSchema`, `/properties/x/type` must be \(types)",
                "its tool `d` is left out: in its `inputSchema`, `/required` must be a list of names, each once",
                "its tool `e` is left out: its `inputSchema` is not an object's",
                "its tool `h` is left out: it has another tool of this name",
            ])
    }

    @Test("A tool's description has a limit")
    func toolBytes() throws {
        func description(_ bytes: Int) throws -> MCPToolDescription {
            let bare = JSONValue.object(["name": "a", "description": ""]).encoded().count
            let text = String(repeating: "x", count: bytes - bare)
            return try MCPToolDescription(["name": "a", "description": .string(text)])
        }
        #expect(try description(MCPToolDescription.maximumBytes).name == "a")
        #expect(throws: MCPToolDescription.Fault.self) { try description(MCPToolDescription.maximumBytes + 1) }
    }

    private static let changed: JSONValue = ["jsonrpc": "2.0", "method": "notifications/tools/list_changed"]

    @Test("A changed list is read anew, also where it changes while it is read, but not without a pause")
    func listChanged() throws {
        var peer = Peer()
        let first = try peer.becomeModern()
        peer.receive(Self.changed)
        peer.answer(first, ["tools": [Self.tool("a")]])
        peer.receive(Self.changed)
        #expect(try peer.takeSent().isEmpty)
        peer.outputs += peer.client.listingPauseEnded()
        let again = try peer.takeLast()
        #expect(again["method"] == "tools/list")
        peer.answer(again, ["tools": [Self.tool("b")]])
        peer.outputs += peer.client.listingPauseEnded()
        #expect(try peer.takeSent().isEmpty)
        // After the pause at once.
        peer.receive(Self.changed)
        #expect(try peer.takeLast()["method"] == "tools/list")
        #expect(peer.client.phase == .ready)
    }

    @Test("A server that changes its list whenever it is read is asked once for each pause")
    func restlessList() throws {
        var peer = Peer()
        var request = try peer.becomeModern()
        for _ in 0..<3 {
            peer.answer(request, ["tools": [Self.tool("a")]])
            peer.outputs = []
            for _ in 0..<3 { peer.receive(Self.changed) }
            #expect(peer.outputs.isEmpty)
            peer.outputs = peer.client.listingPauseEnded()
            let sent = try peer.takeSent()
            #expect(sent.count == 1 && peer.outputs == [.startTimer])
            request = try #require(sent.first)
        }
    }

    @Test("A list that changes while its pages are read anew is read to its end, and then once more")
    func listChangedBetweenPages() throws {
        var peer = Peer()
        peer.answer(try peer.becomeModern(), ["tools": [Self.tool("a")]])
        peer.receive(Self.changed)
        peer.outputs += peer.client.listingPauseEnded()
        let first = try peer.takeLast()
        peer.receive(Self.changed)
        peer.receive(Self.changed)
        #expect(try peer.takeSent().isEmpty)
        peer.outputs = []
        peer.answer(first, ["tools": [Self.tool("one")], "nextCursor": "p2"])
        peer.answer(try peer.takeLast(), ["tools": [Self.tool("two")]])
        #expect(try peer.tools() == ["one", "two"])
        peer.outputs = peer.client.listingPauseEnded()
        peer.answer(try peer.takeLast(), ["tools": [Self.tool("three")]])
        #expect(try peer.tools() == ["three"])
        #expect(try peer.takeSent().isEmpty)
    }

    @Test("A server that is ready and does not tell its changed tools keeps those it had, and may change them again")
    func silentListing() throws {
        var peer = Peer()
        peer.answer(try peer.becomeModern(), ["tools": [Self.tool("a")]])
        peer.receive(Self.changed)
        peer.outputs += peer.client.listingPauseEnded()
        let unanswered = try peer.takeLast()
        #expect(peer.outputs.last == .startTimer)
        peer.receive(Self.changed)
        let warning = MCPClient.Output.log(level: "warning", "it does not tell its tools: no answer in time")
        let outputs = peer.client.handshakeTimedOut()
        #expect(outputs == [warning, .startListingPause])
        peer.outputs = peer.client.listingPauseEnded()
        let again = try peer.takeLast()
        peer.outputs = []
        peer.answer(unanswered, ["tools": [Self.tool("late")]])
        #expect(peer.outputs.isEmpty)
        peer.answer(again, ["tools": [Self.tool("b")]])
        #expect(peer.outputs == [.tools([try MCPToolDescription(Self.tool("b"))]), .startListingPause])
        #expect(peer.client.handshakeTimedOut().isEmpty)
    }

    // MARK: Calls

    @Test("An answer too long to be read ends the call that it is for, wherever its id stands; all else is passed over")
    func longAnswers() throws {
        let text = String(repeating: "x", count: 1000)
        let rows: [(line: (Int) -> String, isFound: Bool)] = [
            ({ #"{"jsonrpc":"2.0","id":\#($0),"result":{"content":[{"text":"\#(text)"}]}}"# }, true),
            ({ #"{"jsonrpc":"2.0", "id": "\#($0)", "result":{"text":"\#(text)"}}"# }, true),
            ({ #"{"result":{"text":"\#(text)"},"jsonrpc":"2.0","id":\#($0)}"# }, true),
            ({ #"{"result":{"text":"\#(text)"}, "id": \#($0), "jsonrpc": "2.0" }  "# }, true),
            ({ #"{"result":{"text":"\#(text)","id":\#($0)},"jsonrpc":"2.0"}"# }, false),
            ({ #"{"result":{"id":\#($0),"text":"\#(text)"}}"# }, false),
            ({ #"{"result":{"text":"\#(text),\"id\":\#($0)}"}}"# }, false),
            ({ #"{"jsonrpc":"2.0","method":"x","params":{"text":"\#(text)"},"id":\#($0)}"# }, false),
            ({ #"{"jsonrpc":"2.0","params":{"text":"\#(text)"},"id":\#($0),"method":"x"}"# }, false),
            ({ #"{"jsonrpc":"2.0","params":{"text":"\#(text)"},"method":"x","id":\#($0)}"# }, false),
            ({ _ in text }, false),
        ]
        for row in rows {
            var peer = Peer()
            peer.answer(try peer.becomeModern(), ["tools": [Self.tool("a")]])
            let (id, _) = try peer.call(70, "a")
            let line = Array(row.line(id).utf8)
            let kept = LineSplitter.keptBytes
            let outputs = peer.client.receiveTooLong(
                start: Array(line.prefix(kept)), end: Array(line.suffix(kept)), limit: 16 << 20)
            #expect(outputs.first == .log(level: "warning", "a message of more than 16 MiB is passed over"))
            let end = MCPClient.Output.callEnded(
                70, .failure("the answer has more than 16 MiB, which is too much; ask for less"))
            #expect(outputs.dropFirst() == (row.isFound ? [end] : []), "\(row.line(id).prefix(60))")
        }
    }

    @Test("Numbers that come back as texts are taken for what they are")
    func textualIDs() throws {
        var peer = Peer()
        peer.answer(try peer.becomeModern(), ["tools": [Self.tool("a")]])
        peer.outputs = []
        let (id, _) = try peer.call(70, "a")
        let text = JSONValue.string("\(id)")
        peer.receive(["jsonrpc": "2.0", "method": "notifications/progress", "params": ["progressToken": text]])
        peer.answer(["id": text], ["content": []])
        #expect(peer.outputs == [.progress(70), .callEnded(70, .success("(no output)"))])
    }

    @Test("A ping is a request, whose answer says nothing more")
    func ping() throws {
        var peer = Peer()
        peer.answer(try peer.becomeModern(), ["tools": [Self.tool("a")]])
        peer.outputs = []
        let ping = try JSONParser.parse(peer.client.ping())
        #expect(ping["method"] == "ping")
        peer.refuse(ping, code: -32601)
        #expect(peer.outputs.isEmpty)
    }

    @Test("Calls are told apart, whatever order they end in")
    func calls() throws {
        var peer = Peer()
        peer.answer(try peer.becomeModern(), ["tools": [Self.tool("a")]])
        let (first, request) = try peer.call(71, "a", ["x": 1])
        let (second, _) = try peer.call(72, "a")
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
                .progress(71), .callEnded(72, .success("two")), .callEnded(71, .failure("no (code -32602)")),
            ])
    }

    @Test("A cancelled call is told to the server, and its late answer passed over")
    func cancelled() throws {
        var peer = Peer()
        peer.answer(try peer.becomeModern(), ["tools": [Self.tool("a")]])
        peer.outputs = []
        let (id, _) = try peer.call(70, "a")
        let cancellation = peer.client.cancel(70)
        let message = try JSONParser.parse(try #require(cancellation))
        #expect(message["method"] == "notifications/cancelled" && message["params"]?["requestId"]?.int == id)
        let again = peer.client.cancel(70)
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

    @Test("No message of any form is trouble", arguments: [UInt64.random(in: 0 ... .max)])
    func anyMessages(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
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
                if client.phase == .ready { _ = client.call(7, "a", [:]) }
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
        (#"{"content":[],"structuredContent":{"result":[]}}"#, #"{"result":[]}"#, false),
        (
            #"{"content":[{"type":"text","text":"Found 3 rows."}],"structuredContent":{"rows":[1,2,3]}}"#,
            "Found 3 rows.\n{\"rows\":[1,2,3]}", false
        ),
        (#"{"content":[{"type":"text","text":"{ \"t\": 1 }"}],"structuredContent":{"t":1}}"#, #"{ "t": 1 }"#, false),
        (#"{"content":[{"type":"text","text":"hi"}],"structuredContent":{"result":"hi"}}"#, "hi", false),
        (#"{"content":[{"type":"text","text":"5"}],"structuredContent":{"result":5}}"#, "5", false),
        (#"{"content":[{"type":"text","text":"5"}],"structuredContent":{"result":"5"}}"#, "5", false),
        // Whatever the order of members, and however numbers are written.
        (
            #"{"content":[{"type":"text","text":"{\"b\":1.0,\"a\":[2]}"}],"structuredContent":{"a":[2],"b":1}}"#,
            #"{"b":1.0,"a":[2]}"#, false
        ),
        (
            #"{"content":[{"type":"text","text":"{\"b\":1,\"a\":2}"}],"structuredContent":{"a":1,"b":2}}"#,
            "{\"b\":1,\"a\":2}\n{\"a\":1,\"b\":2}", false
        ),
        (#"{"content":[{"type":"text","text":"a"}],"structuredContent":{"other":"a"}}"#, "a\n{\"other\":\"a\"}", false),
        (
            #"{"content":[{"type":"text","text":"a"},{"type":"text","text":"{\"b\":1}"}],"structuredContent":{"result":["a",{"b":1}]}}"#,
            "a\n{\"b\":1}", false
        ),
        (
            #"{"content":[{"type":"text","text":"a"}],"structuredContent":{"result":["a","b"]}}"#,
            "a\n{\"result\":[\"a\",\"b\"]}", false
        ),
        (#"{"content":[{"type":"text","text":"a"}],"structuredContent":null}"#, "a", false),
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
        // Whatever their order: a policy goes by the name.
        let names = MCPToolName.names(["a.b", "a/b", "a_b"], of: "s")
        #expect(names[2] == "s__a_b" && Set(names).count == 3)
        #expect(MCPToolName.names(["a_b", "a/b", "a.b"], of: "s") == names.reversed())
        #expect(Set(MCPToolName.names(["a.b", "a/b"], of: "s")) == Set(names.prefix(2)))
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

    private func lines(_ text: String, limit: Int, pieces size: Int) -> [LineSplitter.Line] {
        var splitter = LineSplitter(maximumBytes: limit)
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: size).flatMap { start in
            bytes[start..<min(bytes.count, start + size)].withUnsafeBytes { splitter.append($0) }
        }
    }

    private func whole(_ text: String) -> LineSplitter.Line { .whole(Array(text.utf8)) }

    @Test("Lines are the same however the bytes come")
    func splits() {
        for size in 1...Self.text.utf8.count {
            let lines = lines(Self.text, limit: 100, pieces: size)
            #expect(lines == [whole("one"), whole("two"), whole("thr\u{e9}e")], "pieces of \(size)")
        }
    }

    @Test("A line has a limit: at it it is whole, one past it its ends are kept, and the next one is whole again")
    func limit() {
        for size in [1, 3, 100] {
            let lines = lines("12345\n123456\n1\n1234567", limit: 5, pieces: size)
            let long = LineSplitter.Line.tooLong(start: Array("123456".utf8), end: Array("123456".utf8))
            #expect(lines == [whole("12345"), long, whole("1")], "pieces of \(size)")
        }
    }

    @Test(
        "Of a long line as many bytes are kept as promised, however they come", arguments: [1, 7, 255, 256, 257, 4096])
    func ends(size: Int) {
        let kept = LineSplitter.keptBytes
        let text = (0..<2000).map { "\($0)," }.joined()
        let lines = lines(text + "\nnext\n", limit: 1000, pieces: size)
        let long = LineSplitter.Line.tooLong(start: Array(text.utf8.prefix(kept)), end: Array(text.utf8.suffix(kept)))
        #expect(lines == [long, whole("next")])
    }

    @Test("The length of the line at hand is told, of what is dropped, too")
    func length() {
        var splitter = LineSplitter(maximumBytes: 5)
        for text in ["a\n123", "45678"] { _ = Array(text.utf8).withUnsafeBytes { splitter.append($0) } }
        #expect(splitter.lineBytes == 8)
        _ = Array("\n".utf8).withUnsafeBytes { splitter.append($0) }
        #expect(splitter.lineBytes == 0)
    }
}

@Suite struct MCPErrorOutputTests {
    @Test("Lines are told, the last one is kept, of long ones the beginning")
    func lines() {
        var output = MCPErrorOutput()
        func append(_ text: String) -> [String] { Array(text.utf8).withUnsafeBytes { output.append($0) } }
        #expect(append("one\ntwo\nthr") == ["one", "two"])
        #expect(output.lastLine == "two")
        #expect(append("ee\n") == ["three"])
        let full = String(repeating: "x", count: MCPErrorOutput.maximumLineBytes)
        #expect(append(full + "\n") == [full])
        let long = full + "x"
        #expect(append(long + "\n") == [long.prefix(LineSplitter.keptBytes) + "…"])
        #expect(output.lastLine.hasPrefix("xxx"))
    }

    @Test("What is read in a period has a limit")
    func limit() {
        var output = MCPErrorOutput()
        let bytes = [UInt8](repeating: 0x0A, count: MCPErrorOutput.maximumBytes - 1)
        _ = bytes.withUnsafeBytes { output.append($0) }
        #expect(!output.isExhausted)
        _ = [UInt8(0x0A)].withUnsafeBytes { output.append($0) }
        #expect(output.isExhausted)
        output.beginPeriod()
        #expect(!output.isExhausted)
    }
}
