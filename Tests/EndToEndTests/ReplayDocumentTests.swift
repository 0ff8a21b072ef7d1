import Foundation
import Testing

/// The examples of docs/replay.md: files are written, commands run in order, and what they print is on the page.
///
/// Times, token counts and the version are not compared. `UPDATE_GOLDEN=1` writes the page's output anew.
@Suite(.timeLimit(.minutes(5))) struct ReplayDocumentTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../docs/replay.md")

    @Test func everyExampleDoesWhatThePageSays() async throws {
        let directory = try TemporaryDirectory()
        let program = BuiltProgram(name: "ailoopctl")
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        var lines: [String] = []
        var block: (tag: String, lines: [String])?
        var commands = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            guard line.hasPrefix("```") else {
                if block == nil { lines.append(line) } else { block?.lines.append(line) }
                continue
            }
            guard let ended = block else {
                block = (String(line.dropFirst(3)), [])
                lines.append(line)
                continue
            }
            if ended.tag == "console" {
                commands += 1
                let command = try #require(ended.lines.first)
                try #require(command.hasPrefix("$ ailoopctl "))
                // As on a terminal, where both outputs meet.
                let result = try await program.shell(
                    "exec 2>&1; ailoopctl() { \"$PROGRAM\" \"$@\"; }; \(command.dropFirst(2))",
                    environment: ["AILOOP_MOCK__FIRST_CHUNK_MS": "0", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0"],
                    in: directory.url)
                lines += [command] + Self.stable(result.output).dropLast()
            } else {
                let name = try #require(ended.tag.split(separator: " ").last.map(String.init))
                try directory.write(name, ended.lines.joined(separator: "\n") + "\n")
                lines += ended.lines
            }
            lines.append(line)
            block = nil
        }
        #expect(commands >= 7)
        let played = lines.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try played.write(to: Self.page, atomically: true, encoding: .utf8)
        }
        #expect(played == Self.stable(text).joined(separator: "\n"))
    }

    /// Lines without what changes from run to run or from version to version: times, token counts, the version.
    private static func stable(_ text: String) -> [String] {
        text.replacing(/\(\d+\.\d{3} s\)/, with: "(0.012 s)").replacing(/econds":\d+\.\d{3}/, with: "econds\":0.012")
            .replacing(/Tokens":\d+/, with: "Tokens\":12").replacing(
                /"ailoopctl":"[^"]+"/, with: "\"ailoopctl\":\"0.1.0\""
            )
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
