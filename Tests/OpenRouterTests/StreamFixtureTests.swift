import AILoop
import HTTP1
import Testing

@testable import OpenRouter

/// Every shape of a response, cut in every way, means the same.
@Suite struct StreamFixtureTests {
    @Test("a response means what its fixture says", arguments: StreamFixture.all)
    func whole(_ fixture: StreamFixture) {
        check(read(fixture, pieces: [Array(fixture.body.utf8)]), fixture)
    }

    @Test("a response read byte by byte means the same", arguments: StreamFixture.all)
    func byteByByte(_ fixture: StreamFixture) {
        check(read(fixture, pieces: fixture.body.utf8.map { [$0] }), fixture)
    }

    @Test("a response cut in two anywhere means the same", arguments: StreamFixture.all)
    func everySplit(_ fixture: StreamFixture) {
        let bytes = Array(fixture.body.utf8)
        for cut in 0...bytes.count {
            check(read(fixture, pieces: [Array(bytes[..<cut]), Array(bytes[cut...])]), fixture)
        }
    }

    @Test("a response cut at random means the same", arguments: StreamFixture.all)
    func randomSplits(_ fixture: StreamFixture) {
        for seed in UInt64(1)...20 {
            var random = SplitMix(seed: seed)
            var pieces: [[UInt8]] = []
            var rest = Array(fixture.body.utf8)[...]
            while !rest.isEmpty {
                let count = Int(random.next() % 40)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            check(read(fixture, pieces: pieces), fixture, "seed \(seed)")
        }
    }

    @Test("a damaged response is read without harm, and alike however it is cut", arguments: StreamFixture.all)
    func damaged(_ fixture: StreamFixture) {
        guard !fixture.body.isEmpty else { return }
        for seed in UInt64(1)...60 {
            var random = SplitMix(seed: seed)
            var bytes = Array(fixture.body.utf8)
            for _ in 0...random.next() % 3 {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[place..<min(place + 30, bytes.count)], at: place)
                }
                if bytes.isEmpty { return }
            }
            let whole = read(fixture, pieces: [bytes])
            let dripped = read(fixture, pieces: bytes.map { [$0] })
            #expect(whole.events == dripped.events, "seed \(seed)")
            #expect(whole.result == dripped.result, "seed \(seed)")
        }
    }

    private struct Reading {
        var events: [ModelEvent] = []
        var result: Result<ModelCompletion, ModelError>
    }

    private func read(_ fixture: StreamFixture, pieces: [[UInt8]]) -> Reading {
        let errors = APIErrorDecoder(redactor: DetailRedactor(), unixTime: 0)
        var reader = AnswerReader(ResponseHead(status: fixture.status), errors: errors)
        var events: [ModelEvent] = []
        for piece in pieces {
            let progress = piece.withUnsafeBytes { reader.read($0, into: &events) }
            if case .ended(let result) = progress { return Reading(events: events, result: result) }
        }
        let result = reader.end(isWhole: true, into: &events)
        return Reading(events: events, result: result)
    }

    private func check(_ reading: Reading, _ fixture: StreamFixture, _ note: String = "") {
        #expect(reading.events == fixture.events, "\(note)")
        switch (reading.result, fixture.ending) {
        case (.success(let completion), .finished(let expected)):
            #expect(completion == expected, "\(note)")
        case (.failure(let error), .failed(let kind, let retryable, let status, let says)):
            #expect(error.kind == kind, "\(note)")
            #expect(error.retryable == retryable, "\(note)")
            #expect(error.upstreamStatus == status, "\(note)")
            #expect(error.detail.contains(says), "\(error.detail) \(note)")
        default:
            Issue.record("\(reading.result) instead of \(fixture.ending) \(note)")
        }
    }
}
