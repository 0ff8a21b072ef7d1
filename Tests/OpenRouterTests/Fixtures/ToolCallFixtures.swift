import AILoop
import JSON

extension StreamFixture {
    private static func calls(_ list: String) -> String { delta(#""content":null,"tool_calls":[\#(list)]"#) }

    static let toolCalls: [StreamFixture] = [
        StreamFixture(
            name: "a call in fragments: id and name first, then pieces of the arguments",
            body: frames(
                calls(#"{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":""}}"#),
                calls(#"{"index":0,"function":{"arguments":"{\"ci"}}"#),
                calls(#"{"index":0,"function":{"arguments":"ty\":\"Oslo\"}"}}"#), callsEnd) + done,
            events: [
                call(0, id: "call_a", name: "weather"), call(0, #"{"ci"#), call(0, #"ty":"Oslo"}"#),
            ], ending: finished("tool_calls")),
        StreamFixture(
            name: "text, then parallel calls whose fragments alternate",
            body: frames(
                content("Let me look."),
                calls(
                    #"{"index":0,"id":"a","function":{"name":"f","arguments":"{"}},"#
                        + #"{"index":1,"id":"b","function":{"name":"g","arguments":"{"}}"#),
                calls(
                    #"{"index":1,"function":{"arguments":"}"}},{"index":0,"function":{"arguments":"}"}}"#), callsEnd)
                + done,
            events: [
                .text("Let me look."), call(0, id: "a", name: "f", "{"), call(1, id: "b", name: "g", "{"), call(1, "}"),
                call(0, "}"),
            ], ending: finished("tool_calls")),
        StreamFixture(
            name: "whole calls that all bear index 0",
            body: frames(
                calls(#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}"#),
                calls(#"{"index":0,"id":"b","type":"function","function":{"name":"f","arguments":"{\"x\":2}"}}"#),
                callsEnd) + done,
            events: [call(0, id: "a", name: "f", #"{"x":1}"#), call(0, id: "b", name: "f", #"{"x":2}"#)],
            ending: finished("tool_calls")),
        StreamFixture(
            name: "later fragments with an empty id and name",
            body: frames(
                calls(#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#),
                calls(#"{"index":0,"id":"","type":"function","function":{"name":"","arguments":"{}"}}"#), callsEnd)
                + done,
            events: [call(0, id: "a", name: "f"), call(0, "{}")], ending: finished("tool_calls")),
        StreamFixture(
            name: "no id, and no index",
            body: frames(
                calls(#"{"index":0,"function":{"name":"f","arguments":"{}"}}"#),
                calls(#"{"id":null,"function":{"name":"g"}}"#), callsEnd) + done,
            events: [call(0, name: "f", "{}"), call(nil, name: "g")], ending: finished("tool_calls")),
        StreamFixture(
            name: "arguments as an object, null, or missing",
            body: frames(
                calls(
                    #"{"index":0,"id":"a","function":{"arguments":{"city":"Oslo","n":[1, 2.50]},"name":"f"}},"#
                        + #"{"index":1,"id":"b","function":{"name":"g","arguments":null}},"#
                        + #"{"index":2,"id":"c","function":{"name":"h"}}"#), callsEnd) + done,
            events: [
                call(0, id: "a", name: "f", #"{"city":"Oslo","n":[1,2.50]}"#), call(1, id: "b", name: "g"),
                call(2, id: "c", name: "h"),
            ], ending: finished("tool_calls")),
        StreamFixture(
            name: "a call, and the finish twice, with usage the second time",
            body: frames(
                calls(#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}"#), callsEnd,
                chunk(
                    #""delta":{"role":"assistant","content":""},"finish_reason":"tool_calls","native_finish_reason":"tool_use""#,
                    #","usage":{"prompt_tokens":5,"completion_tokens":6,"total_tokens":11}"#)) + done,
            events: [call(0, id: "a", name: "f", "{}")],
            ending: finished("tool_calls", usage: TokenUsage(promptTokens: 5, completionTokens: 6, totalTokens: 11))),
        StreamFixture(
            name: "stop where there are calls",
            body: frames(
                calls(#"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#), stop) + done,
            events: [call(0, id: "a", name: "f", "{}")], ending: finished("stop")),
    ]

    static let reasoning: [StreamFixture] = [
        StreamFixture(
            name: "reasoning with its details, which are not shown twice",
            body: frames(
                delta(
                    #""content":"","reasoning":"Let me","reasoning_details":[{"type":"reasoning.text","text":"Let me","#
                        + #""signature":null,"id":"r1","format":"acme-v1","index":0}]"#),
                delta(
                    #""content":"","reasoning":null,"reasoning_details":[{"type":"reasoning.text","signature":"c2ln","index":0}]"#
                ),
                content("Done"), stop) + done,
            events: [
                .reasoning("Let me"),
                .reasoningDetails([
                    [
                        "type": "reasoning.text", "text": "Let me", "signature": nil, "id": "r1", "format": "acme-v1",
                        "index": 0,
                    ]
                ]), .reasoningDetails([["type": "reasoning.text", "signature": "c2ln", "index": 0]]), .text("Done"),
            ], ending: finished()),
        StreamFixture(
            name: "details alone are shown, but never what is encrypted",
            body: frames(
                delta(
                    #""reasoning_details":[{"type":"reasoning.summary","summary":"Short","index":0},"#
                        + #"{"type":"reasoning.encrypted","data":"b3BhcXVl","index":1}]"#),
                delta(#""reasoning_details":[{"type":"reasoning.encrypted","data":"bW9yZQ==","index":1}]"#),
                content("Done"), stop) + done,
            events: [
                .reasoning("Short"),
                .reasoningDetails([
                    ["type": "reasoning.summary", "summary": "Short", "index": 0],
                    ["type": "reasoning.encrypted", "data": "b3BhcXVl", "index": 1],
                ]), .reasoningDetails([["type": "reasoning.encrypted", "data": "bW9yZQ==", "index": 1]]), .text("Done"),
            ], ending: finished()),
        StreamFixture(
            name: "a signature that comes after the text began, and a call of the service's own tool",
            body: frames(
                delta(
                    #""content":"","reasoning":"Hm","reasoning_details":[{"type":"reasoning.text","text":"Hm","index":0}]"#
                ),
                content("Do"),
                delta(#""content":"ne","reasoning_details":[{"type":"reasoning.text","signature":"c2ln","index":0}]"#),
                delta(
                    #""reasoning_details":[{"type":"reasoning.server_tool_call","tool":"web","data":"b3BhcXVl","index":1}]"#
                ), stop) + done,
            events: [
                .reasoning("Hm"), .reasoningDetails([["type": "reasoning.text", "text": "Hm", "index": 0]]),
                .text("Do"),
                .reasoningDetails([["type": "reasoning.text", "signature": "c2ln", "index": 0]]), .text("ne"),
                .reasoningDetails([
                    ["type": "reasoning.server_tool_call", "tool": "web", "data": "b3BhcXVl", "index": 1]
                ]),
            ], ending: finished()),
        StreamFixture(
            name: "an empty list of details is kept, once",
            body: frames(
                delta(#""content":"a","reasoning_details":[]"#), delta(#""content":"b","reasoning_details":[]"#), stop)
                + done,
            events: [.reasoningDetails([]), .text("a"), .text("b")], ending: finished()),
        StreamFixture(
            name: "reasoning_content, alone and beside reasoning",
            body: frames(
                delta(#""content":null,"reasoning_content":"Hm. ""#),
                delta(#""reasoning":"","reasoning_content":"So. ""#),
                delta(#""content":"Yes","reasoning":"Thus.","reasoning_content":"Thus.""#), stop) + done,
            events: [.reasoning("Hm. "), .reasoning("So. "), .reasoning("Thus."), .text("Yes")], ending: finished()),
    ]
}
