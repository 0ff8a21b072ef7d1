import EventLoops
import HTTP1
import HTTPClient
import ScriptedUpstream
import Testing

/// Requests and responses over real sockets.
@Suite(.timeLimit(.minutes(5))) struct HTTPClientTests {
    // MARK: Requests and responses

    @Test func aRequestIsSentWithWhatHTTPNeeds() async throws {
        try await ScriptedUpstream.with(replies: [ok("answer")]) { upstream in
            try await TestClient.with { client async throws in
                let exchange = try await client.send(
                    HTTPRequestMessage(
                        method: "POST", url: upstream.url + "/v1/chat?a=b", headers: HTTPHeaders([("X-Title", "test")]),
                        body: Array("question".utf8)))
                let response = try await exchange.response()
                #expect(response == Response(status: 200, body: "answer"))
                let request = try await upstream.request(0)
                #expect(request.head.method == "POST")
                #expect(request.head.target == "/v1/chat?a=b")
                #expect(
                    request.head.headers
                        == HTTPHeaders([
                            ("Host", "\(upstream.address)"), ("X-Title", "test"), ("Content-Length", "8"),
                        ]))
                #expect(request.bodyText == "question")
            }
        }
    }

    @Test(arguments: [("GET", nil), ("DELETE", nil), ("POST", "0"), ("PUT", "0")] as [(String, String?)])
    func anEmptyBodyHasALengthWhereTheMethodHasABody(method: String, length: String?) async throws {
        try await ScriptedUpstream.with(replies: [ok()]) { upstream in
            try await TestClient.with { client async throws in
                _ = try await client.send(HTTPRequestMessage(method: method, url: upstream.url)).response()
                #expect(try await upstream.request(0).head.headers.first("Content-Length") == length)
            }
        }
    }

    @Test func piecesOfAStreamAreHandedOnAsTheyCome() async throws {
        let gates = [ScriptGate(), ScriptGate()]
        let script: [ScriptStep] = [
            .eventStreamHead(), .event("one"), .wait(gates[0]), .event("two"), .wait(gates[1]), .endChunks,
        ]
        try await ScriptedUpstream.with(replies: [script]) { upstream in
            try await TestClient.with { client async throws in
                let exchange = try await client.post(upstream.url)
                guard case .head(let head) = try await exchange.events.next() else { return #expect(Bool(false)) }
                #expect(head.status == 200)
                #expect(try await exchange.events.next() == .body("one"))
                gates[0].open()
                #expect(try await exchange.events.next() == .body("two"))
                gates[1].open()
                #expect(try await exchange.events.next() == .finished)
            }
        }
    }

    @Test func aResponseMayBeCutAnywhere() async throws {
        let bytes = Array(
            """
            HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX: y\r\n\r\n
            """.utf8)
        let replies: [[ScriptStep]] =
            bytes.indices.dropFirst().map { [.sendSplit(bytes, at: [$0])] } + [[.sendByteByByte(bytes)]]
        try await ScriptedUpstream.with(replies: replies) { upstream in
            try await TestClient.with { client async throws in
                for _ in replies {
                    let response = try await client.get(upstream.url).response()
                    #expect(response == Response(status: 200, body: "hello world"))
                }
                #expect(upstream.connectionCount == 1)
            }
        }
    }

    @Test func aBodyWithoutLengthEndsWithTheConnection() async throws {
        let script: [ScriptStep] = [.send(Array("HTTP/1.1 200 OK\r\n\r\nuntil the end".utf8)), .close]
        try await ScriptedUpstream.with(replies: [script]) { upstream in
            try await TestClient.with { client async throws in
                #expect(try await client.get(upstream.url).response().body == "until the end")
                #expect(try await client.counts() == [0, 0, 0])
            }
        }
    }

    @Test func interimResponsesArePassedOver() async throws {
        let script: [ScriptStep] = [.send(Array("HTTP/1.1 103 Early Hints\r\n\r\n".utf8))] + ok("final")
        try await ScriptedUpstream.with(replies: [script]) { upstream in
            try await TestClient.with { client async throws in
                #expect(try await client.post(upstream.url).response().body == "final")
            }
        }
    }

    @Test func theReceiverIsNeverCalledFromWithinSend() async throws {
        try await ScriptedUpstream.with(replies: [ok(), ok()]) { upstream in
            try await TestClient.with { client async throws in
                _ = try await client.get(upstream.url).response()
                for url in [upstream.url, "nonsense", "http://127.0.0.1:1/"] {
                    let heard = try await client.loop.run {
                        let receiver = CountingReceiver()
                        let exchange = client.client.value.send(
                            HTTPRequestMessage(method: "GET", url: url), receiver: receiver)
                        let count = receiver.count
                        exchange.cancel()
                        return count
                    }
                    #expect(heard == 0)
                }
            }
        }
    }

    // MARK: Keep-alive

    @Test func aConnectionIsUsedAgain() async throws {
        try await ScriptedUpstream.with(replies: [ok("a"), ok("b"), ok("c")]) { upstream in
            try await TestClient.with { client async throws in
                for body in ["a", "b", "c"] {
                    #expect(try await client.post(upstream.url).response().body == body)
                }
                #expect(upstream.connectionCount == 1)
                #expect(try await client.counts() == [1, 1, 0])
            }
        }
    }

    @Test func aRequestThatIsSentWhileTheLastOneFinishesUsesItsConnection() async throws {
        try await ScriptedUpstream.with(replies: [ok("a"), ok("b")]) { upstream in
            try await TestClient.with { client async throws in
                let events = Inbox<ResponseEvent>()
                try await client.loop.run {
                    let request = HTTPRequestMessage(method: "POST", url: upstream.url)
                    let chained = ChainingReceiver {
                        _ = client.client.value.send(request, receiver: RecordingReceiver(events))
                    }
                    _ = client.client.value.send(request, receiver: chained)
                }
                guard case .head = try await events.next() else { return #expect(Bool(false)) }
                #expect(try await events.next() == .body("b"))
                #expect(upstream.connectionCount == 1)
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more than was asked",
    ])
    func aConnectionThatIsNotFitForItIsNotUsedAgain(response: String) async throws {
        try await ScriptedUpstream.with(replies: [[.send(Array(response.utf8))], ok("second")]) { upstream in
            try await TestClient.with { client async throws in
                #expect(try await client.get(upstream.url).response().body == "ok")
                #expect(try await upstream.request(0).ended.wait() != .server)
                #expect(try await client.get(upstream.url).response().body == "second")
                #expect(upstream.connectionCount == 2)
            }
        }
    }

    @Test func bytesOnAnIdleConnectionEndIt() async throws {
        let gate = ScriptGate()
        let script = ok() + [.wait(gate), .send(Array("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil".utf8)), .hang]
        try await ScriptedUpstream.with(replies: [script, ok("good")]) { upstream in
            try await TestClient.with { client async throws in
                _ = try await client.get(upstream.url).response()
                gate.open()
                _ = try await upstream.request(0).ended.wait()
                #expect(try await client.get(upstream.url).response().body == "good")
            }
        }
    }

    @Test func idleConnectionsAreKeptUpToTheirMaximum() async throws {
        let gate = ScriptGate()
        let limits = HTTPClientLimits(maximumIdlePerOrigin: 2)
        try await ScriptedUpstream.with(replies: Array(repeating: [.wait(gate)] + ok(), count: 3)) { upstream in
            try await TestClient.with(limits: limits) { client async throws in
                let exchanges = try await [
                    client.get(upstream.url), client.get(upstream.url), client.get(upstream.url),
                ]
                _ = try await upstream.request(2)
                #expect(try await client.counts() == [3, 0, 0])
                gate.open()
                for exchange in exchanges { _ = try await exchange.response() }
                #expect(try await client.counts() == [2, 2, 0])
            }
        }
    }

    @Test func anIdleConnectionIsClosedWhenItsTimeIsOver() async throws {
        let limits = HTTPClientLimits(idleNanoseconds: 20_000_000)
        try await ScriptedUpstream.with(replies: [ok()]) { upstream in
            try await TestClient.with(limits: limits) { client async throws in
                _ = try await client.get(upstream.url).response()
                #expect(try await upstream.request(0).ended.wait() == .clientClosed)
                #expect(try await client.counts() == [0, 0, 0])
            }
        }
    }

    // MARK: Limits

    @Test func requestsPastTheConnectionsWaitTheirTurn() async throws {
        let gates = [ScriptGate(), ScriptGate()]
        let limits = HTTPClientLimits(maximumConnectionsPerOrigin: 2)
        let replies = [[.wait(gates[0])] + ok("0"), [.wait(gates[1])] + ok("1"), ok("2"), ok("3")]
        try await ScriptedUpstream.with(replies: replies) { upstream in
            try await TestClient.with(limits: limits) { client async throws in
                let first = try await client.post(upstream.url)
                _ = try await upstream.request(0)
                let second = try await client.post(upstream.url)
                _ = try await upstream.request(1)
                let third = try await client.post(upstream.url, "third")
                let fourth = try await client.post(upstream.url, "fourth")
                #expect(try await client.counts() == [2, 0, 2])
                gates[0].open()
                #expect(try await first.response().body == "0")
                #expect(try await third.response().body == "2")
                #expect(try await fourth.response().body == "3")
                #expect(try await upstream.request(2).bodyText == "third")
                gates[1].open()
                #expect(try await second.response().body == "1")
                #expect(upstream.connectionCount == 2)
            }
        }
    }

    @Test func aRequestPastTheWaitingOnesFails() async throws {
        let limits = HTTPClientLimits(maximumConnectionsPerOrigin: 1, maximumWaitingPerOrigin: 2)
        try await ScriptedUpstream.with(replies: [[.hang], [.hang], [.hang]]) { upstream in
            try await TestClient.with(limits: limits) { client async throws in
                let exchanges = try await [
                    client.post(upstream.url), client.post(upstream.url), client.post(upstream.url),
                ]
                #expect(try await client.counts() == [1, 0, 2])
                let error = try await client.post(upstream.url).failure()
                #expect(
                    error
                        == HTTPTransportError(
                            kind: .limitReached,
                            detail: """
                                2 requests wait for one of the 1 connections to \(upstream.address) already. \
                                Try again later.
                                """))
                for exchange in exchanges { exchange.exchange.submit { $0.cancel() } }
                #expect(try await client.counts() == [0, 0, 0])
            }
        }
    }

    @Test func aConnectionThatBreaksMakesRoomForAWaitingRequest() async throws {
        let limits = HTTPClientLimits(maximumConnectionsPerOrigin: 1)
        try await ScriptedUpstream.with(replies: [[.reset], ok("second")]) { upstream in
            try await TestClient.with(limits: limits) { client async throws in
                let first = try await client.post(upstream.url)
                let second = try await client.post(upstream.url)
                #expect(try await first.failure().kind == .connectionLost)
                #expect(try await second.response().body == "second")
            }
        }
    }

    @Test func aResponseHeadMayBeAsLongAsTheLimitAndNoLonger() async throws {
        let limits = HTTPClientLimits(responses: HTTPLimits(maximumHeadBytes: 100))
        func head(_ bytes: Int) -> [ScriptStep] {
            let start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: "
            let text = start + String(repeating: "x", count: bytes - start.utf8.count - 4) + "\r\n\r\n"
            return [.send(Array(text.utf8))]
        }
        try await ScriptedUpstream.with(replies: [head(100), head(101)]) { upstream in
            try await TestClient.with(limits: limits) { client async throws in
                #expect(try await client.get(upstream.url).response().status == 200)
                let error = try await client.get(upstream.url).failure()
                #expect(error.kind == .malformedResponse)
                #expect(error.responseStarted)
                #expect(
                    error.detail == """
                        \(upstream.address) sent a response that is no valid HTTP/1.1: \
                        The response head exceeds 100 bytes.
                        """)
            }
        }
    }

    // MARK: Cancelling

    @Test func cancellingClosesTheConnectionAtOnce() async throws {
        try await ScriptedUpstream.with(replies: [[.eventStreamHead(), .event("a"), .hang]]) { upstream in
            try await TestClient.with { client async throws in
                let exchange = try await client.post(upstream.url)
                _ = try await exchange.events.next()
                #expect(try await exchange.events.next() == .body("a"))
                exchange.exchange.submit { $0.cancel() }
                #expect(try await upstream.request(0).ended.wait() == .clientClosed)
                #expect(try await client.counts() == [0, 0, 0])
            }
        }
    }

    @Test func nothingIsHeardAfterCancellingAlsoWithinACallback() async throws {
        let script = [.eventStreamHead(), .send(Array("1\r\na\r\n1\r\nb\r\n0\r\n\r\n".utf8))] as [ScriptStep]
        try await ScriptedUpstream.with(replies: [script]) { upstream in
            try await TestClient.with { client async throws in
                let events = Inbox<ResponseEvent>()
                try await client.loop.run {
                    var exchange: (any HTTPExchange)?
                    let receiver = RecordingReceiver(events) { _ in exchange?.cancel() }
                    exchange = client.client.value.send(
                        HTTPRequestMessage(method: "POST", url: upstream.url), receiver: receiver)
                }
                _ = try await events.next()
                #expect(try await events.next() == .body("a"))
                _ = try await upstream.request(0).ended.wait()
                events.put(.failed(HTTPTransportError(kind: .connectionLost, detail: "sentinel")))
                guard case .failed(let last) = try await events.next() else { return #expect(Bool(false)) }
                #expect(last.detail == "sentinel")
            }
        }
    }

    @Test func aRequestMayBeCancelledBeforeItsConnectionStands() async throws {
        try await ScriptedUpstream.with(replies: [ok("later")]) { upstream in
            try await TestClient.with { client async throws in
                let counts = try await client.loop.run {
                    let exchange = client.sendOnLoop(HTTPRequestMessage(method: "POST", url: upstream.url))
                    let before = client.client.value.connectionCount
                    exchange.exchange.value.cancel()
                    exchange.exchange.value.cancel()
                    return [before, client.client.value.connectionCount]
                }
                #expect(counts == [1, 0])
                #expect(try await client.post(upstream.url).response().body == "later")
                #expect(upstream.requestCount == 1)
            }
        }
    }

    @Test func aWaitingRequestThatIsCancelledLeavesTheQueue() async throws {
        let gate = ScriptGate()
        let limits = HTTPClientLimits(maximumConnectionsPerOrigin: 1)
        try await ScriptedUpstream.with(replies: [[.wait(gate)] + ok("0"), ok("1")]) { upstream in
            try await TestClient.with(limits: limits) { client async throws in
                let first = try await client.post(upstream.url)
                let second = try await client.post(upstream.url, "second")
                let third = try await client.post(upstream.url, "third")
                try await client.loop.run { second.exchange.value.cancel() }
                #expect(try await client.counts() == [1, 0, 1])
                gate.open()
                #expect(try await first.response().body == "0")
                #expect(try await third.response().body == "1")
                #expect(try await upstream.request(1).bodyText == "third")
            }
        }
    }

    // MARK: Back-pressure

    @Test func aPausedExchangeHoldsTheSenderBackAndLosesNothing() async throws {
        let total = 64 << 20
        let sent = ScriptGate()
        let script: [ScriptStep] = [
            .respond(ResponseHead(status: 200, headers: HTTPHeaders([("Content-Length", String(total))]))),
            .send([UInt8](repeating: UInt8(ascii: "x"), count: total)), .drain, .signal(sent),
        ]
        try await ScriptedUpstream.with(replies: [script, ok("next")]) { upstream in
            try await TestClient.with { client async throws in
                let exchange = try await client.loop.run {
                    let exchange = client.sendOnLoop(HTTPRequestMessage(method: "GET", url: upstream.url))
                    // Also before the connection stands.
                    exchange.exchange.value.pauseReading()
                    exchange.exchange.value.pauseReading()
                    return exchange
                }
                _ = try await upstream.request(0)
                try await client.loop.pass(50_000_000)
                #expect(sent.current == nil)
                exchange.exchange.submit { $0.resumeReading() }
                #expect(try await exchange.response().body.utf8.count == total)
                try await sent.wait()
                // The connection is read again for the next request.
                #expect(try await client.get(upstream.url).response().body == "next")
                #expect(upstream.connectionCount == 1)
            }
        }
    }
}

/// Counts whatever it hears.
private final class CountingReceiver: HTTPResponseReceiver {
    private(set) var count = 0
    func received(head: ResponseHead) { count += 1 }
    func received(body: UnsafeRawBufferPointer) { count += 1 }
    func finished() { count += 1 }
    func failed(_ error: HTTPTransportError) { count += 1 }
}

/// Does something when its response is whole.
private final class ChainingReceiver: HTTPResponseReceiver {
    private let onFinish: () -> Void
    init(onFinish: @escaping () -> Void) { self.onFinish = onFinish }
    func received(head: ResponseHead) {}
    func received(body: UnsafeRawBufferPointer) {}
    func finished() { onFinish() }
    func failed(_ error: HTTPTransportError) {}
}
