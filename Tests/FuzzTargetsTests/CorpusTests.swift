import Foundation
import FuzzTargets
import Testing

/// Replays what the fuzzer starts from and what it has found before.
struct CorpusTests {
    @Test func `Every target has its corpus, and every corpus its target`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.corpora.path)
        #expect(names.sorted() == FuzzTarget.allCases.map(\.rawValue).sorted())
    }

    @Test(arguments: FuzzTarget.allCases)
    func `Every input of the corpus holds what its fuzz target checks`(target: FuzzTarget) throws {
        let directory = Self.corpora.appending(path: target.rawValue)
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        #expect(files.count >= 8)
        for file in files {
            let input = [UInt8](try Data(contentsOf: file))
            do {
                try target.check(input)
                try target.check(Array(input.prefix(input.count / 2)))
                try target.check(input + input)
            } catch {
                Issue.record("\(file.lastPathComponent): \(error)")
            }
        }
    }

    private static let corpora = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Corpora")
        .standardizedFileURL
}
