import EventLoops
import JSON
import Synchronization
import Testing

@testable import Benchmarking

/// The load against servers that behave as a test tells them, over real sockets.
@Suite(.timeLimit(.minutes(5))) struct LoadRunTests {
    private var plan: BenchPlan {
        var plan = BenchPlan()
        plan.warmup = 0
        plan.duration = nil
        plan.messages = 1
        return plan
    }

    private func run(_ plan: BenchPlan, _ script: @escaping FakeServer.Script) async throws -> RunResult {
        let server = try await FakeServer.start(script)
        let load = try LoadRun(plan, target: server.target)
        // It runs on the thread that calls it.
        let result = try await withCheckedThrowingContinuation { continuation in
            do {
                try Thread.start(name: "load") { continuation.resume(returning: load.run()) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        withExtendedLifetime(server) {}
        return result
    }

    private func answer(_ chunks: String..., to request: JSONValue) -> [FakeServer.Reply] {
        [.result(request, ["messageId": "m", "status": 0])] + chunks.map { .chunk($0) } + [.chunk("", isFinal: true)]
    }

    @Test func chunksWithoutTextAreNoFirstChunkAndNoGap() async throws {
        let result = try await run(
            plan, FakeServer.session { _, request in self.answer("", "a", "", "b", to: request) })
        #expect(result.ending == .complete && result.figures.answeredMessages == 1)
        #expect(result.figures.chunksInTime == 2 && result.figures[.gap].count == 1)
        #expect(result.figures[.ttft].count == 1 && result.figures[.start].count == 1)
    }

    @Test func theTimeThatAnUpstreamWroteIsComparedWithTheTimeOfReading() async throws {
        let result = try await run(
            plan,
            FakeServer.session { _, request in
                let now = String(MonotonicClock.now())
                let stamp = String(repeating: "0", count: 20 - now.count) + now
                // A time that is still to come is none.
                return self.answer("x[\(stamp)]", "[09999999999999999999]", "y", to: request)
            })
        #expect(result.figures[.relay].count == 1)
        #expect(result.figures.chunksInTime == 3)
    }

    @Test(
        arguments: [
            (.text("nonsense"), "malformedMessage"), (.status(2, reason: "enough"), "sessionEnded"),
            (.breakOff, "connectionLost"), (.status(3, reason: "Error: odd"), "answerFailed"),
        ] as [(FakeServer.Reply, String)])
    func whatBreaksAnAnswerIsAFailureOfItsKind(reply: FakeServer.Reply, kind: String) async throws {
        let result = try await run(
            plan,
            FakeServer.session { method, request in
                method == "sendUserMessage"
                    ? [.result(request, ["messageId": "m", "status": 0]), .chunk("some text"), reply] : []
            })
        #expect(result.figures.errors.entries.map(\.kind) == [kind])
        #expect(result.allMessagesFailed && result.figures[.ttft].count == 0 && result.figures[.gap].count == 0)
    }

    @Test func aMessageThatIsRefusedIsAFailureAndTheSessionGoesOn() async throws {
        let count = Mutex(0)
        var plan = plan
        plan.messages = 2
        let result = try await run(
            plan,
            FakeServer.session { method, request in
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                guard number == 1 else { return self.answer("a", to: request) }
                let error: JSONValue = [
                    "code": -32000, "message": "Server busy", "data": ["kind": "limitReached", "detail": "Later."],
                ]
                return [.message(["jsonrpc": "2.0", "id": request["id"] ?? .null, "error": error])]
            })
        #expect(result.figures.errors.entries.map(\.kind) == ["limitReached"])
        #expect(result.figures.errors.entries.first?.example == "Later.")
        #expect(result.figures.answeredMessages == 1 && result.figures.failedMessages == 1 && !result.allMessagesFailed)
    }

    @Test func aMessageThatTakesTooLongIsCancelledAndTheSessionGoesOn() async throws {
        let methods = Mutex<[String]>([])
        var plan = plan
        plan.messages = 2
        plan.timeout = 300_000_000
        let result = try await run(
            plan,
            FakeServer.session { method, request in
                let isFirst = methods.withLock { methods in
                    methods.append(method)
                    return methods.count == 1
                }
                switch method {
                case "sendUserMessage" where isFirst: return [.result(request, ["messageId": "m", "status": 0])]
                case "sendUserMessage": return self.answer("a", to: request)
                default: return [.result(request, ["status": 0]), .chunk("", isFinal: true)]
                }
            })
        #expect(methods.withLock { $0 } == ["sendUserMessage", "cancelMessage", "sendUserMessage"])
        #expect(result.figures.errors.entries.map(\.kind) == ["noAnswerInTime"])
        #expect(result.figures.answeredMessages == 1 && result.lostSessions == 0)
    }

    @Test func aSessionWhoseServerDoesNotEvenEndACancelledMessageIsGivenUp() async throws {
        var plan = plan
        plan.messages = 5
        plan.timeout = 50_000_000
        let result = try await run(
            plan,
            FakeServer.session { method, request in
                method == "sendUserMessage" ? [.result(request, ["messageId": "m", "status": 0])] : []
            })
        #expect(result.ending == .lost("The server did not end a message that was cancelled."))
        #expect(result.lostSessions == 1 && result.figures.failedMessages == 1)
    }

    @Test func sessionsThatAreRefusedMakeTheServerUnreachable() async throws {
        var plan = plan
        plan.sessions = 3
        let result = try await run(plan) { _, request in
            let error: JSONValue = [
                "code": -32001, "message": "Unauthorized", "data": ["kind": "unauthorized", "detail": "No."],
            ]
            return [.message(["jsonrpc": "2.0", "id": request["id"] ?? .null, "error": error])]
        }
        #expect(result.ending == .unreachable("No."))
        #expect(result.figures.errors.entries.map(\.kind) == ["unauthorized"] && result.startedSessions == 0)
    }

    @Test func anOpenLoopSendsInAsManySessionsAsItNeeds() async throws {
        var plan = plan
        plan.sessions = 4
        plan.messages = 40
        plan.load = .open(rate: 2_000, arrivals: .poisson)
        let result = try await run(plan, FakeServer.session { _, request in self.answer("a", to: request) })
        #expect(result.ending == .complete && result.figures.answeredMessages == 40)
        #expect(result.figures[.intendedTTFT].count == 40)
        let (service, response) = (result.figures[.e2e], result.figures[.intendedE2E])
        #expect((response.mean ?? 0) >= (service.mean ?? .infinity))
    }
}
