import AILoop
import HTTP1
import Testing

@testable import OpenRouter

/// Calls behind a ``RequestGate``.
@Suite struct ConcurrencyTests {
    private func bench(limit: Int, timeout: Duration = .seconds(60), maximumWaiting: Int = 10) -> (
        ServiceBench, RequestGate
    ) {
        let bench = ServiceBench(timeout: timeout)
        let gate = RequestGate(limit: limit, maximumWaiting: maximumWaiting)
        // The test itself calls `gateOpened`, as the loop would.
        bench.service.turns.join(gate, wake: {})
        return (bench, gate)
    }

    @Test("no more requests run than the limit; the next one starts when a place is free")
    func limit() {
        let (bench, gate) = bench(limit: 2)
        let logs = (1...3).map { bench.ask("\($0)", session: "s\($0)").log }
        #expect(bench.exchanges.count == 2)
        bench.exchanges[0].respond(body: Stream.text("one") + Stream.finish())
        #expect(bench.exchanges.count == 2)
        bench.service.turns.gateOpened()
        #expect(bench.exchanges.count == 3)
        bench.exchanges[2].respond(body: Stream.text("three") + Stream.finish())
        bench.exchanges[1].respond(body: Stream.text("two") + Stream.finish())
        #expect(logs.map(\.text) == ["one", "two", "three"])
        #expect(gate.runningCount == 0)
    }

    @Test("sessions take turns")
    func fairness() {
        let (bench, _) = bench(limit: 1)
        _ = bench.ask("busy 0", session: "busy")
        for number in 1...3 { _ = bench.ask("busy \(number)", session: "busy") }
        _ = bench.ask("other", session: "other")
        for _ in 0..<4 {
            bench.exchange?.respond(body: Stream.finish())
            bench.service.turns.gateOpened()
        }
        let order = bench.exchanges.map { exchange in
            ["busy 0", "busy 1", "busy 2", "busy 3", "other"].first {
                String(decoding: exchange.request.body, as: UTF8.self).contains($0)
            }
        }
        #expect(order == ["busy 0", "busy 1", "other", "busy 2", "busy 3"])
    }

    @Test("a place is given back by every ending: answer, failure, cancel, time-out")
    func release() {
        let (bench, gate) = bench(limit: 1, timeout: .seconds(5))
        _ = bench.ask()
        bench.exchange?.respond(body: Stream.text("a") + Stream.finish())
        #expect(gate.runningCount == 0)
        _ = bench.ask()
        bench.exchange?.respond(400, body: "")
        #expect(gate.runningCount == 0)
        bench.ask().call.cancel()
        #expect(gate.runningCount == 0)
        _ = bench.ask()
        bench.scheduler.advance(.seconds(5))
        #expect(gate.runningCount == 0)
        _ = bench.ask()
        bench.exchange?.head()
        bench.exchange?.body(Stream.text("a") + Stream.done)
        #expect(gate.runningCount == 0)
    }

    @Test("between attempts the place is free for others")
    func betweenAttempts() {
        let (bench, gate) = bench(limit: 1)
        let (_, first) = bench.ask("first", session: "a")
        bench.exchange?.respond(503, body: "")
        #expect(gate.runningCount == 0)
        _ = bench.ask("second", session: "b")
        bench.scheduler.advance(.milliseconds(500))
        #expect(bench.exchanges.count == 2)
        #expect(gate.waitingCount == 1)
        bench.exchange?.respond(body: Stream.finish())
        bench.service.turns.gateOpened()
        bench.exchange?.respond(body: Stream.text("at last") + Stream.finish())
        #expect(first.text == "at last")
    }

    @Test("waiting for a place counts towards the whole time")
    func waitingTime() throws {
        let (bench, gate) = bench(limit: 1, timeout: .seconds(5))
        let (holder, _) = bench.ask()
        holder.pauseReading()
        let (_, log) = bench.ask()
        bench.scheduler.advance(.seconds(5))
        let error = try #require(log.error)
        #expect(error.kind == .timeout)
        #expect(error.detail.contains("No place"))
        #expect(gate.waitingCount == 0)
        #expect(bench.exchanges.count == 1)
    }

    @Test("who cancels or pauses while waiting keeps nobody waiting")
    func leaving() {
        let (bench, gate) = bench(limit: 1)
        _ = bench.ask("1", session: "a")
        let (cancelled, _) = bench.ask("2", session: "b")
        let (paused, log) = bench.ask("3", session: "c")
        cancelled.cancel()
        paused.pauseReading()
        #expect(gate.waitingCount == 0)
        bench.exchange?.respond(body: Stream.finish())
        bench.service.turns.gateOpened()
        #expect(bench.exchanges.count == 1)
        paused.resumeReading()
        #expect(bench.exchanges.count == 2)
        bench.exchange?.respond(body: Stream.text("3") + Stream.finish())
        #expect(log.text == "3")
        #expect(gate.runningCount == 0)
    }

    @Test("a turn that comes after the call was cancelled goes to the next one")
    func lateGrant() {
        let (bench, gate) = bench(limit: 1)
        _ = bench.ask("1", session: "a")
        let (second, _) = bench.ask("2", session: "b")
        let (_, third) = bench.ask("3", session: "c")
        bench.exchange?.respond(body: Stream.finish())
        second.cancel()
        bench.service.turns.gateOpened()
        bench.exchange?.respond(body: Stream.text("3") + Stream.finish())
        #expect(third.text == "3")
        #expect(gate.runningCount == 0)
    }

    @Test("where too many wait already the call fails, though not from within start")
    func tooMany() {
        let (bench, _) = bench(limit: 1, maximumWaiting: 1)
        _ = bench.ask("1", session: "a")
        _ = bench.ask("2", session: "b")
        let (_, log) = bench.ask("3", session: "c")
        #expect(log.events.isEmpty)
        bench.scheduler.advance(.zero)
        #expect(log.error?.kind == .limitReached)
    }
}
