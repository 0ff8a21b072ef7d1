import Testing
import WebSocket

@Suite struct MaskingKeyTests {
    private let key = MaskingKey(bits: 0x4433_2211)
    private let keyBytes: [UInt8] = [0x11, 0x22, 0x33, 0x44]

    @Test("byte i is combined with byte i mod 4 of the key, at every length")
    func everyLength() {
        for count in 0...70 {
            let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 5) }
            let expected = payload.indices.map { payload[$0] ^ keyBytes[$0 % 4] }
            #expect(masked(payload, by: key) == expected)
            #expect(masked(expected, by: key) == payload)
        }
    }

    @Test("a payload masked in two pieces is the payload masked at once")
    func pieces() {
        let payload = (0..<40).map { UInt8($0) }
        let whole = masked(payload, by: key)
        for split in 0...payload.count {
            let first = masked(Array(payload[..<split]), by: key)
            let second = masked(Array(payload[split...]), by: key.advanced(by: split))
            #expect(first + second == whole)
        }
    }

    @Test("a key with zeros in it is used whole")
    func zeros() {
        let payload = [UInt8](repeating: 0xFF, count: 7)
        #expect(masked(payload, by: MaskingKey(bits: 0x0000_00FF)) == [0, 255, 255, 255, 0, 255, 255])
        #expect(masked(payload, by: MaskingKey(bits: 0)) == payload)
    }

    private func masked(_ payload: [UInt8], by key: MaskingKey) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: payload.count + 1) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            payload.withUnsafeBytes { key.copy($0, to: UnsafeMutableRawPointer(start)) }
            count = payload.count
        }
    }
}
