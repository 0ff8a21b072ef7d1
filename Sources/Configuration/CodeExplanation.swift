import Diagnostics

/// The longer story of a code for a person. What the program says of the example is not written down but asked for.
package struct CodeExplanation {
    private static let width = 80
    private let story: CodeStory

    package init(_ story: CodeStory) {
        self.story = story
    }

    /// The page docs/diagnostics.md, in Markdown: the stories of all codes.
    package static func page() -> String {
        let introduction = """
            # What can be wrong with a configuration

            Every code of `ailoopctl validate-config`, with an example, what is said of it, and the same mended. This page is made
            from the table that `ailoopctl validate-config --explain CODE` prints from. Codes are stable: none is ever given a
            second meaning.
            """
        let sections = CodeStory.table.map { story in
            let explanation = CodeExplanation(story)
            var parts = ["## \(story.code.id): \(story.code.title)", story.text, indented(story.wrong.shown)]
            parts += ["is reported as", indented(explanation.report(false))]
            if let right = story.right { parts += ["Instead:", indented(right.shown)] }
            return parts.joined(separator: "\n\n")
        }
        return ([introduction] + sections).joined(separator: "\n\n") + "\n"
    }

    package func text(usesColour: Bool) -> String {
        var parts = ["\(story.code.id): \(story.code.title)", Self.wrapped(story.text)]
        parts += ["Example:", Self.indented(story.wrong.shown), "is reported as", Self.indented(report(usesColour))]
        if let right = story.right { parts += ["Instead:", Self.indented(right.shown)] }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private func report(_ usesColour: Bool) -> String {
        let loaded = story.wrong.load()
        let renderer = TextRenderer(catalog: loaded.catalog, usesColour: usesColour)
        return loaded.diagnostics.first { $0.code == story.code }.map(renderer.render) ?? ""
    }

    private static func indented(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines.map { $0.isEmpty ? "" : "    " + $0 }.joined(separator: "\n")
    }

    private static func wrapped(_ text: String) -> String {
        var lines = [""]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].count + 1 + word.count > width { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines.joined(separator: "\n")
    }
}
