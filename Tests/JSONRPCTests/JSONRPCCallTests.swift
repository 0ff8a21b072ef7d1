import JSON
import JSONRPC
import Testing

/// JSON-RPC 2.0 §4–§6, with cases after the examples of its §7, seen from the server.
@Suite struct JSONRPCCallTests {
    @Test func `params come by position, by name, or not at all`() {
        expectRequest(
            #"{"jsonrpc": "2.0", "method": "difference", "params": [50, 8], "id": 1}"#,
            JSONRPCRequest(id: 1, method: "difference", params: [50, 8]))
        expectRequest(
            #"{"jsonrpc": "2.0", "method": "difference", "params": {"from": 50, "take": 8}, "id": 3}"#,
            JSONRPCRequest(id: 3, method: "difference", params: ["from": 50, "take": 8]))
        expectRequest(
            #"{"jsonrpc": "2.0", "method": "reload", "id": "a"}"#, JSONRPCRequest(id: "a", method: "reload"))
    }

    @Test func `a request without an id is a notification`() {
        expectRequest(
            #"{"jsonrpc": "2.0", "method": "tick", "params": [1, 2]}"#,
            JSONRPCRequest(id: nil, method: "tick", params: [1, 2]))
    }

    @Test func `an id of null is an id`() {
        expectRequest(
            #"{"jsonrpc": "2.0", "method": "tick", "id": null}"#, JSONRPCRequest(id: .null, method: "tick"))
    }

    @Test(arguments: ["1", "-7", "1.50", "1e3", "12345678901234567890123", "\"1\"", "\"\"", "null"])
    func `ids are given back as they were written`(id: String) {
        guard case .single(.request(let request)) = calls(#"{"jsonrpc":"2.0","method":"m","id":\#(id)}"#) else {
            Issue.record("not a request")
            return
        }
        let response = JSONRPCResponse(id: request.id ?? "missing", result: true)
        #expect(text(response.encoded()) == #"{"jsonrpc":"2.0","id":\#(id),"result":true}"#)
    }

    @Test(arguments: ["true", "false", "[1]", "[]", "{}", #"{"id":1}"#])
    func `an id of another kind is an invalid request, answered with id null`(id: String) {
        expectInvalid(#"{"jsonrpc":"2.0","method":"m","id":\#(id)}"#, code: .invalidRequest, id: .null)
    }

    @Test(arguments: [
        "", " ", "{", #"{"jsonrpc": "2.0", "method": "cut, "params": "short", "id": 1"#, "nul", "{}}", "\u{FEFF}{}",
        #"[{"jsonrpc": "2.0", "method": "whole", "id": 1}, {"jsonrpc": "2.0", "method""#,
        String(repeating: "[", count: 513) + String(repeating: "]", count: 513),
    ])
    func `what is not JSON, or nested too deep, is a parse error with id null`(message: String) {
        expectInvalid(message, code: .parseError, id: .null, kind: JSONRPCError.parseErrorKind)
    }

    @Test func `nesting up to the limit is taken`() {
        let params = String(repeating: "[", count: 511) + String(repeating: "]", count: 511)
        guard case .single(.request) = calls(#"{"jsonrpc":"2.0","method":"m","params":\#(params)}"#) else {
            Issue.record("511 arrays in an object refused")
            return
        }
        expectInvalid(#"{"jsonrpc":"2.0","method":"m","params":[\#(params)]}"#, code: .parseError, id: .null)
    }

    @Test func `an invalid request is answered with its id where that can be read`() {
        expectInvalid(#"{"jsonrpc": "2.0", "method": 1, "params": "bar"}"#, code: .invalidRequest, id: .null)
        expectInvalid(#"{"jsonrpc": "2.0", "method": 1, "id": 5}"#, code: .invalidRequest, id: 5)
        expectInvalid(#"{"jsonrpc": "2.0", "id": "x"}"#, code: .invalidRequest, id: "x")
        expectInvalid(#"{"jsonrpc": "2.0", "method": null, "id": null}"#, code: .invalidRequest, id: .null)
        expectInvalid(#"{"jsonrpc": "1.0", "method": "m", "id": 6}"#, code: .invalidRequest, id: 6)
        expectInvalid(#"{"jsonrpc": 2.0, "method": "m", "id": 7}"#, code: .invalidRequest, id: 7)
        expectInvalid(#"{"method": "m", "id": 8}"#, code: .invalidRequest, id: 8)
        expectInvalid(#"{"jsonrpc": "2.0", "result": 1, "id": 9}"#, code: .invalidRequest, id: 9)
        expectInvalid("{}", code: .invalidRequest, id: .null)
    }

    @Test(arguments: ["1", "\"text\"", "null", "true"])
    func `a value that is no object is an invalid request`(message: String) {
        expectInvalid(message, code: .invalidRequest, id: .null, kind: JSONRPCError.invalidRequestKind)
    }

    @Test func `an empty batch is one invalid request`() {
        expectInvalid("[]", code: .invalidRequest, id: .null)
    }

    @Test func `each member of a batch stands for itself`() {
        let message = """
            [
                {"jsonrpc": "2.0", "method": "total", "params": [1, 2, 4], "id": "1"},
                {"jsonrpc": "2.0", "method": "greet", "params": [7]},
                {"jsonrpc": "2.0", "method": "difference", "params": [50, 8], "id": "2"},
                {"foo": "boo"},
                {"jsonrpc": "2.0", "method": "unknown.method", "params": {"name": "self"}, "id": "5"},
                1,
                []
            ]
            """
        guard case .batch(let members) = calls(message) else {
            Issue.record("not a batch")
            return
        }
        #expect(members.count == 7)
        #expect(members[0] == .request(JSONRPCRequest(id: "1", method: "total", params: [1, 2, 4])))
        #expect(members[1] == .request(JSONRPCRequest(id: nil, method: "greet", params: [7])))
        #expect(members[2] == .request(JSONRPCRequest(id: "2", method: "difference", params: [50, 8])))
        #expect(members[4] == .request(JSONRPCRequest(id: "5", method: "unknown.method", params: ["name": "self"])))
        for index in [3, 5, 6] {
            guard case .invalid(let response) = members[index] else {
                Issue.record("member \(index) passed")
                continue
            }
            #expect(response.id == .null)
            #expect(error(of: response)?.code == .invalidRequest)
        }
    }

    @Test func `a batch may be as large as the limit and no larger`() {
        func batch(_ count: Int) -> String {
            "[" + Array(repeating: #"{"jsonrpc":"2.0","method":"m"}"#, count: count).joined(separator: ",") + "]"
        }
        guard case .batch(let members) = calls(batch(JSONRPCCalls.maximumBatchCount)) else {
            Issue.record("a batch at the limit was refused")
            return
        }
        #expect(members.count == JSONRPCCalls.maximumBatchCount)
        expectInvalid(
            batch(JSONRPCCalls.maximumBatchCount + 1), code: .invalidRequest, id: .null,
            kind: JSONRPCError.batchTooLargeKind)
        guard case .batch = JSONRPCCalls(decoding: Array(batch(2).utf8), maximumBatchCount: 2),
            case .single(.invalid) = JSONRPCCalls(decoding: Array(batch(3).utf8), maximumBatchCount: 2)
        else {
            Issue.record("the limit given was not kept")
            return
        }
    }

    private func calls(_ message: String) -> JSONRPCCalls {
        JSONRPCCalls(decoding: Array(message.utf8))
    }

    private func expectRequest(
        _ message: String, _ expected: JSONRPCRequest, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(calls(message) == .single(.request(expected)), sourceLocation: sourceLocation)
        #expect(
            JSONRPCCalls(decoding: expected.encoded()) == .single(.request(expected)), sourceLocation: sourceLocation)
    }

    private func expectInvalid(
        _ message: String, code: JSONRPCErrorCode, id: JSONRPCID, kind: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard case .single(.invalid(let response)) = calls(message) else {
            Issue.record("taken as valid: \(message)", sourceLocation: sourceLocation)
            return
        }
        let error = error(of: response)
        #expect(error?.code == code, sourceLocation: sourceLocation)
        #expect(response.id == id, sourceLocation: sourceLocation)
        #expect(error?.message.hasPrefix(code.standardMessage) == true, sourceLocation: sourceLocation)
        #expect(error?.detail?.isEmpty == false, sourceLocation: sourceLocation)
        if let kind { #expect(error?.kind == kind, sourceLocation: sourceLocation) }
    }
}

func error(of response: JSONRPCResponse) -> JSONRPCError? {
    if case .failure(let error) = response.outcome { error } else { nil }
}

func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}
