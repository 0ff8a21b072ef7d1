import Diagnostics

/// Says in people's words what libyaml could not read, at the place where a person would look for it.
struct YAMLProblem {
    private let failure: YAMLFailure
    private let source: SourceText

    init(_ failure: YAMLFailure, in source: SourceText) {
        self.failure = failure
        self.source = source
    }

    func diagnostic() -> Diagnostic {
        if let tab = indentingTab {
            return Diagnostic(
                ConfigurationCode.tab, "a tab where YAML allows only spaces", at: span(tab..<tab + 1),
                help: "indent with spaces")
        }
        return quoteProblem ?? bracketProblem ?? indentationProblem ?? characterProblem ?? otherProblem
    }

    // MARK: - Kinds

    private var quoteProblem: Diagnostic? {
        guard failure.context == "while scanning a quoted scalar" else {
            guard failure.context == "while parsing a quoted scalar" else { return nil }
            return Diagnostic(
                ConfigurationCode.syntax, "an unknown escape in text between double quotes", at: spanOfFault(length: 2),
                help: "write the backslash twice (`\\\\`), or put the text between single quotes")
        }
        let quote = failure.contextOffset
        return Diagnostic(
            ConfigurationCode.unclosedQuote, "this quote is never closed", at: span(quote..<quote + 1),
            help: "end the text with the same quote; write a quote within the text as `''` or `\\\"`")
    }

    private var bracketProblem: Diagnostic? {
        let isSequence = failure.context == "while parsing a flow sequence"
        guard isSequence || failure.context == "while parsing a flow mapping" else { return nil }
        let (bracket, end) = isSequence ? ("[", "]") : ("{", "}")
        let opening = failure.contextOffset
        return Diagnostic(
            ConfigurationCode.unclosedBracket, "what begins with `\(bracket)` here does not go on with `,` or `\(end)`",
            at: span(opening..<opening + 1),
            help: "close it with `\(end)`, and put quotes around text that contains `,`, `[`, `]`, `{` or `}`",
            related: [Diagnostic.Related(spanOfFault(length: 1), "read up to here")])
    }

    private var indentationProblem: Diagnostic? {
        let lines = IndentationProblem(at: failure.offset, in: source)
        switch failure.problem {
        case "did not find expected key" where isBehindQuote:
            return Diagnostic(
                ConfigurationCode.syntax, "text behind the end of a quoted value",
                at: spanOfFault(length: wordLength(at: failure.offset)),
                help: "put all of it between the quotes, with a quote inside written as `\\\"` or `''`")
        case "did not find expected key": return lines.ofKey() ?? misfit("a key of the mapping", "the mapping")
        case "did not find expected '-' indicator": return misfit("an item (`- …`) of the list", "the list")
        case "did not find expected <document start>": return lines.ofDocumentEnd()
        case "mapping values are not allowed in this context":
            return lines.ofColon()
                ?? Diagnostic(
                    ConfigurationCode.indentation, "a `:` where no key can stand", at: spanOfKey,
                    help: "put quotes around a value that contains `: `, or check the indentation of this line")
        case "block sequence entries are not allowed in this context", "mapping keys are not allowed in this context":
            return Diagnostic(
                ConfigurationCode.indentation, "no list or key can begin here", at: spanOfFault(length: 1),
                help: "put it on a line of its own, indented deeper than what it belongs to")
        case "could not find expected ':'":
            return IndentationProblem(at: failure.contextOffset, in: source).ofMissingColon(at: failure.contextOffset)
        default: return nil
        }
    }

    /// Of a line that is neither a further part of a list or mapping nor its end.
    private func misfit(_ part: String, _ whole: String) -> Diagnostic {
        let start = failure.contextOffset
        return Diagnostic(
            ConfigurationCode.indentation, "this is neither \(part) nor its end",
            at: spanOfFault(length: wordLength(at: failure.offset)),
            help: "indent everything that belongs together by the same number of spaces",
            related: [Diagnostic.Related(span(start..<start + wordLength(at: start)), "\(whole) begins here")])
    }

