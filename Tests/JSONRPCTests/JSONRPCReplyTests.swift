import JSON
import JSONRPC
import Testing

/// JSON-RPC 2.0 §5 and §6, seen from the client, and what the server writes.
@Suite struct JSONRPCReplyTests {
    @Test func `results and errors are written as the specification lays them out`() {
        #expect(text(JSONRPCResponse(id: 1, result: 19).encoded()) == #"{"jsonrpc":"2.0","id":1,"result":19}"#)
        #expect(text(JSONRPCResponse(id: "a", result: nil).encoded()) == #"{"jsonrpc":"2.0","id":"a","result":null}"#)
        let error = JSONRPCError(
            .methodNotFound, kind: "methodNotFound", detail: "no method `foo`", more: ["method": "foo"])
        #expect(
            text(JSONRPCResponse(id: .null, error: error).encoded())
                == #"{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"Method not found: no method `foo`","#
                + #""data":{"kind":"methodNotFound","detail":"no method `foo`","method":"foo"}}}"#)
    }

    @Test func `responses read back as they were written`() throws {
        let responses = [
            JSONRPCResponse(id: 1, result: ["a": [1, nil, "x"]]),
            JSONRPCResponse(id: .null, error: JSONRPCError(.serverBusy, kind: "limitReached", detail: "full")),
            JSONRPCResponse(id: "b", error: JSONRPCError(code: JSONRPCErrorCode(rawValue: -32099), message: "own")),
        ]
        for response in responses {
            #expect(try JSONRPCReply.decode(response.encoded()) == [.response(response)])
        }
        let batch = try #require(JSONRPCResponse.encodedBatch(responses))
        #expect(try JSONRPCReply.decode(batch) == responses.map { .response($0) })
    }

    @Test func `a batch in which nothing is to be answered has no answer`() {
        #expect(JSONRPCResponse.encodedBatch([]) == nil)
    }

    @Test func `a notification of the server is told from a response`() throws {
        let message = #"{"jsonrpc":"2.0","method":"Happened","params":{"seq":1}}"#
        #expect(
            try JSONRPCReply.decode(Array(message.utf8)) == [.notification(method: "Happened", params: ["seq": 1])])
    }

    @Test(arguments: [
        "1", "{}", #"{"jsonrpc":"1.0","id":1,"result":1}"#, #"{"jsonrpc":"2.0","id":1}"#,
        #"{"jsonrpc":"2.0","result":1}"#, #"{"jsonrpc":"2.0","id":[],"result":1}"#,
        #"{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}"#,
        #"{"jsonrpc":"2.0","id":1,"error":"text"}"#, #"{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":""}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"m"}"#, #"{"jsonrpc":"2.0","method":1}"#,
        #"[{"jsonrpc":"2.0","id":1,"result":1},2]"#,
    ])
    func `what is no reply is refused with a reason`(message: String) {
        #expect {
            try JSONRPCReply.decode(Array(message.utf8))
        } throws: { error in
            if case .notAReply(let detail)? = error as? JSONRPCReplyError { !detail.isEmpty } else { false }
        }
    }

    @Test func `what is no JSON is refused with the place`() {
        #expect(throws: JSONRPCReplyError.notJSON(JSONParseError(kind: .unexpectedEnd, offset: 1))) {
            try JSONRPCReply.decode(Array("{".utf8))
        }
    }

    @Test func `every code has its standard words`() {
        let words = Dictionary(
            uniqueKeysWithValues: JSONRPCErrorCode.all.map { ($0.rawValue, $0.standardMessage) })
        #expect(
            words == [
                -32700: "Parse error", -32600: "Invalid Request", -32601: "Method not found", -32602: "Invalid params",
                -32603: "Internal error", -32000: "Server busy", -32001: "Unauthorized",
            ])
        #expect(JSONRPCErrorCode(rawValue: -5).standardMessage == "Error -5")
    }
}
