import AILoop
import HTTP1
import OpenRouter
import ScriptedUpstream
import Testing

/// The shapes of responses again, through the whole client: sockets, HTTP framing, service.
@Suite(.timeLimit(.minutes(5))) struct FixturesOverSocketsTests {
    @Test("a body that the connection's end delimits, each byte in a segment of its own", arguments: StreamFixture.all)
    func closeDelimited(_ fixture: StreamFixture) async throws {
        let head = ResponseHead(status: fixture.status, headers: HTTPHeaders([("Connection", "close")]))
        try await check(fixture, [.respond(head), .sendByteByByte(Array(fixture.body.utf8)), .close])
    }

    @Test("a chunked body whose chunks are cut anywhere", arguments: StreamFixture.all)
    func chunked(_ fixture: StreamFixture) async throws {
        let head = ResponseHead(status: fixture.status, headers: HTTPHeaders([("Transfer-Encoding", "chunked")]))
        let pieces = Self.pieces(of: fixture, seed: 7)
        try await check(fixture, [.respond(head)] + pieces.map { .chunk($0) } + [.endChunks])
    }

    @Test("a body of known length, in segments cut anywhere", arguments: StreamFixture.all)
    func lengthDelimited(_ fixture: StreamFixture) async throws {
        let body = Array(fixture.body.utf8)
        let head = ResponseHead(
            status: fixture.status, headers: HTTPHeaders([("Content-Length", String(body.count))]))
        var cuts: [Int] = []
        for piece in Self.pieces(of: fixture, seed: 11).dropLast() { cuts.append((cuts.last ?? 0) + piece.count) }
        try await check(fixture, [.respond(head), .sendSplit(body, at: cuts)])
    }

    private static func pieces(of fixture: StreamFixture, seed: UInt64) -> [[UInt8]] {
        var random = SplitMix(seed: seed)
        var pieces: [[UInt8]] = []
        var rest = Array(fixture.body.utf8)[...]
        while !rest.isEmpty {
            let count = 1 + Int(random.next() % 50)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    private func check(_ fixture: StreamFixture, _ reply: [ScriptStep]) async throws {
        try await ScriptedUpstream.with(replies: [reply]) { upstream in
            let heard = try await SocketBench.with(upstream.url) { await $0.ask().all() }
            #expect(Array(heard.dropLast()) == fixture.events)
            switch (heard.last, fixture.ending) {
            case (.finished(let completion), .finished(let expected)):
                #expect(completion == expected)
            case (.failed(let error), .failed(let kind, let retryable, let status, let says)):
                #expect(error.kind == kind)
                #expect(error.retryable == retryable)
                #expect(error.upstreamStatus == status)
                #expect(error.detail.contains(says), "\(error.detail)")
            default:
                Issue.record("\(String(describing: heard.last)) instead of \(fixture.ending)")
            }
        }
    }
}
