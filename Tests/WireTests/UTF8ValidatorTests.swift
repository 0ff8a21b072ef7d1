import Testing
import Wire

@Suite struct UTF8ValidatorTests {
    @Test(
        "the first and last character of each length is valid",
        arguments: [
            [0x00], [0x7F], [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
            [0xEF, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
        ] as [[UInt8]])
    func valid(bytes: [UInt8]) {
        #expect(isValid(bytes))
        for length in 1..<bytes.count {
            #expect(verdict(on: [Array(bytes.prefix(length))]) == .unfinished)
        }
    }

    @Test(
        "the byte that no valid text has there is refused at once",
        arguments: [
            ([], 0x80), ([], 0xBF), ([], 0xC0), ([], 0xC1), ([], 0xF5), ([], 0xFE), ([], 0xFF),
            ([0xC2], 0x7F), ([0xC2], 0xC0), ([0xC2], 0x41),
            ([0xE0], 0x9F), ([0xE0], 0xC0), ([0xED], 0xA0), ([0xED], 0x7F), ([0xE1, 0x80], 0x7F), ([0xE1, 0xBF], 0xC0),
            ([0xF0], 0x8F), ([0xF4], 0x90), ([0xF1, 0x80, 0x80], 0x20), ([0xF1, 0x80], 0xF1),
        ] as [([UInt8], UInt8)])
    func invalid(prefix: [UInt8], byte: UInt8) {
        for lead in 0...17 {
            let text = [UInt8](repeating: 0x61, count: lead) + prefix
            #expect(verdict(on: [text, [byte]]) == .refused(piece: 1))
            #expect(verdict(on: [text + [byte]]) == .refused(piece: 0))
        }
    }

    /// The standard library's repair changes exactly what is not UTF-8.
    @Test("agrees with the standard library on every lead byte with every second byte")
    func everyPair() {
        for first in UInt8.min ... .max {
            for second in UInt8.min ... .max {
                for tail in [[0x80], [0x80, 0xBF]] as [[UInt8]] {
                    let bytes = [first, second] + tail
                    let repaired = Array(String(decoding: bytes, as: UTF8.self).utf8)
                    let isValid = isValid(bytes)
                    if isValid != (repaired == bytes) { Issue.record("\(bytes): \(isValid)") }
                }
            }
        }
    }

    @Test("every split of a text gives the same verdict")
    func splits() {
        let text = Array("plain text, then κόσμε – 語 🙂 and eight more ASCII words to follow it".utf8)
        for split in 0...text.count {
            #expect(verdict(on: [Array(text[..<split]), Array(text[split...])]) == .whole)
        }
    }

    @Test("a fault is found at every distance from a word's start")
    func faultInsideRun() {
        for length in 0...40 {
            for position in 0..<length {
                var text = [UInt8](repeating: 0x20, count: length)
                text[position] = 0xFF
                #expect(!isValid(text))
            }
        }
    }

    @Test("an empty piece changes nothing")
    func empty() {
        #expect(UTF8Validator.isValid(UnsafeRawBufferPointer(start: nil, count: 0)))
        #expect(verdict(on: [[], [0xE2], []]) == .unfinished)
        #expect(verdict(on: [[], [0xE2], [], [0x82, 0xAC], []]) == .whole)
    }

    private func isValid(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { UTF8Validator.isValid($0) }
    }

    private enum Verdict: Equatable {
        case whole
        case unfinished
        case refused(piece: Int)
    }

    private func verdict(on pieces: [[UInt8]]) -> Verdict {
        var validator = UTF8Validator()
        for (index, piece) in pieces.enumerated() where !piece.withUnsafeBytes({ validator.append($0) }) {
            return .refused(piece: index)
        }
        return validator.isAtBoundary ? .whole : .unfinished
    }
}
