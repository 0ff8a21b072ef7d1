import Foundation
import HTTP1
import Testing

@Suite("HTTP corpora")
struct CorpusTests {
    @Test("Every request of the corpus gives the same events however it is cut", arguments: try corpus("http-request"))
    func requests(_ file: CorpusFile) {
        let whole = requestTrace([file.bytes])
        for pieces in cuts(of: file.bytes, seed: 0x5EED_0005, count: 20) {
            #expect(requestTrace(pieces) == whole)
        }
    }

    @Test(
        "Every response of the corpus gives the same events however it is cut", arguments: try corpus("http-response"))
    func responses(_ file: CorpusFile) {
        let whole = responseTrace([file.bytes])
        for pieces in cuts(of: file.bytes, seed: 0x5EED_0006, count: 20) {
            #expect(responseTrace(pieces) == whole)
        }
    }

    @Test("Mutated requests never do more than give events or an error, the same however they are cut")
    func mutations() throws {
        var generator = SplitMix(state: 0x5EED_0007)
        let seeds = try corpus("http-request").map(\.bytes) + splitRequests.map { Array($0.utf8) }
        for _ in 0..<3000 {
            var bytes = seeds.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes.remove(at: position)
                case 1: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: position)
                default: bytes[position] = UInt8.random(in: 0...255, using: &generator)
                }
            }
            #expect(requestTrace(bytes.map { [$0] }) == requestTrace([bytes]))
            #expect(responseTrace(bytes.map { [$0] }) == responseTrace([bytes]))
        }
    }
}

struct CorpusFile: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]

    var testDescription: String { name }
}

/// The seeds of a fuzz target.
func corpus(_ name: String) throws -> [CorpusFile] {
    let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Corpora/\(name)")
    return try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        .sorted { $0.path < $1.path }
        .map { CorpusFile(name: $0.lastPathComponent, bytes: Array(try Data(contentsOf: $0))) }
}
