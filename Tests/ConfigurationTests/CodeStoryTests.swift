import Configuration
import Diagnostics
import Testing

@Suite struct CodeStoryTests {
    @Test("every code has its story, and no story stands twice or without a code")
    func complete() {
        #expect(CodeStory.table.map(\.code) == ConfigurationCode.all)
        for story in CodeStory.table { #expect(story.text.hasSuffix(".") && story.text.count > 40, "\(story.code.id)") }
    }

    @Test(
        "each example has the problem that it stands for, and its mended form has not", arguments: ConfigurationCode.all
    )
    func examples(code: DiagnosticCode) throws {
        let story = try #require(CodeStory.story(of: code))
        let wrong = story.wrong.load().diagnostics
        #expect(wrong.contains { $0.code == code }, "\(wrong.map(\.message))")
        let right = story.right?.load().diagnostics ?? []
        #expect(!right.contains { $0.code == code }, "\(right.map(\.message))")
        // Beside the problem stands at most what any so small file lacks.
        let others = (wrong + right).map(\.code.id).filter { $0 != code.id && !["AL040", "AL041"].contains($0) }
        #expect(others.isEmpty, "\(others)")
    }

    @Test(
        "a code is found as people write it",
        arguments: [
            ("AL020", "AL020"), ("al020", "AL020"), ("20", "AL020"), ("AL20", "AL020"), ("AL999", nil), ("", nil),
            ("x", nil), ("AL-20", nil), ("1000", nil),
        ] as [(String, String?)])
    func names(text: String, id: String?) {
        #expect(ConfigurationCode.code(named: text)?.id == id)
    }
}
