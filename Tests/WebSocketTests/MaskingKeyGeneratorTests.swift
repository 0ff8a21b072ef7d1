import Testing
import WebSocket

@Suite struct MaskingKeyGeneratorTests {
    /// RFC 8439 appendix A.1, vectors 1 and 2: one key stream over two blocks.
    @Test("keys are the ChaCha20 key stream, block after block")
    func keyStream() {
        var generator = MaskingKeyGenerator(seed: SIMD8())
        let words = (0..<20).map { _ in generator.next().bits }
        #expect(
            words == [
                0xADE0_B876, 0x903D_F1A0, 0xE56A_5D40, 0x28BD_8653, 0xB819_D2BD, 0x1AED_8DA0, 0xCCEF_36A8, 0xC70D_778B,
                0x7C59_41DA, 0x8D48_5751, 0x3FE0_2477, 0x374A_D8B8, 0xF4B8_436A, 0x1CA1_1815, 0x69B6_87C3, 0x8665_EEB2,
                0xBEE7_079F, 0x7A38_5155, 0x7C97_BA98, 0x0D08_2D73,
            ])
    }

    /// RFC 8439 appendix A.1, vector 3, is the second block of this seed.
    @Test("the seed is the cipher's key")
    func seed() {
        var generator = MaskingKeyGenerator(seed: SIMD8(0, 0, 0, 0, 0, 0, 0, 0x0100_0000))
        let words = (0..<20).map { _ in generator.next().bits }
        #expect(words.suffix(4) == [0x2452_EB3A, 0x9249_F8EC, 0x8D82_9D9B, 0xDDD4_CEB1])
    }

    @Test("a random source gives the seed")
    func randomSource() {
        var source = SystemRandomNumberGenerator()
        var first = MaskingKeyGenerator(using: &source)
        var second = MaskingKeyGenerator(using: &source)
        let pairs = (0..<4).map { _ in (first.next(), second.next()) }
        #expect(pairs.contains { $0 != $1 })
    }
}
