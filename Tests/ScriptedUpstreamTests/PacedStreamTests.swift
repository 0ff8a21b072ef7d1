import EventLoops
import HTTP1
import JSON
import ScriptedUpstream
import Testing
import Wire

@Suite("Paced streams", .timeLimit(.minutes(5)))
struct PacedStreamTests {
    @Test("Every chunk has the size asked for and the time of its sending", arguments: [true, false])
    func chunks(spreadsStart: Bool) async throws {
        let stream = PacedStream(chunks: 20, chunkBytes: 150, intervalMicroseconds: 2000, spreadsStart: spreadsStart)
        let start = MonotonicClock.now()
        let events = try await events(of: stream)
        let end = MonotonicClock.now()
        #expect(events.count == 23)
        #expect(events.dropLast(3).allSatisfy { $0.utf8.count + 2 == 150 })
        let times = events.dropLast(3).compactMap { SendStamp.nanoseconds(in: $0.utf8) }
        #expect(times.count == 20)
        #expect(times == times.sorted())
        #expect(times.allSatisfy { $0 > start && $0 < end })
        // A chunk may leave late, but never earlier than its place in the schedule, less a slot of the wheel.
        #expect(times.enumerated().allSatisfy { $1 + 1_000_000 >= start + UInt64($0) * 2_000_000 })
        #expect(events.suffix(3).first?.contains("\"finish_reason\":\"stop\"") == true)
        #expect(events.suffix(2).first?.contains("\"completion_tokens\":20") == true)
        #expect(events.last == "data: [DONE]")
    }

    @Test("Each event is valid JSON at the smallest size and beyond", arguments: [0, 1, 100])
    func validJSON(_ more: Int) async throws {
        let stream = PacedStream(
            chunks: 2, chunkBytes: PacedStream.minimumChunkBytes + more, intervalMicroseconds: 1000)
        for event in try await events(of: stream).dropLast() {
            let value = try JSONParser.parse(String(event.dropFirst(6)))
            #expect(value["choices"]?.array?.count ?? 0 <= 1)
        }
    }

    @Test("Many streams share the pace and all end")
    func manyStreams() async throws {
        let stream = PacedStream(chunks: 5, chunkBytes: 200, intervalMicroseconds: 3000)
        let script: ScriptedUpstream.Script = { _ in [.eventStreamHead(), .paced(stream), .close] }
        try await ScriptedUpstream.with(script: script) { upstream in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await RawClient.with(upstream.address) { client in
                            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
                            let text = String(decoding: try await client.receiveAll().bytes, as: UTF8.self)
                            return text.split(separator: "data: ").count - 1
                        }
                    }
                }
                for try await count in group { #expect(count == 8) }
            }
        }
    }

    @Test(
        "A time is found in any text",
        arguments: [
            ("[00000000000000000123]", 123), ("x[00000000000000000123]y", 123), ("[1][00000000000000000007]", 7),
            ("[18446744073709551615]", UInt64.max), ("[123]", nil), ("", nil), ("[0000000000000000000x]", nil),
            ("[000000000000000000001]", nil), ("[00000000000000000123", nil), ("[[00000000000000000001]", 1),
        ] as [(String, UInt64?)])
    func stamps(_ text: String, _ time: UInt64?) {
        #expect(SendStamp.nanoseconds(in: text.utf8) == time)
    }

    /// The events of one stream, without their empty lines.
    private func events(of stream: PacedStream) async throws -> [String] {
        try await ScriptedUpstream.with(replies: [[.eventStreamHead(), .paced(stream), .close]]) { upstream in
            try await RawClient.with(upstream.address) { client in
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
                let response = try await client.receiveAll().bytes
                var decoder = HTTPResponseDecoder()
                decoder.expectResponse(to: "POST")
                return try response.withUnsafeBytes { bytes in
                    var offset = 0
                    var body: [UInt8] = []
                    while let event = try decoder.next(in: bytes, at: &offset) {
                        if case .body(let range) = event { body += bytes[range] }
                    }
                    return String(decoding: body, as: UTF8.self).split(separator: "\n\n").map(String.init)
                }
            }
        }
    }
}
