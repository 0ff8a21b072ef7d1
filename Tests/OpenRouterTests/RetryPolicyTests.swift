import AILoop
import Testing

@testable import OpenRouter

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy(maximumRetries: 8, base: .milliseconds(500), maximum: .seconds(30))

    private func wait(
        retries: Int = 0, retryAfter: Double? = nil, retryable: Bool = true, remaining: Double = 1000,
        jitter: Double = 1
    ) -> Double? {
        let error = ModelError(
            kind: .rateLimited, detail: "", retryable: retryable, retryAfterSeconds: retryAfter)
        return policy.wait(after: error, retries: retries, remaining: UInt64(remaining * 1e9), jitter: jitter)
            .map { Double($0) / 1e9 }
    }

    @Test("each wait is twice the one before, up to the maximum")
    func backoff() {
        #expect((0..<8).map { wait(retries: $0) } == [0.5, 1, 2, 4, 8, 16, 30, 30])
    }

    @Test("jitter takes away up to a half", arguments: [(0, 0.25), (0.5, 0.375), (1, 0.5), (7, 0.5), (-1, 0.25)])
    func jitter(_ jitter: Double, _ seconds: Double) {
        #expect(wait(jitter: jitter) == seconds)
    }

    @Test("Retry-After is obeyed up to the maximum, without jitter")
    func retryAfter() {
        #expect(wait(retryAfter: 7, jitter: 0) == 7)
        #expect(wait(retryAfter: 0) == 0)
        #expect(wait(retryAfter: 30) == 30)
        #expect(wait(retryAfter: 31) == 30)
        #expect(wait(retryAfter: 1e300) == nil)
    }

    @Test("a wait that leaves no time fails at once, and so does a Retry-After beyond what is left")
    func remaining() {
        #expect(wait(retryAfter: 10, remaining: 10) == nil)
        #expect(wait(retryAfter: 9.5, remaining: 10) == 9.5)
        #expect(wait(retryAfter: 60, remaining: 50) == nil)
        #expect(wait(remaining: 0.5) == nil)
        #expect(wait(remaining: 0.6) == 0.5)
    }

    @Test("nothing is tried again that cannot succeed, or once the retries are used up")
    func limits() {
        #expect(wait(retryable: false) == nil)
        #expect(wait(retries: 7) == 30)
        #expect(wait(retries: 8) == nil)
    }

    @Test("neither a huge base nor many retries overflow")
    func overflow() {
        let policy = RetryPolicy(maximumRetries: 100, base: .seconds(1_000_000_000_000), maximum: .seconds(5))
        let error = ModelError(kind: .timeout, detail: "", retryable: true)
        #expect(policy.wait(after: error, retries: 99, remaining: .max, jitter: 1) == 5_000_000_000)
    }
}
