import Testing

@testable import Benchmarking

@Suite struct ServerMessageTests {
    @Test(
        "a message of the server is read for what it means",
        arguments: [
            (
                #"{"jsonrpc":"2.0","method":"AIMessageChunkNotification","params":{"sessionId":"s","chunk":"a b","isFinal":false,"seq":2}}"#,
                .chunk(hasText: true, isFinal: false, sentByUpstream: nil)
            ),
            (
                #"{"params":{"isFinal":true,"chunk":"","sessionId":"s"},"method":"AIMessageChunkNotification","jsonrpc":"2.0"}"#,
                .chunk(hasText: false, isFinal: true, sentByUpstream: nil)
            ),
            (
                #"{"jsonrpc":"2.0","method":"AIMessageChunkNotification","params":{"chunk":"x[00000000000000001234]y","isFinal":false}}"#,
                .chunk(hasText: true, isFinal: false, sentByUpstream: 1234)
            ),
            (
                #"{"jsonrpc":"2.0","method":"AIMessageChunkNotification","params":{}}"#,
                .chunk(hasText: false, isFinal: false, sentByUpstream: nil)
            ),
            (
                #"{"jsonrpc":"2.0","method":"SessionStatusNotification","params":{"status":3,"reason":"timeout","error":{"kind":"timeout","detail":"No byte.","retryable":true}}}"#,
                .failure(kind: "timeout", detail: "No byte.")
            ),
            (
                #"{"jsonrpc":"2.0","method":"SessionStatusNotification","params":{"status":3,"reason":"Error: odd"}}"#,
                .failure(kind: "answerFailed", detail: "Error: odd")
            ),
            (
                #"{"jsonrpc":"2.0","method":"SessionStatusNotification","params":{"status":2,"reason":"over"}}"#,
                .sessionEnded(reason: "over")
            ),
            (#"{"jsonrpc":"2.0","method":"SessionStatusNotification","params":{"status":1}}"#, .other),
            (#"{"jsonrpc":"2.0","method":"UsageNotification","params":{"promptTokens":1}}"#, .other),
            (#"{"jsonrpc":"2.0","id":1,"result":{"sessionId":"s","status":1}}"#, .result(id: 1, sessionID: "s")),
            (#"{"jsonrpc":"2.0","id":2,"result":{"messageId":"m","status":0}}"#, .result(id: 2, sessionID: nil)),
            (
                #"{"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"Server busy","data":{"kind":"limitReached","detail":"Too many."}}}"#,
                .refusal(id: 2, kind: "limitReached", detail: "Too many.")
            ),
            (
                #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}"#,
                .refusal(id: nil, kind: "error -32700", detail: "Parse error")
            ),
            ("{}", .malformed), ("[]", .malformed), ("", .malformed), ("nonsense", .malformed),
            (#"{"method":1}"#, .malformed),
            (#"{"method":"AIMessageChunkNotification","params":{"chunk":"a"#, .malformed),
            (
                #"{"method":"AIMessageChunkNotification","params":[1]}"#,
                .chunk(hasText: false, isFinal: false, sentByUpstream: nil)
            ),
            (
                #"{"method":"AIMessageChunkNotification","params":{"chunk":7,"isFinal":"yes"}}"#,
                .chunk(hasText: false, isFinal: false, sentByUpstream: nil)
            ),
        ] as [(String, ServerMessage)])
    func messages(text: String, expected: ServerMessage) {
        #expect(ServerMessage.read(Array(text.utf8)) == expected)
    }
}
