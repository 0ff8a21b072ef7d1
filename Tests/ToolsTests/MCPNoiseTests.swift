import Testing

@testable import Tools

@Suite struct MCPNoiseTests {
    private static let line = MCPClient.Output.log(level: "info", "so")

    @Test("So many lines are told in a period, then that there are more")
    func lines() {
        var noise = MCPNoise()
        for _ in 0..<MCPNoise.maximumLines { #expect(noise.limit([Self.line], lineBytes: 1) == [Self.line]) }
        let told = MCPClient.Output.log(
            level: "warning", "it says more than \(MCPNoise.maximumLines) lines a second; the others are left out")
        #expect(noise.limit([Self.line], lineBytes: 1) == [told])
        #expect(noise.limit([Self.line, .progress(1)], lineBytes: 1) == [.progress(1)])
        noise.beginPeriod()
        #expect(noise.limit([Self.line], lineBytes: 1) == [Self.line])
    }

    @Test("So many bytes are read in a period; what was asked for does not count")
    func bytes() {
        var noise = MCPNoise()
        let answer: [MCPClient.Output] = [Self.line, .callEnded(1, .success("x"))]
        #expect(noise.limit(answer, lineBytes: 2 * MCPNoise.maximumBytes) == answer)
        _ = noise.limit([], lineBytes: MCPNoise.maximumBytes - 2)
        noise.passOver(-1)
        noise.passOver(1)
        #expect(!noise.isExhausted)
        _ = noise.limit([.progress(1)], lineBytes: 1)
        #expect(noise.isExhausted)
        noise.beginPeriod()
        #expect(!noise.isExhausted)
    }
}
