import AILoop
import HTTP1
import JSON
import Testing

@testable import OpenRouter

/// Requests, answers, cancelling and pausing, on a fake transport.
@Suite struct OpenRouterServiceTests {
    @Test("a call posts its conversation, with the key in the header alone")
    func request() throws {
        let bench = ServiceBench { configuration in
            configuration.siteURL = "https://example.com/"
            configuration.appName = "tests"
            configuration.provider = ["sort": "price"]
        }
        _ = bench.ask("Hello?", session: "session-1")
        let request = try #require(bench.exchange).request
        #expect(request.method == "POST")
        #expect(request.url == "https://openrouter.ai/api/v1/chat/completions")
        #expect(request.headers.first("Authorization") == "Bearer \(ServiceBench.key)")
        #expect(request.headers.first("Content-Type") == "application/json")
        #expect(request.headers.first("Accept") == "text/event-stream")
        #expect(request.headers.first("HTTP-Referer") == "https://example.com/")
        #expect(request.headers.first("X-Title") == "tests")
        #expect(!String(decoding: request.body, as: UTF8.self).contains("0123456789abcdef"))
        let body = try JSONParser.parse(request.body)
        #expect(body["messages"] == [["role": "user", "content": "Hello?"]])
        #expect(body["session_id"] == "session-1")
        #expect(body["provider"] == ["sort": "price"])
    }

    @Test("another endpoint is reached without a key, and the session is named in a header")
    func otherEndpoint() throws {
        let transport = FakeTransport()
        let service = OpenRouterService(
            configuration: OpenRouterConfiguration(baseURL: "http://127.0.0.1:8080/v1/"), transport: transport,
            scheduler: VirtualScheduler())
        let request = ModelRequest(model: "m", messages: [.user("x")], sessionID: "s1")
        _ = service.start(request, receiver: EventLog())
        let sent = try #require(transport.exchanges.first).request
        #expect(sent.url == "http://127.0.0.1:8080/v1/chat/completions")
        #expect(sent.headers.fields.map(\.name) == ["Accept", "Content-Type", "X-Session-Id"])
        #expect(sent.headers.first("X-Session-Id") == "s1")
        #expect(try JSONParser.parse(sent.body)["session_id"] == nil)
    }

    @Test("which host speaks OpenRouter's dialect")
    func dialects() {
        #expect(OpenRouterConfiguration().dialect == .openRouter)
        #expect(OpenRouterConfiguration(baseURL: "https://EU.OpenRouter.ai/api/v1").dialect == .openRouter)
        #expect(OpenRouterConfiguration(baseURL: "https://notopenrouter.ai/api/v1").dialect == .openAI)
        #expect(OpenRouterConfiguration(baseURL: "http://localhost:1").dialect == .openAI)
        #expect(OpenRouterConfiguration(baseURL: "http://localhost:1", dialect: .openRouter).dialect == .openRouter)
    }

    @Test("each delta is delivered when it arrives, and nothing from within start")
    func streaming() throws {
        let bench = ServiceBench()
        let (_, log) = bench.ask()
        #expect(log.events.isEmpty)
        let exchange = try #require(bench.exchange)
        exchange.head()
        exchange.body(Stream.comment)
        #expect(log.events.isEmpty)
        exchange.body(Stream.text("a"))
        #expect(log.text == "a")
        exchange.body(Stream.text("b") + Stream.finish())
        #expect(log.text == "ab")
        #expect(log.completion == nil)
        exchange.body(Stream.frame(["choices": [], "usage": ["prompt_tokens": 1, "completion_tokens": 2]]))
        exchange.body(Stream.done)
        #expect(log.completion?.usage == TokenUsage(promptTokens: 1, completionTokens: 2, totalTokens: 3))
        exchange.finish()
        #expect(log.events.count == 3)
        #expect(!exchange.isCancelled)
        #expect(bench.scheduler.pendingCount == 0)
        #expect(bench.observer.attempts.map(\.outcome) == [.answered])
    }

