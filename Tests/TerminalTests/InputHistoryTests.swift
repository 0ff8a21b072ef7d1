import Foundation
import Testing

@testable import Terminal

@Suite struct InputHistoryTests {
    @Test func equalEntriesStandOnceAtTheirLatestPlace() {
        #expect(InputHistory(["a", "b", "a", "a", "c"]).entries == ["b", "a", "c"])
    }

    @Test func blankEntriesAndThoseBehindABlankAreNotKept() {
        #expect(InputHistory(["", "  ", " secret", "\n", "a "]).entries == ["a "])
    }

    @Test func theOldestGoesAtTheLimit() {
        let most = (1...InputHistory.maximumEntries).map { "\($0)" }
        #expect(InputHistory(most).entries == most)
        #expect(InputHistory(most + ["new"]).entries == most.dropFirst() + ["new"])
    }

    @Test func longEntriesAreNotKept() {
        let longest = String(repeating: "x", count: InputHistory.maximumEntryBytes)
        #expect(InputHistory([longest]).entries == [longest])
        #expect(InputHistory([longest + "x"]).entries == [])
    }
}

@Suite struct HistoryFileTests {
    private static func withDirectory(_ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "history-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory)
    }

    private static func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func whatIsAppendedIsLoaded() throws {
        try Self.withDirectory { directory in
            let file = HistoryFile(path: directory.appending(path: "new/state/history").path)
            #expect(file.load() == InputHistory())
            let entries = ["one", "two\nlines", #"back\slash \n"#, "é界🙂", "one"]
            for entry in entries { #expect(file.append(entry)) }
            #expect(file.load() == InputHistory(entries))
            let modes = try [file.path, directory.appending(path: "new/state").path].map { try Self.mode(of: $0) }
            #expect(modes == [0o600, 0o700])
        }
    }

    @Test func anOpenFileIsClosedToOthers() throws {
        try Self.withDirectory { directory in
            let path = directory.appending(path: "history").path
            try Data("old\n".utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(HistoryFile(path: path).load().entries == ["old"])
            let mode = try Self.mode(of: path)
            #expect(mode == 0o600)
        }
    }

    @Test func aFilePastItsLinesIsWrittenAnewWithTheNewest() throws {
        try Self.withDirectory { directory in
            let path = directory.appending(path: "history").path
            let file = HistoryFile(path: path)
            let lines = { [UInt8](try Data(contentsOf: URL(filePath: path))).count { $0 == 0x0A } }
            let most = (1...HistoryFile.maximumLines).map { "\($0)\n" }.joined()
            try Data(most.utf8).write(to: URL(filePath: path))
            _ = file.load()
            let linesAtLimit = try lines()
            #expect(linesAtLimit == HistoryFile.maximumLines)
            try Data((most + "last\n").utf8).write(to: URL(filePath: path))
            #expect(file.load().entries.last == "last")
            let (linesLeft, mode) = (try lines(), try Self.mode(of: path))
            #expect(linesLeft == InputHistory.maximumEntries)
            #expect(mode == 0o600)
            #expect(file.load().entries.count == InputHistory.maximumEntries)
        }
    }

    @Test func ofAFilePastItsBytesTheEndIsRead() throws {
        try Self.withDirectory { directory in
            let path = directory.appending(path: "history").path
            let line = String(repeating: "x", count: 99_999) + "\n"
            let start = String(repeating: line, count: HistoryFile.maximumBytes / line.utf8.count + 1)
            try Data((start + "last\n").utf8).write(to: URL(filePath: path))
            let file = HistoryFile(path: path)
            #expect(file.load().entries == ["last"])
            let left = try String(contentsOfFile: path, encoding: .utf8)
            #expect(left == "last\n")
        }
    }

    @Test func whatCannotBeReadOrWrittenIsNoReasonToStop() throws {
        let file = HistoryFile(path: "/proc/no/such/history")
        #expect(file.load() == InputHistory())
        #expect(!file.append("x"))
    }

    @Test func thePlaceIsThatOfTheStandard() {
        #expect(HistoryFile(named: "h", environment: ["XDG_STATE_HOME": "/s", "HOME": "/h"])?.path == "/s/ailoopctl/h")
        #expect(HistoryFile(named: "h", environment: ["HOME": "/h"])?.path == "/h/.local/state/ailoopctl/h")
        #expect(
            HistoryFile(named: "h", environment: ["XDG_STATE_HOME": "relative", "HOME": "/h"])?.path
                == "/h/.local/state/ailoopctl/h")
        #expect(HistoryFile(named: "h", environment: [:]) == nil)
    }
}
