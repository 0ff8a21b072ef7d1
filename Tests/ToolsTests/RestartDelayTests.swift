import Testing

@testable import Tools

@Suite struct RestartDelayTests {
    @Test("Each delay is twice the one before, up to the longest")
    func doubling() {
        var delay = RestartDelay()
        let seconds = (0..<8).map { _ in delay.next(readyFor: nil, wasCalled: false) / second }
        #expect(seconds == [1, 2, 4, 8, 16, 32, 60, 60])
    }

    @Test("One that was ready for long enough, or was called, begins anew")
    func reset() {
        func second(after readyFor: UInt64?, wasCalled: Bool) -> UInt64 {
            var delay = RestartDelay()
            _ = delay.next(readyFor: nil, wasCalled: false)
            return delay.next(readyFor: readyFor, wasCalled: wasCalled)
        }
        let (first, doubled) = (RestartDelay.first, 2 * RestartDelay.first)
        #expect(second(after: RestartDelay.steadyTime - 1, wasCalled: false) == doubled)
        #expect(second(after: RestartDelay.steadyTime, wasCalled: false) == first)
        #expect(second(after: 0, wasCalled: true) == first)
        #expect(second(after: nil, wasCalled: false) == doubled)
    }
}