    @Test("the attempt's report tells its times")
    func report() throws {
        let bench = ServiceBench()
        _ = bench.ask()
        let exchange = try #require(bench.exchange)
        bench.scheduler.advance(.seconds(1))
        exchange.head()
        bench.scheduler.advance(.seconds(1))
        exchange.body(Stream.text("a"))
        bench.scheduler.advance(.seconds(1))
        exchange.body(Stream.finish())
        exchange.finish()
        #expect(
            bench.observer.attempts == [
                OpenRouterAttempt(outcome: .answered, duration: 3_000_000_000, firstChunk: 2_000_000_000)
            ])
    }

    @Test("cancelling closes the request at once, and nothing is heard after it")
    func cancel() throws {
        let bench = ServiceBench()
        let (call, log) = bench.ask()
        let exchange = try #require(bench.exchange)
        exchange.head()
        exchange.body(Stream.text("a"))
        call.cancel()
        #expect(exchange.isCancelled)
        exchange.body(Stream.text("b"))
        exchange.finish()
        call.cancel()
        #expect(log.events == [.text("a")])
        #expect(bench.scheduler.pendingCount == 0)
        #expect(bench.observer.attempts.map(\.outcome) == [.cancelled])
    }

    @Test("a receiver may cancel while it hears an event; it hears none of the others that came with it")
    func cancelWithin() throws {
        let bench = ServiceBench()
        let (_, log) = bench.ask()
        log.onEvent = { call, _ in call.cancel() }
        let exchange = try #require(bench.exchange)
        exchange.head()
        exchange.body(Stream.text("a") + Stream.text("b") + Stream.finish() + Stream.done)
        #expect(log.events == [.text("a")])
        #expect(exchange.isCancelled)
        #expect(bench.scheduler.pendingCount == 0)
    }

    @Test("a receiver may start the next call while it hears the end of one")
    func startWithin() throws {
        let bench = ServiceBench()
        let (_, log) = bench.ask()
        let next = EventLog()
        log.onEvent = { _, event in
            if case .finished = event {
                _ = bench.service.start(ModelRequest(model: "m", messages: [.user("2")]), receiver: next)
            }
        }
        bench.exchange?.head()
        bench.exchange?.body(Stream.text("a") + Stream.finish() + Stream.done)
        #expect(bench.exchanges.count == 2)
        bench.exchange?.head()
        bench.exchange?.body(Stream.text("b") + Stream.finish() + Stream.done)
        #expect(next.text == "b")
        #expect(log.text == "a")
    }

    @Test("pausing reaches the exchange, and no time limit runs meanwhile")
    func pause() throws {
        let bench = ServiceBench(timeout: .seconds(60), idle: .seconds(10))
        let (call, log) = bench.ask()
        let exchange = try #require(bench.exchange)
        exchange.head()
        exchange.body(Stream.text("a"))
        bench.scheduler.advance(.seconds(9))
        call.pauseReading()
        call.pauseReading()
        #expect(exchange.isPaused)
        bench.scheduler.advance(.seconds(3600))
        #expect(log.error == nil)
        call.resumeReading()
        call.resumeReading()
        #expect(!exchange.isPaused)
        bench.scheduler.advance(.milliseconds(999))
        #expect(log.error == nil)
        bench.scheduler.advance(.milliseconds(1))
        #expect(log.error?.kind == .timeout)
        #expect(exchange.isCancelled)
    }

    @Test("while paused no attempt is started")
    func pauseBetweenAttempts() throws {
        let bench = ServiceBench()
        let (call, log) = bench.ask()
        bench.exchange?.respond(503, body: "")
        call.pauseReading()
        bench.scheduler.advance(.seconds(100))
        #expect(bench.exchanges.count == 1)
        call.resumeReading()
        #expect(bench.exchanges.count == 2)
        bench.exchange?.respond(body: Stream.text("late") + Stream.finish())
        #expect(log.text == "late")
        #expect(log.completion != nil)
    }

    @Test("after [DONE] the connection may become free, but not for long and not with much")
    func draining() throws {
        let bench = ServiceBench()
        let (_, log) = bench.ask()
        let first = try #require(bench.exchange)
        first.head()
        first.body(Stream.text("a") + Stream.finish() + Stream.done)
        #expect(log.completion != nil)
        bench.scheduler.advance(.milliseconds(999))
        #expect(!first.isCancelled)
        bench.scheduler.advance(.milliseconds(1))
        #expect(first.isCancelled)

        _ = bench.ask()
        let second = try #require(bench.exchange)
        second.head()
        second.body(Stream.text("a") + Stream.done)
        second.body(String(repeating: "x", count: OpenRouterCall.maximumDrainedBytes))
        #expect(!second.isCancelled)
        second.body("x")
        #expect(second.isCancelled)
        #expect(bench.scheduler.pendingCount == 0)

        let (call, _) = bench.ask()
        let third = try #require(bench.exchange)
        third.head()
        third.body(Stream.text("a") + Stream.done)
        call.cancel()
        third.fail(.connectionLost)
        #expect(bench.scheduler.pendingCount == 0)
        #expect(bench.observer.attempts.map(\.outcome) == [.answered, .answered, .answered])
    }

    @Test("of a failed response no more is read than the limit")
    func errorBodyLimit() throws {
        for (count, isCut) in [(APIErrorDecoder.maximumBodyBytes - 1, false), (APIErrorDecoder.maximumBodyBytes, true)]
        {
            let bench = ServiceBench()
            let (_, log) = bench.ask()
            let exchange = try #require(bench.exchange)
            exchange.head(400)
            exchange.body(String(repeating: "x", count: count))
            #expect(exchange.isCancelled == isCut)
            exchange.finish()
            #expect(log.error?.kind == .badRequest)
        }
    }

    @Test("a call outlives whoever forgets it, and nothing of it stays once it is over")
    func lifetime() throws {
        let bench = ServiceBench()
        weak var call: (any ModelCall)?
        let log = EventLog()
        do {
            let strong = bench.service.start(ModelRequest(model: "m", messages: [.user("x")]), receiver: log)
            call = strong
        }
        #expect(call != nil)
        bench.exchange?.respond(body: Stream.text("a") + Stream.done)
        #expect(log.completion != nil)
        #expect(call == nil)
    }

    @Test("neither key nor prompt reaches an error, wherever it comes from")
    func secrets() throws {
        let prompt = "my secret plans for the weekend"
        let echo = "\(ServiceBench.key) said: \(prompt)"
        let bodies = [
            (401, #"{"error":{"message":"\#(echo)"}}"#), (500, echo), (200, Stream.frame(["error": .string(echo)])),
            (200, "event: error\ndata: \(echo)\n\n"), (200, #"{"error":{"code":400,"message":"\#(echo)"}}"#),
        ]
        for (status, body) in bodies {
            let bench = ServiceBench(retries: RetryPolicy(maximumRetries: 0))
            let (_, log) = bench.ask(prompt)
            bench.exchange?.respond(status, body: body)
            let detail = try #require(log.error).detail
            #expect(detail.contains("said"))
            #expect(!detail.contains("0123456789abcdef"), "\(detail)")
            #expect(!detail.contains("weekend"), "\(detail)")
        }
    }
}
