import AILoop
import HTTP1
import JSON
import Testing

@testable import OpenRouter

/// What is tried again, when, and what is not.
@Suite struct RetryTests {
    private static let failures: [@Sendable (FakeExchange) -> Void] = [
        { $0.respond(408, body: "") }, { $0.respond(429, body: "") }, { $0.respond(500, body: "") },
        { $0.respond(502, body: "") }, { $0.respond(503, body: "") }, { $0.respond(504, body: "") },
        { $0.respond(529, body: "") }, { $0.fail(.connectionRefused) }, { $0.fail(.connectionLost) },
        { $0.fail(.unresolvedHost) }, { $0.fail(.connectTimeout) }, { $0.fail(.malformedResponse) },
        { $0.respond(body: Stream.comment) }, { $0.respond(body: "") },
        { $0.respond(body: Stream.frame(["error": ["code": 429, "message": "m"]])) },
        { $0.respond(body: Stream.frame(["error": "worker died"])) },
        { $0.respond(body: "data: not JSON\n\n") },
        {
            $0.head()
            $0.fail(.connectionLost)
        },
    ]

    @Test("whatever may pass is tried again, and its answer is whole", arguments: failures.indices)
    func retried(_ index: Int) throws {
        let bench = ServiceBench()
        let (_, log) = bench.ask()
        Self.failures[index](try #require(bench.exchange))
        #expect(log.events.isEmpty)
        #expect(bench.exchanges.count == 1)
        bench.scheduler.advance(.milliseconds(499))
        #expect(bench.exchanges.count == 1)
        bench.scheduler.advance(.milliseconds(1))
        #expect(bench.exchanges.count == 2)
        #expect(bench.exchanges[1].request.body == bench.exchanges[0].request.body)
        bench.exchange?.respond(body: Stream.text("fine") + Stream.finish() + Stream.done)
        #expect(log.text == "fine")
        #expect(log.completion != nil)
        #expect(bench.observer.attempts.map(\.retryAfter) == [500_000_000, nil])
    }

    private static let finalFailures: [@Sendable (FakeExchange) -> Void] = [
        { $0.respond(400, body: "") }, { $0.respond(401, body: "") }, { $0.respond(402, body: "") },
        { $0.respond(403, body: "") }, { $0.respond(404, body: "") }, { $0.respond(413, body: "") },
        { $0.respond(422, body: "") }, { $0.respond(501, body: "") }, { $0.fail(.invalidRequest) },
        { $0.fail(.certificateRefused) }, { $0.fail(.tlsHandshakeFailed) }, { $0.fail(.tlsUnavailable) },
        { $0.fail(.proxyRefused) }, { $0.fail(.redirectRefused) },
        { $0.respond(429, body: #"{"error":{"code":"insufficient_quota"}}"#) },
        { $0.respond(503, body: #"{"error":{"availability":{"retryable":false}}}"#) },
    ]

    @Test("what cannot pass fails at once", arguments: finalFailures.indices)
    func final(_ index: Int) throws {
        let bench = ServiceBench()
        let (_, log) = bench.ask()
        Self.finalFailures[index](try #require(bench.exchange))
        #expect(log.error?.retryable == false)
        #expect(bench.scheduler.pendingCount == 0)
        #expect(bench.exchanges.count == 1)
    }

    @Test("after the retries are used up the last failure is told, with their number")
    func usedUp() throws {
        let bench = ServiceBench()
        let (_, log) = bench.ask()
        for wait in [0.5, 1] {
            bench.exchange?.respond(503, body: "")
            bench.scheduler.advance(.seconds(wait))
        }
        #expect(bench.exchanges.count == 3)
        bench.exchange?.respond(502, body: "")
        let error = try #require(log.error)
        #expect(error.upstreamStatus == 502)
        #expect(error.detail.hasSuffix("[attempts: 3]"))
        #expect(bench.scheduler.pendingCount == 0)
        #expect(bench.observer.attempts.map(\.retryAfter) == [500_000_000, 1_000_000_000, nil])
    }

    @Test("once a delta was delivered nothing is tried again, whatever kind it was")
    func afterDelta() throws {
        let deltas = [
            Stream.text("a"),
            Stream.frame(["choices": [["delta": ["reasoning": "hm"]]]]),
            Stream.frame(["choices": [["delta": ["tool_calls": [["index": 0, "id": "c", "function": ["name": "f"]]]]]]]
            ),
        ]
        for delta in deltas {
            let bench = ServiceBench()
            let (_, log) = bench.ask()
            bench.exchange?.head()
            bench.exchange?.body(delta)
            bench.exchange?.fail(.connectionLost)
            #expect(log.events.count == 2)
            #expect(log.error?.kind == .truncated)
            #expect(bench.exchanges.count == 1)
            #expect(bench.scheduler.pendingCount == 0)
        }
    }

    @Test("an attempt that does not respond is tried again while time is left")
    func slowAttempt() {
        let bench = ServiceBench(timeout: .seconds(10), firstByte: .seconds(4))
        let (_, log) = bench.ask()
        bench.scheduler.advance(.seconds(4))
        #expect(bench.exchanges[0].isCancelled)
        bench.scheduler.advance(.milliseconds(500))
        #expect(bench.exchanges.count == 2)
        bench.scheduler.advance(.seconds(4))
        bench.scheduler.advance(.seconds(1))
        #expect(bench.exchanges.count == 3)
        bench.scheduler.advance(.milliseconds(500))
        #expect(log.error?.kind == .timeout)
        #expect(log.error?.detail.hasPrefix("The AI service did not finish its answer within 10 s.") == true)
        #expect(bench.exchanges[2].isCancelled)
    }

    @Test("Retry-After is waited for, up to the maximum")
    func retryAfter() {
        for (asked, waited) in [("3", 3.0), ("0", 0), ("10", 10), ("12", 10), ("Thu, 01 Jan 2026 00:00:07 GMT", 7)] {
            let bench = ServiceBench(retries: RetryPolicy(maximum: .seconds(10)), jitter: 0)
            let (_, log) = bench.ask()
            bench.exchange?.respond(429, [("Retry-After", asked)], body: "")
            if waited > 0 {
                bench.scheduler.advance(.seconds(waited) - .milliseconds(1))
                #expect(bench.exchanges.count == 1, "\(asked)")
            }
            bench.scheduler.advance(.milliseconds(1))
            #expect(bench.exchanges.count == 2, "\(asked)")
            #expect(log.events.isEmpty)
        }
    }

    @Test("a Retry-After beyond what is left of the whole fails at once")
    func retryAfterTooLong() throws {
        let bench = ServiceBench(timeout: .seconds(20), retries: RetryPolicy(maximum: .seconds(5)))
        let (_, log) = bench.ask()
        bench.scheduler.advance(.seconds(5))
        bench.exchange?.respond(429, [("Retry-After", "15")], body: "")
        let error = try #require(log.error)
        #expect(error.kind == .rateLimited)
        #expect(error.retryAfterSeconds == 15)
        #expect(bench.scheduler.pendingCount == 0)

        let (_, other) = bench.ask()
        bench.scheduler.advance(.seconds(5))
        bench.exchange?.respond(429, [("Retry-After", "14")], body: "")
        #expect(other.error == nil)
    }

    @Test("cancelling while waiting for the next attempt ends the call")
    func cancelBetween() {
        let bench = ServiceBench()
        let (call, log) = bench.ask()
        bench.exchange?.respond(503, body: "")
        call.cancel()
        bench.scheduler.advance(.seconds(60))
        #expect(bench.exchanges.count == 1)
        #expect(log.events.isEmpty)
        #expect(bench.scheduler.pendingCount == 0)
    }

    @Test("a connection that breaks after the finish leaves a whole answer")
    func brokenAfterFinish() {
        let bench = ServiceBench()
        let (_, log) = bench.ask()
        bench.exchange?.head()
        bench.exchange?.body(Stream.text("a") + Stream.finish("length"))
        bench.exchange?.fail(.connectionLost)
        #expect(log.completion?.finishReason == "length")
    }

    @Test(
        "why there was no connection is told as the transport tells it",
        arguments: [
            (.connectionRefused, .connectionFailed), (.unresolvedHost, .connectionFailed),
            (.certificateRefused, .connectionFailed), (.connectTimeout, .timeout),
            (.malformedResponse, .malformedResponse), (.connectionLost, .connectionFailed),
        ] as [(HTTPTransportError.Kind, ModelError.Kind)])
    func transportErrors(_ kind: HTTPTransportError.Kind, _ expected: ModelError.Kind) throws {
        let bench = ServiceBench(retries: RetryPolicy(maximumRetries: 0))
        let (_, log) = bench.ask()
        bench.exchange?.fail(kind, "what went wrong")
        let error = try #require(log.error)
        #expect(error.kind == expected)
        #expect(error.detail == "what went wrong")
    }
}
