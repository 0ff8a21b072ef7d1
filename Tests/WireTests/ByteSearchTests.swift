import Testing
import Wire

@Suite("Byte search")
struct ByteSearchTests {
    @Test("It finds what a plain loop finds, at every alignment, length and position")
    func exhaustive() {
        for length in 0..<40 {
            for position in 0..<max(length, 1) {
                var bytes = [UInt8](repeating: 0x0B, count: length)
                if position < length { bytes[position] = 0x0A }
                bytes.withUnsafeBytes { buffer in
                    for start in 0...length {
                        let range = start..<length
                        #expect(buffer.firstOffset(of: 0x0A, in: range) == buffer[range].firstIndex(of: 0x0A))
                        #expect(
                            buffer.firstOffset(ofEither: 0x0D, 0x0A, in: range) == buffer[range].firstIndex(of: 0x0A))
                    }
                }
            }
        }
    }

    @Test("Neighbours of the wanted byte, which the arithmetic on words might mistake, are not found")
    func neighbours() {
        for wanted in UInt8.min...UInt8.max {
            let bytes = (0..<24).map { wanted &+ ($0.isMultiple(of: 2) ? 1 : 0x80) } + [wanted, wanted &+ 1]
            bytes.withUnsafeBytes { buffer in
                #expect(buffer.firstOffset(of: wanted, in: 0..<bytes.count) == 24)
                #expect(buffer.firstOffset(of: wanted, in: 0..<24) == nil)
                #expect(buffer.firstOffset(ofEither: wanted, wanted, in: 3..<bytes.count) == 24)
            }
        }
    }

    @Test("Of two bytes the one that stands first is found")
    func either() {
        Array("0123456789a\n23456789\r".utf8).withUnsafeBytes { buffer in
            #expect(buffer.firstOffset(ofEither: 0x0D, 0x0A, in: 0..<buffer.count) == 11)
            #expect(buffer.firstOffset(ofEither: 0x0A, 0x0D, in: 12..<buffer.count) == 20)
            #expect(buffer.firstOffset(ofEither: 0x0A, 0x0D, in: 12..<20) == nil)
        }
    }

    @Test("Control characters are told from all others in every place of a word")
    func controls() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<8 {
                var word = WordSearch.repeating(0x61)
                word &= ~(0xFF << UInt64(place * 8))
                word |= UInt64(byte) << UInt64(place * 8)
                #expect(WordSearch.containsControl(word) == (byte < 0x20 || byte == 0x7F))
            }
        }
    }
}
