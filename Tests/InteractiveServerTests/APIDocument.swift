import Foundation
import Testing

/// `docs/interactive_mode_api.md`, or another page of docs/: its examples, and the parts of it that are rendered from tables.
///
///     <!-- example: NAME -->          before each fenced block of `json` (a transcript) or `http`
///     <!-- reference: NAME -->        … rendered text …        <!-- end of reference -->
struct APIDocument {
    struct Example: Sendable, CustomTestStringConvertible {
        enum Language: String, Sendable { case json, http }

        var name: String
        var language: Language
        var text: String
        var testDescription: String { name }
    }

    private static let referenceStart = "<!-- reference: "
    private static let referenceEnd = "<!-- end of reference -->"

    private let url: URL
    private(set) var text: String

    init(_ name: String = "interactive_mode_api.md") throws {
        url =
            URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/\(name)")
            .standardizedFileURL
        text = try String(contentsOf: url, encoding: .utf8)
    }

    // MARK: Examples

    /// In the order of the document.
    ///
    /// - Throws: where a block of these languages has no name.
    func examples() throws -> [Example] {
        var examples: [Example] = []
        var lastLine = Substring()
        var open: Example?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if var example = open {
                if line == "```" {
                    examples.append(example)
                    open = nil
                } else {
                    example.text += line + "\n"
                    open = example
                }
            } else if line.hasPrefix("```"), let language = Example.Language(rawValue: String(line.dropFirst(3))) {
                guard let name = Self.name(in: lastLine, after: "<!-- example: ") else {
                    throw TestFailure("a block of \(language) has no name above it: \(lastLine)")
                }
                open = Example(name: name, language: language, text: "")
            }
            lastLine = line
        }
        return examples
    }

    private static func name(in line: Substring, after start: String) -> String? {
        guard line.hasPrefix(start), line.hasSuffix(" -->") else { return nil }
        return String(line.dropFirst(start.count).dropLast(4))
    }

    // MARK: References

    /// The names of the rendered parts, in the order of the document.
    var referenceNames: [String] {
        text.split(separator: "\n").compactMap { Self.name(in: $0, after: Self.referenceStart) }
    }

    func reference(_ name: String) -> String? {
        range(ofReference: name).map { String(text[$0]) }
    }

    mutating func setReference(_ name: String, to markdown: String) {
        if let range = range(ofReference: name) { text.replaceSubrange(range, with: markdown) }
    }

    private func range(ofReference name: String) -> Range<String.Index>? {
        guard let start = text.range(of: "\(Self.referenceStart)\(name) -->\n\n"),
            let end = text.range(of: "\n" + Self.referenceEnd, range: start.upperBound..<text.endIndex)
        else { return nil }
        return start.upperBound..<end.lowerBound
    }

    func write() throws {
        try text.write(to: url, atomically: true, encoding: .utf8)
    }
}
