import Foundation
import FuzzTargets
import Testing

/// Replays what the fuzzer starts from and what it has found before.
struct CorpusTests {
    @Test(arguments: FuzzTarget.allCases)
    func `Every input of the corpus holds what its fuzz target checks`(target: FuzzTarget) throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Corpora")
            .appending(path: target.rawValue)
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
}
