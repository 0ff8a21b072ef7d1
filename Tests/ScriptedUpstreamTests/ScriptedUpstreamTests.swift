import EventLoops
import HTTP1
import JSON
import ScriptedUpstream
import Testing

@Suite("Scripted upstream", .timeLimit(.minutes(5)))
struct ScriptedUpstreamTests {
    private let get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("Requests are recorded whole and answered in order, over one connection and pipelined")
    func recordsAndAnswers() async throws {
        try await ScriptedUpstream.with(replies: [.json(["n": 1]), .json(status: 429, ["n": 2])]) { upstream in
            try await RawClient.with(upstream.address) { client in
                client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get + get)
                let answers = try await client.receive(until: "reply to this request.\"}}")
                #expect(
                    answers.hasPrefix(
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"n\":1}"))
                #expect(answers.contains("HTTP/1.1 429 Too Many Requests\r\n"))
                #expect(answers.contains("HTTP/1.1 500 Internal Server Error\r\n"))
                let first = try await upstream.request(0)
                #expect(first.head.target == "/a")
                #expect(first.bodyText == "hello")
                #expect(try await upstream.request(2).connection == 0)
                #expect(upstream.requestCount == 3)
                #expect(upstream.connectionCount == 1)
            }
        }
    }

    @Test("An event stream comes in chunks that a decoder joins")
    func eventStream() async throws {
        let events = [
            ChatCompletionEvent.comment(), ChatCompletionEvent.text("Hi"), ChatCompletionEvent.finish(),
            ChatCompletionEvent.usage(prompt: 3, completion: 1), ChatCompletionEvent.done,
        ]
        try await ScriptedUpstream.with(replies: [.eventStream(events)]) { upstream in
            try await RawClient.with(upstream.address) { client in
                client.send(get)
                let text = try await client.receive(until: "\r\n0\r\n\r\n")
                #expect(body(of: Array(text.utf8)) == events.joined())
            }
        }
    }

    @Test("A script waits for its gate, and tells where it is by another")
    func gates() async throws {
        let reached = ScriptGate()
        let gate = ScriptGate()
        let script: [ScriptStep] = [.send(Array("a".utf8)), .signal(reached), .wait(gate), .send(Array("b".utf8))]
        try await ScriptedUpstream.with(replies: [script]) { upstream in
            try await RawClient.with(upstream.address) { client in
                client.send(get)
                #expect(await client.next() == .received(Array("a".utf8)))
                try await reached.wait()
                gate.open()
                #expect(await client.next() == .received(Array("b".utf8)))
            }
        }
    }

    @Test("A delay passes before the next step")
    func delay() async throws {
        try await ScriptedUpstream.with(replies: [[.delay(milliseconds: 5), .send([0x61]), .close]]) { upstream in
            try await RawClient.with(upstream.address) { client in
                let start = MonotonicClock.now()
                client.send(get)
                let all = try await client.receiveAll()
                #expect(all.bytes == [0x61])
                #expect(MonotonicClock.now() - start >= 5_000_000)
            }
        }
    }

    @Test("Split bytes arrive whole and in order")
    func splits() async throws {
        let bytes = (0..<200).map { UInt8($0) }
        let script: [ScriptStep] = [
            .sendSplit(bytes, at: [7, 3, 0, 200, 500, 3]), .sendByteByByte(bytes), .sendSplit([], at: []), .close,
        ]
        try await ScriptedUpstream.with(replies: [script]) { upstream in
            try await RawClient.with(upstream.address) { client in
                client.send(get)
                let all = try await client.receiveAll()
                #expect(all.bytes == bytes + bytes)
                #expect(all.end == .endOfInput)
            }
        }
    }

    @Test("A reset breaks the connection, with or without a request before")
    func reset() async throws {
        try await ScriptedUpstream.with(replies: [[.reset]]) { upstream in
            try await RawClient.with(upstream.address) { client in
                client.send(get)
                #expect(await client.next() == .failed)
                let end = try await upstream.request(0).ended.wait()
                #expect(end == .server)
            }
        }
        let silent: ScriptedUpstream.Script = { _ in [] }
        try await ScriptedUpstream.with(greeting: [.reset], script: silent) { upstream in
            try await RawClient.with(upstream.address) { client in
                #expect(await client.next() == .failed)
            }
        }
    }

    @Test("A greeting is sent before any request")
    func greeting() async throws {
        let hello: [ScriptStep] = [.send(Array("hello".utf8)), .close]
        let silent: ScriptedUpstream.Script = { _ in [] }
        try await ScriptedUpstream.with(greeting: hello, script: silent) { upstream in
            try await RawClient.with(upstream.address) { client in
                let all = try await client.receiveAll()
                #expect(all.bytes == Array("hello".utf8))
                #expect(all.end == .endOfInput)
            }
        }
    }

    @Test("The test hears when the client closes, whatever the script is doing")
    func clientCloses() async throws {
        let never = ScriptGate()
        let endless = PacedStream(chunks: PacedStream.maximumChunks, chunkBytes: 200, intervalMicroseconds: 1000)
        let scripts: [(steps: [ScriptStep], sends: Bool)] = [
            ([.hang], false), ([.wait(never)], false), ([.eventStreamHead(), .paced(endless)], true),
            (.json([:]), true),
        ]
        for (script, sends) in scripts {
            try await ScriptedUpstream.with(replies: [script]) { upstream in
                try await RawClient.with(upstream.address) { client in
                    client.send(get)
                    let request = try await upstream.request(0)
                    #expect(request.ended.current == nil)
                    client.close()
                    let ended = try await request.ended.wait()
                    // Who closes before all that came is read resets (RFC 1122 §4.2.2.13).
                    #expect(ended == .clientClosed || sends && ended == .clientReset)
                }
                try await RawClient.with(upstream.address) { client in
                    client.send(get)
                    let request = try await upstream.request(1)
                    client.reset()
                    #expect(try await request.ended.wait() == .clientReset)
                }
            }
        }
    }

    @Test("A client that does not read holds back what follows a drain")
    func drain() async throws {
        let size = 32 << 20
        let sent = ScriptGate()
        let script: [ScriptStep] = [.send([UInt8](repeating: 7, count: size)), .drain, .signal(sent), .close]
        try await ScriptedUpstream.with(replies: [script]) { upstream in
            try await RawClient.with(upstream.address) { client in
                client.pauseReading()
                client.send(get)
                _ = try await upstream.request(0)
                #expect(sent.current == nil)
                client.resumeReading()
                #expect(try await client.receiveAll().bytes.count == size)
                try await sent.wait()
            }
        }
    }

    @Test("What is no HTTP is answered and the connection ended")
    func malformed() async throws {
        try await ScriptedUpstream.with(replies: []) { upstream in
            try await RawClient.with(upstream.address) { client in
                client.send("junk\r\n\r\n")
                let all = try await client.receiveAll()
                #expect(String(decoding: all.bytes, as: UTF8.self).hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
                #expect(all.end == .endOfInput)
            }
        }
    }

    @Test("After stopping the port is closed and a server can start on it again")
    func stopping() async throws {
        let first = try await ScriptedUpstream.start(replies: [])
        try await first.stopped()
        let second = try await ScriptedUpstream.start(port: first.address.port, replies: [.json([:])])
        try await RawClient.with(second.address) { client in
            client.send(get)
            _ = try await second.request(0)
        }
        try await second.stopped()
    }

    @Test("A port in use is an error")
    func portInUse() async throws {
        try await ScriptedUpstream.with(replies: []) { upstream in
            _ = await #expect(throws: SystemError.self) {
                try await ScriptedUpstream.start(port: upstream.address.port, replies: [])
            }
        }
    }

    @Test("Waiting ends with the task")
    func cancellation() async throws {
        let gate = ScriptGate()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gate.wait() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
    }

    /// The content of one chunked response.
    private func body(of response: [UInt8]) -> String? {
        var decoder = HTTPResponseDecoder()
        decoder.expectResponse(to: "GET")
        return response.withUnsafeBytes { bytes in
            var offset = 0
            var body: [UInt8] = []
            while let event = try? decoder.next(in: bytes, at: &offset) {
                if case .body(let range) = event { body += bytes[range] }
            }
            return decoder.isReusable ? String(decoding: body, as: UTF8.self) : nil
        }
    }
}
