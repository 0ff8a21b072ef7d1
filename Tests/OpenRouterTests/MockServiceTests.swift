import AILoop
import JSON
import Testing

@testable import OpenRouter

@Suite struct MockServiceTests {
    private final class Bench {
        let scheduler = VirtualScheduler()
        let service: MockService

        init(_ configuration: MockConfiguration = MockConfiguration()) {
            service = MockService(configuration: configuration, scheduler: scheduler)
        }

        func ask(
            _ messages: [ChatMessage], tools: [ToolDefinition] = [], choice: ModelRequest.ToolChoice = .auto
        ) -> (call: any ModelCall, log: EventLog) {
            let log = EventLog()
            let request = ModelRequest(model: "mock", messages: messages, tools: tools, toolChoice: choice)
            return (service.start(request, receiver: log), log)
        }

        /// The whole answer to one message.
        func answer(_ text: String, tools: [ToolDefinition] = [], choice: ModelRequest.ToolChoice = .auto) -> EventLog {
            let log = ask([.user(text)], tools: tools, choice: choice).log
            scheduler.advance(.seconds(3600))
            return log
        }
    }

    private static let weather = ToolDefinition(
        name: "get_weather",
        definition: [
            "type": "function",
            "function": [
                "name": "get_weather",
                "parameters": [
                    "type": "object",
                    "properties": [
                        "city": ["type": "string"], "days": ["type": "integer", "minimum": 2],
                        "unit": ["type": "string", "enum": ["celsius", "kelvin"]], "note": ["type": "string"],
                        "flags": ["type": "array", "items": ["type": "boolean"]],
                        "place": ["type": "object", "properties": ["country": ["type": "string"]]],
                        "limit": ["type": "number", "default": .number(JSONNumber(validated: "2.5"))],
                    ],
                    "required": ["city", "days", "unit", "flags", "place", "limit"],
                ],
            ],
        ])

    // MARK: Pace

