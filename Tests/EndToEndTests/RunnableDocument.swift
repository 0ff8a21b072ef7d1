import Foundation
import Testing

/// A page of docs/ whose examples run: a block tagged with a file's name is that file, one tagged `console` is a command behind
/// `$ ` and what it shows.
struct RunnableDocument {
    /// Of the page, in docs/.
    let name: String
    /// Makes alike what changes from run to run.
    let stable: (String) -> String

    private var url: URL { projectDirectory.appending(path: "docs").appending(path: name) }

    /// Writes the files and runs the commands in their order, in one directory, and compares all that they show.
    /// `UPDATE_GOLDEN=1` writes the page's output anew.
    ///
    /// - Parameter run: what a command shows, given what the page says; nil: it cannot be run here.
    /// - Returns: how many commands ran.
    @discardableResult
    func check(
        _ run: (_ command: String, _ shown: [String], _ directory: URL) async throws -> String?
    ) async throws -> Int {
        let directory = try TemporaryDirectory()
        let text = try String(contentsOf: url, encoding: .utf8)
        var lines: [String] = []
        var block: (tag: String, lines: [String])?
        var count = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            guard line.hasPrefix("```") else {
                if block == nil { lines.append(line) } else { block?.lines.append(line) }
                continue
            }
            if let ended = block {
                if ended.tag == "console" {
                    let command = try #require(ended.lines.first)
                    try #require(command.hasPrefix("$ "))
                    let shown = Array(ended.lines.dropFirst())
                    let output = try await run(String(command.dropFirst(2)), shown, directory.url)
                    count += output == nil ? 0 : 1
                    lines += [command] + (output.map { Self.lines(of: stable($0)).dropLast() } ?? shown[...])
                } else {
                    if let name = ended.tag.split(separator: " ").dropFirst().last {
                        try directory.write(String(name), ended.lines.joined(separator: "\n") + "\n")
                    }
                    lines += ended.lines
                }
                block = nil
            } else {
                block = (String(line.dropFirst(3)), [])
            }
            lines.append(line)
        }
        let played = lines.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try played.write(to: url, atomically: true, encoding: .utf8)
        }
        #expect(played == stable(text))
        return count
    }

    private static func lines(of text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
