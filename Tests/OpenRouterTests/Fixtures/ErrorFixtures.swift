import AILoop

extension StreamFixture {
    private static func failed(
        _ kind: ModelError.Kind, _ status: Int?, retryable: Bool = true, _ says: String
    ) -> Ending {
        .failed(kind, retryable: retryable, status: status, says: says)
    }

    static let errors: [StreamFixture] = [
        StreamFixture(
            name: "an error in the last chunk, with a choice that finished in error",
            body: frames(
                content("Half"),
                #"{"id":"gen-1","object":"chat.completion.chunk","provider":"Acme","error":{"code":429,"message":"Too fast","#
                    + #""metadata":{"error_type":"rate_limit_exceeded"}},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#
            ),
            events: [.text("Half")],
            ending: failed(.rateLimited, 429, "Too fast [provider: Acme]")),
        StreamFixture(
            name: "a textual code and no choices",
            body: frames(
                content("Half"),
                #"{"error":{"code":"server_error","message":"The provider went away"},"choices":[]}"#) + done,
            events: [.text("Half")],
            ending: failed(.upstreamUnavailable, 500, "The provider went away")),
        StreamFixture(
            name: "the error stands in the choice",
            body: frames(
                #"{"id":"gen-1","provider":"Acme","choices":[{"index":0,"delta":{"content":"Half"},"finish_reason":"error","#
                    + #""error":{"code":502,"message":"Upstream reset"}}]}"#) + done,
            events: [.text("Half")],
            ending: failed(.upstreamUnavailable, 502, "Upstream reset [provider: Acme]")),
        StreamFixture(
            name: "finish_reason error and not a word more",
            body: frames(content("Half"), delta(#""content":"""#, finish: #""error""#)) + done,
            events: [.text("Half")],
            ending: failed(.upstreamUnavailable, nil, "ended the answer with an error")),
        StreamFixture(
            name: "nothing but an error, as of HTTP",
            body: frames(#"{"error":{"message":"Rate limit exceeded: per minute","code":429}}"#),
            ending: failed(.rateLimited, 429, "Rate limit exceeded: per minute")),
        StreamFixture(
            name: "an error that is a string",
            body: frames(#"{"error":"model runner has unexpectedly stopped"}"#),
            ending: failed(.upstreamUnavailable, nil, "model runner has unexpectedly stopped")),
        StreamFixture(
            name: "an error object without code or type",
            body: frames(#"{"error":{"message":"No models loaded"}}"#),
            ending: failed(.upstreamUnavailable, nil, "No models loaded")),
        StreamFixture(
            name: "an event named error with a bare object",
            body: "event: error\ndata: {\"code\":400,\"details\":\"context too long\"}\n\n",
            ending: failed(.badRequest, 400, retryable: false, "context too long")),
        StreamFixture(
            name: "an event named error with plain words",
            body: frames(content("Half")) + "event: error\ndata: worker died\n\n",
            events: [.text("Half")],
            ending: failed(.upstreamUnavailable, nil, "worker died")),
        StreamFixture(
            name: "a bare error object without choices",
            body: frames(#"{"object":"error","message":"boom","type":"internal_error","code":500}"#),
            ending: failed(.upstreamUnavailable, 500, "boom")),
        StreamFixture(
            name: "the detail of a web framework",
            body: frames(
                #"{"detail":[{"loc":["body","messages"],"msg":"field required","input":"my secret prompt"}]}"#),
            ending: failed(.upstreamUnavailable, nil, "field required")),
        StreamFixture(
            name: "the first of two glued frames is an error",
            body: #"data: {"error":{"code":503,"message":"busy"}}data: [DONE]"# + "\n\n",
            ending: failed(.upstreamUnavailable, 503, "busy")),
        StreamFixture(
            name: "an error that is null is none",
            body: frames(
                #"{"id":"gen-1","model":"test/model-1","error":null,"choices":[{"index":0,"delta":{"content":"a"},"error":null}]}"#,
                stop)
                + done,
            events: [.text("a")], ending: finished()),
        StreamFixture(
            name: "a chunk that is not JSON",
            body: frames(content("Half"), #"{"choices":[{"index":0,"delta":{"content":"lost"#) + frames(stop) + done,
            events: [.text("Half")],
            ending: failed(.malformedResponse, nil, "not valid JSON")),
        StreamFixture(
            name: "plain words as data",
            body: frames("Internal Server Error"),
            ending: failed(.malformedResponse, nil, "not valid JSON")),
    ]

    static let endings: [StreamFixture] = [
        StreamFixture(
            name: "no [DONE], but a finish",
            body: frames(content("a"), stop), events: [.text("a")], ending: finished()),
        StreamFixture(
            name: "[DONE] without a finish",
            body: frames(content("a")) + done, events: [.text("a")], ending: finished(nil)),
        StreamFixture(
            name: "no empty line behind the last event",
            body: frames(content("a")) + "data: \(stop)", events: [.text("a")], ending: finished()),
        StreamFixture(
            name: "what follows [DONE] is not read",
            body: frames(content("a"), stop) + done + frames(content("b"), #"{"error":"late"}"#),
            events: [.text("a")], ending: finished()),
        StreamFixture(
            name: "neither a finish nor [DONE]",
            body: frames(content("a")), events: [.text("a")],
            ending: failed(.truncated, nil, "broke off")),
        StreamFixture(
            name: "the end in the middle of a chunk",
            body: frames(content("a")) + "data: {\"choices\":[{\"del", events: [.text("a")],
            ending: failed(.truncated, nil, "broke off")),
        StreamFixture(
            name: "an empty answer",
            body: frames(stop) + done, ending: finished()),
        StreamFixture(
            name: "stop with nothing said hides a broken connection",
            body: frames(
                chunk(#""delta":{"content":""},"finish_reason":"stop","native_finish_reason":"network_error""#)) + done,
            ending: failed(.upstreamUnavailable, 502, "network_error")),
        StreamFixture(
            name: "a stream of comments only",
            body: ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n",
            ending: failed(.truncated, nil, "broke off")),
        StreamFixture(
            name: "[DONE] and nothing else",
            body: done, ending: failed(.malformedResponse, nil, "without an answer")),
        StreamFixture(
            name: "an empty body", body: "", ending: failed(.truncated, nil, "broke off")),
    ]

    static let bodies: [StreamFixture] = [
        StreamFixture(
            name: "one JSON text in place of a stream",
            body:
                #"{"id":"gen-1","object":"chat.completion","model":"test/model-1","choices":[{"index":0,"message":{"role":"assistant","#
                + #""content":"All at once","reasoning":"Hm","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},"#
                + #"{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"#
                + #""usage":{"prompt_tokens":5,"completion_tokens":6,"total_tokens":11}}"#,
            events: [
                .reasoning("Hm"), .text("All at once"), call(0, id: "a", name: "f", "{}"),
                call(1, id: "b", name: "g", "{}"),
            ],
            ending: finished("tool_calls", usage: TokenUsage(promptTokens: 5, completionTokens: 6, totalTokens: 11))),
        StreamFixture(
            name: "one JSON text with an error in the choice and half an answer",
            body: "\n  "
                + #"{"id":"gen-1","choices":[{"error":{"code":502,"message":"gone"},"finish_reason":"error","message":{"content":"Half"}}]}"#,
            events: [.text("Half")], ending: failed(.upstreamUnavailable, 502, "gone")),
        StreamFixture(
            name: "one JSON text that is an error, with status 200",
            body: #"{"error":{"message":"No endpoints found","code":404},"user_id":"u"}"#,
            ending: failed(.modelNotFound, 404, retryable: false, "No endpoints found")),
        StreamFixture(
            name: "one JSON text that was cut",
            body: #"{"id":"gen-1","choices":[{"message":{"content":"#,
            ending: failed(.malformedResponse, nil, "not valid JSON")),
        StreamFixture(
            name: "a web page with status 200",
            body: "<!DOCTYPE html><html><head><title>Sign in</title></head><body>…</body></html>",
            ending: failed(.malformedResponse, 200, retryable: false, "a web page, \"Sign in\"")),
        StreamFixture(
            name: "a proxy's page",
            status: 502, body: "<html>\r\n<head><TITLE>502 Bad Gateway</TITLE></head>\r\n<body>nginx</body></html>",
            ending: failed(.upstreamUnavailable, 502, "502 (Bad Gateway): a web page, \"502 Bad Gateway\"")),
        StreamFixture(
            name: "an error without a body",
            status: 503, body: "", ending: failed(.upstreamUnavailable, 503, "503 (Service Unavailable)")),
    ]
}
