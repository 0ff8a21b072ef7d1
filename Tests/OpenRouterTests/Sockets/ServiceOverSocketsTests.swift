import AILoop
import EventLoops
import HTTP1
import JSON
import OpenRouter
import ScriptedUpstream
import Testing

/// What only sockets can show: connections that are closed at once, reused, held back, broken.
@Suite(.timeLimit(.minutes(5))) struct ServiceOverSocketsTests {
    private static let answer: [ScriptStep] = .eventStream([
        ChatCompletionEvent.comment(), ChatCompletionEvent.text("Hel"), ChatCompletionEvent.text("lo"),
        ChatCompletionEvent.finish(), ChatCompletionEvent.usage(prompt: 3, completion: 2), ChatCompletionEvent.done,
    ])

    private func text(_ events: [ModelEvent]) -> String {
        events.reduce(into: "") { if case .text(let piece) = $1 { $0 += piece } }
    }

    private func error(_ events: [ModelEvent]) -> ModelError? {
        if case .failed(let error) = events.last { error } else { nil }
    }

    @Test("a call is one POST with the key in its header, and its answer streams")
    func plain() async throws {
        try await ScriptedUpstream.with(replies: [Self.answer]) { upstream in
            let events = try await SocketBench.with(upstream.url + "/api/v1") { await $0.ask("Hi?").all() }
            #expect(text(events) == "Hello")
            guard case .finished(let completion) = events.last else {
                Issue.record("\(events)")
                return
            }
            #expect(completion.usage == TokenUsage(promptTokens: 3, completionTokens: 2, totalTokens: 5))
            let request = try await upstream.request(0)
            #expect(request.head.method == "POST")
            #expect(request.head.target == "/api/v1/chat/completions")
            #expect(request.head.headers.first("Authorization") == "Bearer secret")
            #expect(try JSONParser.parse(request.body)["messages"] == [["role": "user", "content": "Hi?"]])
        }
    }

    @Test("after [DONE] the connection serves the next call")
    func reuse() async throws {
        try await ScriptedUpstream.with(replies: [Self.answer, Self.answer, Self.answer]) { upstream in
            try await SocketBench.with(upstream.url) { bench in
                for _ in 0..<3 { #expect(text(await bench.ask().all()) == "Hello") }
            }
            #expect(upstream.connectionCount == 1)
        }
    }

    @Test("cancelling closes the connection while the answer streams")
    func cancel() async throws {
        let reply: [ScriptStep] = [.eventStreamHead(), .event(ChatCompletionEvent.text("a")), .hang]
        try await ScriptedUpstream.with(replies: [reply]) { upstream in
            try await SocketBench.with(upstream.url) { bench in
                let call = bench.ask()
                for await event in call.events {
                    #expect(event == .text("a"))
                    break
                }
                try await call.handle().submit { $0.cancel() }
                let ended = try await upstream.request(0).ended.wait()
                #expect(ended != .server)
            }
        }
    }

    @Test("failures before the first delta are tried again")
    func retry() async throws {
        let replies: [[ScriptStep]] = [
            .json(status: 503, ["error": ["code": 503, "message": "busy"]], headers: [("Retry-After", "0")]),
            [.reset],
            [.eventStreamHead(), .event(ChatCompletionEvent.comment()), .close],
            Self.answer,
        ]
        try await ScriptedUpstream.with(replies: replies) { upstream in
            let policy = RetryPolicy(maximumRetries: 3, base: .milliseconds(1))
            let events = try await SocketBench.with(upstream.url, retries: policy) { await $0.ask().all() }
            #expect(text(events) == "Hello")
            #expect(upstream.requestCount == 4)
        }
    }

    @Test("a connection that breaks in the middle of the answer truncates it", arguments: [ScriptStep.reset, .close])
    func broken(_ end: ScriptStep) async throws {
        // A reset may overtake the data that was sent before it: the text must have arrived.
        let isHeard = ScriptGate()
        let reply: [ScriptStep] = [
            .eventStreamHead(), .event(ChatCompletionEvent.text("a")), .wait(isHeard), end,
        ]
        try await ScriptedUpstream.with(replies: [reply]) { upstream in
            try await SocketBench.with(upstream.url, retries: RetryPolicy()) { bench in
                var events: [ModelEvent] = []
                for await event in bench.ask().events {
                    events.append(event)
                    isHeard.open()
                }
                #expect(text(events) == "a")
                #expect(error(events)?.kind == .truncated)
            }
            #expect(upstream.requestCount == 1)
        }
    }

    @Test("nobody listens: the call fails with the transport's words")
    func refused() async throws {
        // The system hands this port out to no other test.
        let events = try await SocketBench.with("http://127.0.0.1:1") { await $0.ask().all() }
        let found = try #require(error(events))
        #expect(found.kind == .connectionFailed)
        #expect(found.retryable)
    }

    @Test("silence before the head, and after it, ends in a time-out that closes the connection")
    func silence() async throws {
        let replies: [[ScriptStep]] = [
            [.hang], [.eventStreamHead(), .event(ChatCompletionEvent.text("a")), .hang],
        ]
        try await ScriptedUpstream.with(replies: replies) { upstream in
            // Long enough for the request to be on its way on a busy machine.
            let limit = Duration.seconds(2)
            try await SocketBench.with(upstream.url, firstByte: limit, idle: limit) { bench in
                for number in 0..<2 {
                    #expect(error(await bench.ask().all())?.kind == .timeout)
                    let ended = try await upstream.request(number).ended.wait()
                    #expect(ended != .server)
                }
            }
        }
    }

    @Test("a paused answer is held back at the sender, and nothing of it is lost")
    func pause() async throws {
        let count = 40_000
        let piece = String(repeating: "x", count: 200)
        let isHeld = ScriptGate()
        let isTaken = ScriptGate()
        var reply: [ScriptStep] = [.eventStreamHead(), .event(ChatCompletionEvent.text("first"))]
        reply += [.wait(isHeld)] + Array(repeating: .event(ChatCompletionEvent.text(piece)), count: count)
        reply += [.drain, .signal(isTaken), .event(ChatCompletionEvent.finish()), .endChunks]
        try await ScriptedUpstream.with(replies: [reply, Self.answer]) { upstream in
            let total = try await SocketBench.with(upstream.url) { bench in
                try await bytes(of: bench.ask(), pausedAfterFirst: isHeld) {
                    // More was sent than the sockets' buffers take. The same loop serves others meanwhile.
                    #expect(text(await bench.ask().all()) == "Hello")
                    #expect(isTaken.current == nil)
                }
            }
            #expect(total == count * 200 + 5)
            try await isTaken.wait()
        }
    }

    /// Takes the answer and pauses it after its first piece, before the sender goes on.
    private func bytes(
        of call: SocketCall, pausedAfterFirst goOn: ScriptGate, _ whilePaused: () async -> Void
    ) async throws -> Int {
        let handle = try await call.handle()
        var total = 0
        for await event in call.events {
            guard case .text(let text) = event else { continue }
            total += text.utf8.count
            guard text == "first" else { continue }
            let isPaused = ScriptGate()
            handle.submit {
                $0.pauseReading()
                isPaused.open()
            }
            try await isPaused.wait()
            goOn.open()
            await whilePaused()
            handle.submit { $0.resumeReading() }
        }
        return total
    }

    @Test("services of several loops share one gate")
    func sharedGate() async throws {
        let gate = RequestGate(limit: 2)
        try await ScriptedUpstream.with(script: { _ in Self.answer }) { upstream in
            try await SocketBench.with(upstream.url, gate: gate) { first in
                try await SocketBench.with(upstream.url, gate: gate) { second in
                    await withTaskGroup(of: String.self) { group in
                        for number in 0..<60 {
                            let call = (number % 2 == 0 ? first : second).ask(session: "\(number % 7)")
                            group.addTask { text(await call.all()) }
                        }
                        for await answer in group { #expect(answer == "Hello") }
                    }
                }
            }
            #expect(upstream.requestCount == 60)
            #expect(gate.waitingCount == 0)
        }
    }
}
