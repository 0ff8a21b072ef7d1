import AILoop

extension StreamFixture {
    private static let usage = TokenUsage(
        promptTokens: 12, completionTokens: 3, totalTokens: 15, cachedTokens: 4, reasoningTokens: 0, cost: 0.00025)
    private static let plainUsage = TokenUsage(promptTokens: 12, completionTokens: 3, totalTokens: 15)

    static let text: [StreamFixture] = [
        StreamFixture(
            name: "comments first, the finish twice, usage with the second one",
            body: ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n"
                + frames(
                    content(""), content("Hel"), content("lo, "), content("world"), stop,
                    chunk(
                        #""delta":{"role":"assistant","content":""},"finish_reason":"stop","native_finish_reason":"end_turn""#,
                        #","usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,"cost":0.00025,"is_byok":false,"#
                            + #""prompt_tokens_details":{"cached_tokens":4},"cost_details":{"upstream_inference_cost":null},"#
                            + #""completion_tokens_details":{"reasoning_tokens":0}}"#)) + done,
            events: [.text("Hel"), .text("lo, "), .text("world")], ending: finished(usage: usage)),
        StreamFixture(
            name: "usage in a trailing chunk without choices, null and padding on every other one",
            body: frames(
                #"{"id":"gen-1","model":"test/model-1","choices":[{"index":0,"delta":{"content":"Hi"}}],"usage":null,"obfuscation":"aX3"}"#,
                #"{"id":"gen-1","model":"test/model-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null,"obfuscation":"q"}"#,
                #"{"id":"gen-1","model":"test/model-1","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}"#
            ) + done,
            events: [.text("Hi")], ending: finished(usage: plainUsage)),
        StreamFixture(
            name: "usage beside a choice whose finish is null, after the finish",
            body: frames(
                content("Hi"), stop,
                chunk(
                    #""delta":{"role":"assistant","content":""},"finish_reason":null,"native_finish_reason":null"#,
                    #","usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}"#)) + done,
            events: [.text("Hi")], ending: finished(usage: plainUsage)),
        StreamFixture(
            name: "usage on the finish chunk, its details null",
            body: frames(
                content("Hi"),
                chunk(
                    #""delta":{},"finish_reason":"stop""#,
                    #","usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":null,"cost":null}"#))
                + done,
            events: [.text("Hi")], ending: finished(usage: plainUsage)),
        StreamFixture(
            name: "a first chunk without choices and with an empty id, then a choice without delta",
            body: frames(
                #"{"choices":[],"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}"#,
                chunk(#""finish_reason":null"#), content("Hi"), stop) + done,
            events: [.text("Hi")], ending: finished()),
        StreamFixture(
            name: "an empty finish_reason in the middle is none",
            body: frames(
                delta(#""content":"a""#, finish: #""""#), delta(#""content":"b""#, finish: #""""#), stop) + done,
            events: [.text("a"), .text("b")], ending: finished()),
        StreamFixture(
            name: "content shares the chunk with the finish",
            body: frames(content("a"), delta(#""content":"b""#, finish: #""length""#)) + done,
            events: [.text("a"), .text("b")], ending: finished("length")),
        StreamFixture(
            name: "no space after the colon, CRLF, a byte order mark, other fields",
            body: "\u{FEFF}event: message\r\nid: 7\r\nretry: 1000\r\ndata:\(content("a"))\r\n\r\n"
                + "data:\(content("b"))\r\n\r\ndata:\(stop)\r\n\r\ndata:[DONE]\r\n\r\n",
            events: [.text("a"), .text("b")], ending: finished()),
        StreamFixture(
            name: "lines that end in a bare carriage return",
            body: "data: \(content("a"))\r\rdata: \(stop)\r\rdata: [DONE]\r\r",
            events: [.text("a")], ending: finished()),
        StreamFixture(
            name: "white space around the JSON, and an event of two data lines",
            body: "data:    \(content("a"))  \n\ndata: {\"id\":\"gen-1\",\"model\":\"test/model-1\",\n"
                + "data: \"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}]}\n\ndata:\t\(stop)\n\ndata:  [DONE] \n\n",
            events: [.text("a"), .text("b")], ending: finished()),
        StreamFixture(
            name: "a proxy makes comments into data",
            body: frames(": OPENROUTER PROCESSING", content("a"), ":", stop) + done,
            events: [.text("a")], ending: finished()),
        StreamFixture(
            name: "two frames glued on one line, and the end glued on another",
            body: "data: \(content("a"))data: \(content("b"))\n\ndata: \(content("c"))\(content("d"))\n\n"
                + "data: \(stop)data: [DONE]\n\n",
            events: [.text("a"), .text("b"), .text("c"), .text("d")], ending: finished()),
        StreamFixture(
            name: "debug chunks come before the answer",
            body: frames(
                #"{"id":"gen-1","choices":[],"debug":{"echo_upstream_body":{"messages":[{"content":"secret"}]}}}"#,
                content("a"), stop) + done,
            events: [.text("a")], ending: finished()),
        StreamFixture(
            name: "what was asked for beside the answer is passed over: routing metadata, audio, images, annotations",
            body: frames(
                delta(
                    #""content":"a","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]"#),
                delta(
                    #""content":null,"audio":{"id":"x","data":"AAAA","transcript":"not this"},"#
                        + #""annotations":[{"type":"url_citation","url_citation":{"url":"https://example.com","content":"nor this"}}]"#
                ), content("b"),
                chunk(
                    #""delta":{"content":""},"finish_reason":"stop""#,
                    #","openrouter_metadata":{"attempts":[{"provider":"Acme","status":200}],"message":"routed"}"#))
                + done,
            events: [.text("a"), .text("b")], ending: finished()),
        StreamFixture(
            name: "escapes and characters of several bytes",
            body: frames(content(#"\u00e4\n\ud83d\ude00 \"\\\/"#), content("日本語 😀"), stop) + done,
            events: [.text("ä\n😀 \"\\/"), .text("日本語 😀")], ending: finished()),
        StreamFixture(
            name: "a refusal stands in place of the content",
            body: frames(delta(#""content":null,"refusal":"I cannot ""#), delta(#""refusal":"do that.""#), stop) + done,
            events: [.text("I cannot "), .text("do that.")], ending: finished()),
        StreamFixture(
            name: "content as a list of parts",
            body: frames(
                delta(
                    #""content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},{"type":"text","text":"a"},"#
                        + #"{"type":"text","text":"b"},{"type":"reference","reference_ids":[1]}]"#), stop) + done,
            events: [.reasoning("Hm"), .text("ab")], ending: finished()),
        StreamFixture(
            name: "of several answers the first one counts",
            body: frames(
                #"{"id":"gen-1","model":"test/model-1","choices":[{"delta":{"content":"no"},"index":1},{"delta":{"content":"yes"},"index":0}]}"#,
                #"{"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}"#, stop) + done,
            events: [.text("yes")], ending: finished()),
        StreamFixture(
            name: "the whole message so far beside each delta",
            body: frames(
                chunk(#""delta":{"content":"a"},"message":{"role":"assistant","content":"a"}"#),
                chunk(#""message":{"role":"assistant","content":"ab"},"delta":{"content":"b"}"#),
                chunk(#""message":{"content":"ab"},"delta":{"content":""},"finish_reason":"stop""#)) + done,
            events: [.text("a"), .text("b")], ending: finished()),
        StreamFixture(
            name: "one chunk with a whole message in place of deltas",
            body: frames(chunk(#""message":{"role":"assistant","content":"all"},"finish_reason":"stop""#)) + done,
            events: [.text("all")], ending: finished()),
        StreamFixture(
            name: "members of unexpected kinds are passed over",
            body: frames(
                #"{"id":7,"model":null,"choices":null,"usage":"none"}"#, chunk(#""delta":null"#), "[1,2]", "null",
                chunk(
                    #""delta":{"content":5,"reasoning":{"a":1},"tool_calls":{},"reasoning_details":"x","refusal":[]}"#),
                #"{"choices":[3,{"delta":{"tool_calls":[null,4]}}]}"#, content("a"), stop) + done,
            events: [.text("a")], ending: finished()),
    ]
}
