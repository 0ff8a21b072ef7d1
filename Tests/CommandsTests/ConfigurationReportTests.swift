import Configuration
import Foundation
import JSON
import Observability
import Testing

@testable import Commands

/// What a log tells of a configuration.
@Suite struct ConfigurationReportTests {
    private struct Files: FileReading {
        var text: String

        func read(_ path: String, maximumBytes: Int) throws(FileReadError) -> [UInt8] {
            if path == "config.yaml" { return Array(text.utf8) }
            throw .notFound
        }
    }

    private func lines(_ text: String) throws -> [JSONValue] {
        let path = FileManager.default.temporaryDirectory.appending(path: "ailoop-log-\(UUID())").path
        defer { unlink(path) }
        let log = try Logger(format: .json, sink: .file(path))
        let loaded = ConfigurationLoader(files: Files(text: text)).load(ConfigurationInputs())
        ConfigurationReport(loaded).write(to: log)
        log.close(within: 60_000_000_000)
        let written = try String(contentsOfFile: path, encoding: .utf8)
        return try written.split(separator: "\n").map { try JSONParser.parse(String($0)) }
    }

    @Test("each fault is a line, with its help where there is some, and behind it its second place")
    func faults() throws {
        let lines = try lines("ai_service: mock\nserver:\n  port: 1\n  port: 2\n  path: 5\nlogging: {level: [x]}\n")
        #expect(
            lines.map { $0["message"]?.string?.prefix(12) } == [
                "the key `por", "it stands he", "`server.path", "`logging.lev",
            ])
        #expect(lines.map { $0["line"]?.int } == [4, 3, 5, 6])
        #expect(lines.map { $0["help"] == nil } == [false, true, false, true])
    }

    @Test("where some are not told, the last line tells how many there are")
    func dropped() throws {
        let unknown = (0..<ConfigurationLoader.maximumDiagnostics).map { "unknown\($0): 1\n" }.joined()
        #expect(try lines("ai_service: mock\n" + unknown).count == ConfigurationLoader.maximumDiagnostics)
        let last = try lines("ai_service: mock\n" + unknown + "another: 1\n").last
        #expect(last?["message"] == "config.yaml: 200 errors, 1 more not shown")
    }
}
