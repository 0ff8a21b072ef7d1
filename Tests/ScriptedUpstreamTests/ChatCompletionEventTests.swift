import JSON
import ScriptedUpstream
import Testing

@Suite("Events of a chat completion")
struct ChatCompletionEventTests {
    private func choice(_ event: String) throws -> JSONValue {
        #expect(event.hasPrefix("data: ") && event.hasSuffix("\n\n"))
        let value = try JSONParser.parse(String(event.dropFirst(6).dropLast(2)))
        return try #require(value["choices"]?.array?.first)
    }

    @Test("Text, reasoning and finish")
    func text() throws {
        #expect(try choice(ChatCompletionEvent.text("a\"\n"))["delta"]?["content"] == "a\"\n")
        #expect(try choice(ChatCompletionEvent.reasoning("hm"))["delta"]?["reasoning"] == "hm")
        #expect(try choice(ChatCompletionEvent.finish("length"))["finish_reason"] == "length")
    }

    @Test("Tool calls and their fragments")
    func toolCalls() throws {
        let first = try choice(ChatCompletionEvent.toolCall(index: 1, id: "c1", name: "f", arguments: "{\"a"))
        #expect(
            first["delta"]?["tool_calls"]
                == [["index": 1, "id": "c1", "type": "function", "function": ["name": "f", "arguments": "{\"a"]]])
        let next = try choice(ChatCompletionEvent.toolArguments(index: 1, "\":1}"))
        #expect(next["delta"] == ["tool_calls": [["index": 1, "function": ["arguments": "\":1}"]]]])
    }

    @Test("Usage, errors, comments, the end")
    func others() throws {
        let usage = try JSONParser.parse(String(ChatCompletionEvent.usage(prompt: 2, completion: 3).dropFirst(6)))
        #expect(usage["choices"] == [])
        #expect(usage["usage"]?["total_tokens"] == 5)
        let text = ChatCompletionEvent.error(code: 429, message: "slow down", metadata: ["error_type": "rate"])
        let error = try JSONParser.parse(String(text.dropFirst(6)))
        #expect(error["error"] == ["code": 429, "message": "slow down", "metadata": ["error_type": "rate"]])
        #expect(error["choices"]?.array?.first?["finish_reason"] == "error")
        #expect(ChatCompletionEvent.comment("x") == ": x\n\n")
        #expect(ChatCompletionEvent.done == "data: [DONE]\n\n")
    }
}
