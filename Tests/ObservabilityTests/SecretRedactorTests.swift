import Observability
import Testing

struct SecretRedactorTests {
    @Test func `A registered secret is replaced wherever it stands`() {
        let redactor = SecretRedactor()
        redactor.register("sk-or-123")
        #expect(redactor.redacted("sk-or-123") == "[redacted]")
        #expect(redactor.redacted("a sk-or-123sk-or-123 b") == "a [redacted][redacted] b")
        #expect(redactor.redacted("sk-or-12") == "sk-or-12")
        #expect(redactor.redacted("") == "")
    }

    @Test func `The longer of two secrets wins where one contains the other`() {
        let redactor = SecretRedactor()
        redactor.register("token")
        redactor.register("token-of-ada")
        redactor.register("token")
        #expect(redactor.redacted("token-of-ada, token") == "[redacted], [redacted]")
    }

    @Test func `An empty secret hides nothing`() {
        let redactor = SecretRedactor()
        redactor.register("")
        #expect(redactor.redacted("text") == "text")
    }

    @Test func `Text around a secret keeps its characters`() {
        let redactor = SecretRedactor()
        redactor.register("schlüssel")
        #expect(redactor.redacted("→ schlüssel ←") == "→ [redacted] ←")
    }
}
