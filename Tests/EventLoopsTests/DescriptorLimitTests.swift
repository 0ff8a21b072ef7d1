import EventLoops
import Testing

@Suite struct DescriptorLimitTests {
    @Test func itIsRaisedAsFarAsItGoes() {
        let allowed = DescriptorLimit.raise(to: 64)
        #expect(allowed >= 64)
        #expect(DescriptorLimit.raise(to: .max) >= allowed)
    }
}
