import Diagnostics
import Foundation
import Testing

@testable import Replaying

/// docs/replay.md names everything that there is.
@Suite struct ReplayDocumentationTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../docs/replay.md")

    /// First cells of the page's tables, without backticks.
    private func rows() throws -> [String] {
        try String(contentsOf: Self.page, encoding: .utf8).split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| `"), let end = line.dropFirst(3).firstIndex(of: "`") else { return nil }
            return String(line.dropFirst(3)[..<end])
        }
    }

    @Test("every kind of failure, command and keyword has its row, and every param is named")
    func complete() throws {
        let rows = try rows()
        for kind in PlayFailure.Kind.allCases { #expect(rows.contains(kind.rawValue)) }
        for word in TextScriptParser.commandWords { #expect(rows.contains { $0.hasPrefix(word) }) }
        for keyword in TextScriptParser.keywords { #expect(rows.contains { $0.hasPrefix(keyword + ": ") }) }
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        for name in SessionParamNames.texts { #expect(text.contains("`\(name)=`")) }
        for command in CommandSpecification.all {
            let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| `\(command.name)` |") })
            for param in command.params { #expect(row.contains("`\(param.name)`" + (param.isRequired ? "" : "?"))) }
        }
    }

    @Test("codes are distinct and of one form")
    func codes() {
        let codes = ScriptCode.all
        #expect(Set(codes.map(\.id)).count == codes.count)
        #expect(codes.allSatisfy { $0.id.wholeMatch(of: /AL1\d{2}/) != nil && !$0.title.isEmpty })
    }
}