    private var characterProblem: Diagnostic? {
        switch failure.problem {
        case "found character that cannot start any token":
            let character = source.text(in: source.lineRange(at: failure.offset).clamped(to: failure.offset..<Int.max))
                .prefix(1)
            return Diagnostic(
                ConfigurationCode.syntax, "no value can begin with \(quotedForDisplay(String(character)))",
                at: spanOfFault(length: character.utf8.count), help: "put the value between quotes")
        case "found undefined tag handle":
            return Diagnostic(
                ConfigurationCode.tag, "an unknown tag", at: spanOfFault(length: wordLength(at: failure.offset)),
                help: "put text that begins with `!` between quotes")
        case "did not find expected alphabetic or numeric character":
            return Diagnostic(
                ConfigurationCode.alias, "no name follows this `&` or `*`",
                at: span(failure.contextOffset..<failure.contextOffset + 1),
                help: "put text that begins with `&` or `*` between quotes")
        default: return nil
        }
    }

    private var otherProblem: Diagnostic {
        let what: String
        switch failure.context {
        case "while scanning a block scalar": what = "a `|` or `>` that nothing but `+`, `-` or a digit may follow"
        case "while scanning a tag", "while parsing a tag": what = "a tag that cannot be read"
        case "while scanning a directive", "while scanning a %YAML directive", "while scanning a %TAG directive":
            what = "a directive (`%…`) that cannot be read"
        default: what = "text that is not YAML"
        }
        let problem = failure.problem.isEmpty ? "" : " (\(failure.problem))"
        return Diagnostic(
            ConfigurationCode.syntax, what + problem, at: spanOfFault(length: wordLength(at: failure.offset)),
            help: "put quotes around text that is not meant as YAML's punctuation")
    }

    // MARK: - Places

    /// A tab among the spaces that the faulty line begins with, or the tab that libyaml stopped at.
    private var indentingTab: Int? {
        let line = source.lineRange(at: failure.offset)
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let indentation = source.bytes[line].prefix(while: isBlank)
        let isQuote = failure.context == "while scanning a quoted scalar"
        if !isQuote, let tab = indentation.firstIndex(of: UInt8(ascii: "\t")) { return tab }
        let isTab = line.contains(failure.offset) && source.bytes[failure.offset] == UInt8(ascii: "\t")
        return isTab && failure.problem.contains("character") ? failure.offset : nil
    }

    /// Whether a closing quote is the last thing before the fault on its line.
    private var isBehindQuote: Bool {
        let line = source.lineRange(at: failure.offset)
        let before = source.bytes[line.lowerBound..<min(max(failure.offset, line.lowerBound), line.upperBound)]
        let last = before.last { $0 > UInt8(ascii: " ") }
        return last == UInt8(ascii: "\"") || last == UInt8(ascii: "'")
    }

    /// The word before a colon at the fault, with the colon.
    private var spanOfKey: SourceSpan {
        let line = source.lineRange(at: failure.offset)
        guard line.contains(failure.offset) else { return spanOfFault(length: 1) }
        let before = source.bytes[line.lowerBound..<failure.offset]
        let word = before.reversed().prefix { $0 > UInt8(ascii: " ") }.count
        return span(failure.offset - word..<failure.offset + 1)
    }

    private func span(_ range: Range<Int>) -> SourceSpan {
        SourceSpan(source.origin, source.wholeCharacters(around: range))
    }

    private func spanOfFault(length: Int) -> SourceSpan {
        span(failure.offset..<failure.offset + length)
    }

    /// Bytes up to the next blank or the end of the line, at least one.
    private func wordLength(at offset: Int) -> Int {
        let line = source.lineRange(at: offset)
        guard line.contains(offset) else { return 1 }
        return max(1, source.bytes[offset..<line.upperBound].prefix { $0 > UInt8(ascii: " ") }.count)
    }
}