    @Test("the first chunk comes after its time, each further one after the interval, a word each")
    func pace() {
        let bench = Bench(MockConfiguration(firstChunk: .milliseconds(100), chunkInterval: .milliseconds(20)))
        let (_, log) = bench.ask([.user("Tell me about lighthouses")])
        bench.scheduler.advance(.milliseconds(99))
        #expect(log.events.isEmpty)
        bench.scheduler.advance(.milliseconds(1))
        #expect(log.events.count == 1)
        bench.scheduler.advance(.milliseconds(200))
        #expect(log.events.count == 11)
        for case .text(let piece) in log.events { #expect(piece.split(separator: " ").count == 1) }
        bench.scheduler.advance(.seconds(60))
        #expect(log.text.contains("lighthouses") || !log.text.isEmpty)
        #expect(log.completion?.finishReason == "stop")
        #expect(log.completion?.model == "mock")
        #expect((log.completion?.usage?.completionTokens ?? 0) > 10)
        #expect(bench.scheduler.pendingCount == 0)
    }

    @Test("an interval of zero gives one chunk a turn, and never one from within start")
    func noInterval() {
        let bench = Bench(MockConfiguration(firstChunk: .zero, chunkInterval: .zero, chunks: 50, chunkBytes: 10))
        let (_, log) = bench.ask([.user("x")])
        #expect(log.events.isEmpty)
        let before = bench.scheduler.now
        bench.scheduler.advance(.zero)
        #expect(log.events.count == 51)
        #expect(bench.scheduler.now == before)
        #expect(bench.scheduler.scheduledCount == 51)
    }

    @Test("chunks and their bytes are as configured", arguments: [(7, 13), (1, 1), (3, 0), (200, 0)])
    func chunks(_ chunks: Int, _ bytes: Int) {
        let bench = Bench(MockConfiguration(chunks: chunks, chunkBytes: bytes))
        let log = bench.answer("Grüße aus 東京")
        #expect(log.events.count == chunks + 1)
        guard bytes > 0 else { return }
        for case .text(let piece) in log.events { #expect(piece.utf8.count == bytes) }
    }

    @Test("characters stay whole, whatever the size of a chunk")
    func characters() {
        var rule = MockRule(match: "*")
        rule.answer = "aé日😀b"
        let bench = Bench(MockConfiguration(chunkBytes: 2, rules: [rule]))
        let log = bench.answer("x")
        #expect(log.events.dropLast() == [.text("a"), .text("é"), .text("日"), .text("😀"), .text("b")])
    }

    @Test("the same conversation gets the same answer, another one another")
    func deterministic() {
        let first = Bench().answer("Tell me about ships")
        #expect(first.events == Bench().answer("Tell me about ships").events)
        #expect(first.text != Bench().answer("Tell me about boats").text)
    }

    @Test("cancelling ends the answer; pausing holds it back without loss")
    func control() {
        let bench = Bench(
            MockConfiguration(firstChunk: .zero, chunkInterval: .milliseconds(10), chunks: 10, chunkBytes: 4))
        let (cancelled, log) = bench.ask([.user("x")])
        bench.scheduler.advance(.milliseconds(15))
        cancelled.cancel()
        bench.scheduler.advance(.seconds(10))
        #expect(log.events.count == 2)
        #expect(bench.scheduler.pendingCount == 0)

        let (paused, other) = bench.ask([.user("x")])
        bench.scheduler.advance(.milliseconds(15))
        paused.pauseReading()
        bench.scheduler.advance(.seconds(10))
        #expect(other.events.count == 2)
        paused.resumeReading()
        #expect(other.events.count == 2)
        bench.scheduler.advance(.seconds(10))
        #expect(other.events.count == 11)
        paused.resumeReading()
        paused.cancel()
        #expect(bench.scheduler.pendingCount == 0)
    }

    @Test("a receiver may cancel while it hears a chunk")
    func cancelWithin() {
        let bench = Bench()
        let (_, log) = bench.ask([.user("x")])
        log.onEvent = { call, _ in call.cancel() }
        bench.scheduler.advance(.seconds(10))
        #expect(log.events.count == 1)
    }

    @Test("the list of models has one")
    func models() throws {
        let bench = Bench()
        var result: Result<[ModelDescription], ModelError>?
        bench.service.listModels { result = $0 }
        #expect(result == nil)
        bench.scheduler.advance(.zero)
        #expect(try #require(result).get().map(\.id) == ["mock"])
    }

    // MARK: The table

    @Test("help lists every prompt")
    func help() {
        let text = Bench().answer("Help!").text
        for prompt in MockPrompt.all { #expect(text.contains("`\(prompt.name)` \(prompt.summary)")) }
    }

    @Test("no two prompts share a name, and each does something of its own")
    func table() {
        let names = MockPrompt.all.flatMap { [$0.name] + $0.aliases }
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0 == $0.lowercased() })
        #expect(Set(MockPrompt.all.map(\.act)) == Set(MockPrompt.Act.allCases))
    }

    @Test("case, spaces and closing punctuation do not matter, further words do")
    func wording() {
        #expect(MockPrompt.find("  TELL me a\nlong   story?! ")?.prompt.act == .long)
        #expect(MockPrompt.find("Tool Get_Weather.")?.rest == "get_weather")
        #expect(MockPrompt.find("an error in my code") == nil)
        #expect(MockPrompt.find("") == nil)
    }

    @Test("long, markdown, think and empty answer as the table says")
    func answers() {
        #expect(Bench().answer("long").text.utf8.count > 2000)
        let markdown = Bench().answer("markdown").text
        for mark in ["# ", "- ", "|---", "```swift", "> "] { #expect(markdown.contains(mark)) }
        let think = Bench().answer("think")
        guard case .reasoning = think.events.first else {
            Issue.record("no reasoning")
            return
        }
        #expect(!think.text.isEmpty)
        #expect(think.completion?.usage?.reasoningTokens != nil)
        #expect(Bench().answer("empty").events.count == 1)
    }

    @Test("error, rate limit, cut and timeout fail as the table says")
    func failures() {
        let error = Bench().answer("error").error
        #expect(error?.kind == .upstreamUnavailable)
        #expect(error?.upstreamStatus == 503)
        let limit = Bench().answer("rate limit").error
        #expect(limit?.kind == .rateLimited)
        #expect(limit?.retryAfterSeconds == 5)
        let cut = Bench().answer("cut")
        #expect(cut.error?.kind == .truncated)
        #expect(cut.events.count == 9)

        let bench = Bench(MockConfiguration(firstChunk: .zero, silence: .seconds(3)))
        let (_, log) = bench.ask([.user("timeout")])
        bench.scheduler.advance(.milliseconds(2999))
        #expect(log.events.isEmpty)
        bench.scheduler.advance(.milliseconds(1))
        #expect(log.error?.kind == .timeout)
    }

    // MARK: Tools

    private func calls(_ log: EventLog) -> [ToolCall] {
        log.events.reduce(into: []) { calls, event in
            guard case .toolCallFragment(let fragment) = event else { return }
            if let id = fragment.id, let name = fragment.name {
                calls.append(ToolCall(id: id, name: name, arguments: fragment.arguments))
            } else if let last = calls.indices.last {
                calls[last].arguments += fragment.arguments
            }
        }
    }

    @Test("tool calls the session's tool with arguments that fit its schema, in fragments")
    func toolCall() throws {
        let log = Bench().answer("tool", tools: [Self.weather])
        let call = try #require(calls(log).first)
        #expect(call.name == "get_weather")
        #expect(
            try JSONParser.parse(call.arguments) == [
                "city": "Paris", "days": 2, "unit": "celsius", "flags": [true], "place": ["country": "France"],
                "limit": .number(JSONNumber(validated: "2.5")),
            ])
        #expect(log.completion?.finishReason == "tool_calls")
        #expect(log.events.count { if case .toolCallFragment = $0 { true } else { false } } > 3)
    }

    @Test("which tool may be named; where there is none, or none may be called, the answer explains")
    func toolChoice() {
        let other = ToolDefinition(name: "Other", definition: ["function": ["name": "Other"]])
        #expect(calls(Bench().answer("tool other", tools: [Self.weather, other])).map(\.name) == ["Other"])
        #expect(Bench().answer("tool").text.contains("sessionParams.tools"))
        #expect(Bench().answer("tool nix", tools: [other]).text == "This session has no tool `nix`. It has `Other`.")
        let forbidden = Bench().answer("tool", tools: [other], choice: .none)
        #expect(calls(forbidden).isEmpty)
        #expect(forbidden.text.contains("may not"))
    }

    @Test("what the tools answered is reported, and the next round's ids are new")
    func toolResult() throws {
        let bench = Bench()
        let first = try #require(calls(bench.answer("tool", tools: [Self.weather])).first)
        let messages: [ChatMessage] = [
            .user("tool"), .assistant(AssistantMessage(text: "", toolCalls: [first])),
            .tool(callID: first.id, content: "rain, 7 degrees"),
        ]
        let log = bench.ask(messages, tools: [Self.weather]).log
        bench.scheduler.advance(.seconds(60))
        #expect(log.text == "`get_weather` answered: rain, 7 degrees")
        #expect(calls(log).isEmpty)
        let again = bench.ask(
            messages + [.assistant(AssistantMessage(text: log.text)), .user("tool")], tools: [Self.weather])
        bench.scheduler.advance(.seconds(60))
        let second = try #require(calls(again.log).first)
        #expect(second.id != first.id)
    }

    // MARK: Script

    @Test("a rule's answer, reasoning, calls, pace and failure are played as written")
    func rule() {
        let script: JSONValue = [
            [
                "match": "weather in *", "reasoning": "Hm", "answer": "One moment.", "delay_ms": 500,
                "chunk_interval_ms": 100, "chunk_bytes": 4,
                "tool_calls": [
                    ["name": "get_weather", "arguments": ["city": "Oslo"]], ["name": "x", "arguments": "{"],
                ],
                "after_tools": "Rain.",
            ],
            ["match": "fail", "answer": "Half", "error": ["status": 429, "message": "slow", "retry_after": 2]],
            ["match": "cut", "answer": "a b c d", "cut_after_chunks": 2], ["match": "cut", "answer": "never"],
        ]
        let reader = MockRuleReader(script)
        #expect(reader.problems == [])
        let bench = Bench(MockConfiguration(firstChunk: .milliseconds(100), rules: reader.rules))
        let (_, log) = bench.ask([.user("WEATHER in oslo")])
        bench.scheduler.advance(.milliseconds(599))
        #expect(log.events.isEmpty)
        bench.scheduler.advance(.milliseconds(1))
        #expect(log.events == [.reasoning("Hm")])
        bench.scheduler.advance(.milliseconds(100))
        #expect(log.events.last == .text("One "))
        bench.scheduler.advance(.seconds(10))
        #expect(log.text == "One moment.")
        #expect(calls(log).map(\.arguments) == [#"{"city":"Oslo"}"#, "{"])

        let after = bench.ask([.user("weather in oslo"), .tool(callID: "c", content: "r")]).log
        bench.scheduler.advance(.seconds(10))
        #expect(after.text == "Rain.")
        let failed = bench.answer("fail")
        #expect(failed.text == "Half")
        #expect(failed.error?.retryAfterSeconds == 2)
        #expect(bench.answer("cut").text == "a b ")
    }
}
