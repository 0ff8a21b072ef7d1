import AILoop
import Testing

@Suite struct SystemPromptTests {
    @Test("The configured prompt stands alone where the client says nothing")
    func configured() {
        #expect(SystemPrompt.compose(configured: "Be brief.") == "Be brief.")
        #expect(SystemPrompt.compose(configured: "Be brief.", context: " ", language: "") == "Be brief.")
    }

    @Test("The client's prompt takes its place, also an empty one")
    func override() {
        #expect(SystemPrompt.compose(configured: "Be brief.", override: "Be long.") == "Be long.")
        #expect(SystemPrompt.compose(configured: "Be brief.", override: "") == "")
        #expect(SystemPrompt.compose(configured: " \n") == "")
    }

    @Test("Context and language follow, each in its own paragraph")
    func additions() {
        #expect(
            SystemPrompt.compose(configured: "Be brief.", context: "The user is at sea.", language: "de-DE")
                == "Be brief.\n\nThe user is at sea.\n\nAnswer in this language: de-DE")
        #expect(SystemPrompt.compose(configured: "", context: "At sea.") == "At sea.")
        #expect(
            SystemPrompt.compose(configured: "x", override: "", language: "German")
                == "Answer in this language: German")
    }
}
