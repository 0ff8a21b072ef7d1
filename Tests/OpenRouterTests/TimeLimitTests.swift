import AILoop
import HTTP1
import JSON
import Testing

@testable import OpenRouter

/// First byte, idle, whole: on virtual time.
@Suite struct TimeLimitTests {
    private let none = RetryPolicy(maximumRetries: 0)

    @Test("no response in time fails the call, and closes its request")
    func firstByte() throws {
        let bench = ServiceBench(firstByte: .seconds(5), retries: none)
        let (_, log) = bench.ask()
        bench.scheduler.advance(.milliseconds(4999))
        #expect(log.error == nil)
        bench.scheduler.advance(.milliseconds(1))
        let error = try #require(log.error)
        #expect(error.kind == .timeout)
        #expect(error.retryable)
        #expect(error.detail == "The AI service did not respond within 5 s.")
        #expect(bench.exchange?.isCancelled == true)
        #expect(bench.scheduler.pendingCount == 0)
    }

    @Test("the first byte's limit ends with the head; comments hold the connection, but not the answer")
    func idle() throws {
        let bench = ServiceBench(firstByte: .seconds(5), idle: .milliseconds(2500), retries: none)
        let (_, log) = bench.ask()
        bench.scheduler.advance(.seconds(4))
        bench.exchange?.head()
        for _ in 0..<4 {
            bench.scheduler.advance(.milliseconds(600))
            bench.exchange?.body(Stream.comment)
        }
        bench.exchange?.body(Stream.text("a"))
        for _ in 0..<3 {
            bench.scheduler.advance(.milliseconds(2400))
            bench.exchange?.body(Stream.text("a"))
        }
        #expect(log.error == nil)
        bench.scheduler.advance(.milliseconds(1300))
        bench.exchange?.body(Stream.comment)
        bench.exchange?.body("data: : OPENROUTER PROCESSING\n\n")
        bench.scheduler.advance(.milliseconds(1199))
        #expect(log.error == nil)
        bench.scheduler.advance(.milliseconds(1))
        let error = try #require(log.error)
        #expect(error.kind == .timeout)
        #expect(error.detail == "The AI service sent nothing of its answer for 2.5 s.")
        #expect(log.text == "aaaa")
        #expect(bench.exchange?.isCancelled == true)
    }

    @Test("the whole limit cuts an answer that still flows")
    func whole() throws {
        let bench = ServiceBench(timeout: .seconds(10))
        let (_, log) = bench.ask()
        bench.exchange?.head()
        for _ in 0..<9 {
            bench.scheduler.advance(.seconds(1))
            bench.exchange?.body(Stream.text("a"))
        }
        bench.scheduler.advance(.milliseconds(999))
        #expect(log.error == nil)
        bench.scheduler.advance(.milliseconds(1))
        #expect(log.error?.kind == .timeout)
        #expect(log.error?.detail == "The AI service did not finish its answer within 10 s.")
        #expect(log.text.count == 9)
    }

    @Test("limits that are not set are the whole's; a limit of zero is none")
    func defaults() {
        let whole = ServiceBench(timeout: .seconds(7), retries: none)
        let (_, log) = whole.ask()
        whole.scheduler.advance(.seconds(7))
        #expect(log.error?.kind == .timeout)

        let endless = ServiceBench(timeout: .zero)
        let (call, patient) = endless.ask()
        endless.scheduler.advance(.seconds(1_000_000))
        #expect(patient.events.isEmpty)
        #expect(endless.scheduler.pendingCount == 0)
        call.cancel()
    }

    @Test("the timer is not set anew for every chunk")
    func timersPerChunk() {
        let bench = ServiceBench(timeout: .seconds(60), idle: .seconds(10))
        _ = bench.ask()
        bench.exchange?.head()
        bench.exchange?.body(Stream.text("a"))
        let before = bench.scheduler.scheduledCount
        for _ in 0..<1000 {
            bench.scheduler.advance(.milliseconds(5))
            bench.exchange?.body(Stream.text("a"))
        }
        #expect(bench.scheduler.scheduledCount == before)
        bench.scheduler.advance(.milliseconds(5000))
        #expect(bench.scheduler.scheduledCount <= before + 1)
    }

    @Test("once the model is done, its usage and [DONE] are not waited for longer than the grace")
    func finishGrace() throws {
        let bench = ServiceBench(idle: .seconds(30))
        let (_, log) = bench.ask()
        bench.exchange?.head()
        bench.exchange?.body(Stream.text("a") + Stream.finish())
        bench.scheduler.advance(.milliseconds(4999))
        #expect(log.completion == nil)
        bench.scheduler.advance(.milliseconds(1))
        #expect(log.completion?.finishReason == "stop")
        #expect(bench.exchange?.isCancelled == true)
        #expect(bench.observer.attempts.map(\.outcome) == [.answered])
    }

    @Test("an idle limit that is shorter than the grace counts, and so does the whole's end")
    func shortGrace() {
        let short = ServiceBench(idle: .seconds(2))
        let (_, log) = short.ask()
        short.exchange?.head()
        short.exchange?.body(Stream.text("a") + Stream.finish())
        short.scheduler.advance(.seconds(2))
        #expect(log.completion != nil)

        let whole = ServiceBench(timeout: .seconds(3))
        let (_, other) = whole.ask()
        whole.exchange?.head()
        whole.exchange?.body(Stream.text("a") + Stream.finish())
        whole.scheduler.advance(.seconds(3))
        #expect(other.completion != nil)
    }

    @Test("a head without an end of the error's body shows what there is of it")
    func errorWithoutEnd() {
        let bench = ServiceBench(idle: .seconds(3), retries: none)
        let (_, log) = bench.ask()
        bench.exchange?.head(500)
        bench.exchange?.body("the disk is full")
        bench.scheduler.advance(.seconds(3))
        #expect(log.error?.upstreamStatus == 500)
        #expect(log.error?.detail.contains("the disk is full") == true)
    }
}
