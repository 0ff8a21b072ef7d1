import Configuration
import Diagnostics
import Foundation
import JSON
import Testing

/// Tests/Fixtures/yaml/cases.txt: documents of every part of YAML, each with what it is read as.
@Suite struct YAMLCasesTests {
    private static let file = testsDirectory.appending(path: "Fixtures/yaml/cases.txt")

    private struct Case {
        var name: String
        var document: String
        var expected: String
    }

    private static func text(_ shown: String) -> String {
        let text = shown.replacing("␉", with: "\t").replacing("␍", with: "\r").replacing("␠", with: " ")
        return text.hasSuffix("∅\n") ? String(text.dropLast(2)) : text
    }

    private static func cases(in text: String) -> [Case] {
        text.components(separatedBy: "\n== ").dropFirst().compactMap { part in
            let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
            guard let end = lines.firstIndex(of: "--") else { return nil }
            let document = lines[1..<end].map { $0 + "\n" }.joined()
            let expected = lines[(end + 1)...].first.map(String.init) ?? ""
            return Case(name: String(lines[0]), document: Self.text(document), expected: expected)
        }
    }

    private static func outcome(_ document: String) -> String {
        let read = YAMLDocument(parsing: SourceText(.file("a.yaml"), text: document))
        guard read.diagnostics.isEmpty else {
            return read.diagnostics.map { diagnostic in
                let source = SourceText(.file("a.yaml"), text: document)
                let place = source.position(at: diagnostic.span.range.lowerBound)
                return "\(diagnostic.code.id) \(place.line):\(place.column)"
            }.joined(separator: ", ")
        }
        return (read.root?.jsonValue() ?? .null).jsonText
    }

    @Test("each document is read as what it says, or refused for what is wrong with it")
    func table() throws {
        var text = try String(contentsOf: Self.file, encoding: .utf8)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            var parts = text.components(separatedBy: "\n== ")
            for index in parts.indices.dropFirst() {
                guard let end = parts[index].range(of: "\n--\n") ?? parts[index].range(of: "\n--", options: .backwards),
                    let known = Self.cases(in: "\n== " + parts[index] + "\n").first
                else { continue }
                var rest = parts[index][end.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
                if let first = rest.first, !first.isEmpty { rest.removeFirst() }
                parts[index] =
                    parts[index][..<end.lowerBound] + "\n--\n" + Self.outcome(known.document)
                    + rest.map { "\n" + $0 }.joined()
            }
            text = parts.joined(separator: "\n== ")
            try text.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        let cases = Self.cases(in: text)
        #expect(cases.count >= 150)
        #expect(Set(cases.map(\.name)).count == cases.count)
        for item in cases { #expect(Self.outcome(item.document) == item.expected, "\(item.name)") }
    }

    @Test("every document, with any byte of three changed or cut off there, gives a configuration or located errors")
    func anyInput() throws {
        for item in Self.cases(in: try String(contentsOf: Self.file, encoding: .utf8)) {
            let bytes = Array(item.document.utf8)
            for length in stride(from: 0, through: bytes.count, by: 3) {
                checkAnyInput(Array(bytes[..<length]), "\(item.name), \(length) bytes")
            }
            for index in stride(from: 1, to: bytes.count, by: 3) {
                var changed = bytes
                changed[index] = UInt8(truncatingIfNeeded: index &* 37 &+ Int(changed[index]) &+ 1)
                checkAnyInput(changed, "\(item.name), byte \(index)")
            }
        }
    }
}
