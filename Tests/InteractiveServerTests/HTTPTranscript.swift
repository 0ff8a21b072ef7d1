import Foundation

/// A request and its response, as the API's document writes them: one below the other, with an empty line between them.
///
/// In the response a line `…` stands for any lines.
struct HTTPTranscript {
    let request: String
    private let response: [String]

    init(_ text: String) throws {
        guard let boundary = text.range(of: "\n\nHTTP/1.1 ") else { throw TestFailure("no response in: \(text)") }
        request = String(text[..<boundary.lowerBound]).replacing("\n", with: "\r\n") + "\r\n\r\n"
        response = Self.lines(of: "HTTP/1.1 \(text[boundary.upperBound...])")
    }

    private static func lines(of text: String) -> [String] {
        var lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last == "" { lines.removeLast() }
        return lines.map(String.init)
    }

    /// What differs; nil: nothing.
    func mismatch(with answer: String) -> String? {
        var rest = Self.lines(of: answer)[...]
        var maySkip = false
        for line in response {
            if line == "…" {
                maySkip = true
                continue
            }
            guard let place = rest.firstIndex(of: line), maySkip || place == rest.startIndex else {
                return "\"\(line)\" was awaited, this came: \(rest.first ?? "nothing")"
            }
            rest = rest[(place + 1)...]
            maySkip = false
        }
        return rest.isEmpty || maySkip ? nil : "this is too much: \(rest)"
    }
}
