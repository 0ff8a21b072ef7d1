/// Composition of a session's system prompt.
package enum SystemPrompt {
    /// Joins, with an empty line between them: `override` where the client gave one, else `configured`; the client's
    /// `context`; the instruction to answer in `language`. What is absent or blank leaves no trace.
    ///
    /// - Parameter language: a name or a tag such as `German` or `de-DE`, given to the model as it is.
    package static func compose(
        configured: String, override: String? = nil, context: String? = nil, language: String? = nil
    ) -> String {
        var prompt = override ?? configured
        if let context, !context.isBlank { prompt.appendParagraph(context) }
        if let language, !language.isBlank { prompt.appendParagraph("Answer in this language: \(language)") }
        return prompt.isBlank ? "" : prompt
    }
}

extension String {
    fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }

    fileprivate mutating func appendParagraph(_ paragraph: String) {
        if isBlank {
            self = paragraph
        } else {
            self += "\n\n" + paragraph
        }
    }
}
