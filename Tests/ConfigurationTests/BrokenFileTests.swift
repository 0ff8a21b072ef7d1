import Configuration
import Diagnostics
import Foundation
import Testing

/// Every file in Tests/Fixtures/configuration, and beside it what is said of it. `UPDATE_GOLDEN=1` writes the latter anew.
@Suite struct BrokenFileTests {
    private static let directory = testsDirectory.appending(path: "Fixtures/configuration")
    private static let environment = ["KEY": "k", "SECRET_PORT": "80a"]

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    @Test("a broken file is described as it was agreed", arguments: names)
    func described(name: String) throws {
        let bytes = try Data(contentsOf: Self.directory.appending(path: name + ".yaml"))
        let files = MemoryFiles(files: [name + ".yaml": [UInt8](bytes)])
        let inputs = ConfigurationInputs(file: name + ".yaml", environment: Self.environment)
        let loaded = ConfigurationLoader(files: files).load(inputs)
        let golden = Self.directory.appending(path: name + ".txt")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try loaded.rendered.write(to: golden, atomically: true, encoding: .utf8)
        }
        #expect(loaded.rendered == (try String(contentsOf: golden, encoding: .utf8)))
        #expect(!loaded.diagnostics.isEmpty)
        for secret in ["0123456789", "topsecret", "hunter2", "80a"] { #expect(!loaded.rendered.contains(secret)) }
    }

    @Test("there are enough of them, and a description for each")
    func complete() throws {
        #expect(Self.names.filter { !$0.hasPrefix("many-") }.count >= 110)
        #expect(Self.names.filter { $0.hasPrefix("many-") }.count >= 12)
        let texts = try FileManager.default.contentsOfDirectory(atPath: Self.directory.path).filter {
            $0.hasSuffix(".txt")
        }
        #expect(texts.map { String($0.dropLast(4)) }.sorted() == Self.names)
    }

    @Test("every code is shown by a file, apart from those that need more than one")
    func codes() throws {
        var seen: Set<String> = []
        for name in Self.names {
            let text = try String(contentsOf: Self.directory.appending(path: name + ".txt"), encoding: .utf8)
            for match in text.matches(of: /\[(AL\d{3})\]/) { seen.insert(String(match.1)) }
        }
        let elsewhere = Set(["AL001", "AL002", "AL018", "AL023", "AL060", "AL063"] + (70...76).map { "AL0\($0)" })
        #expect(Set(ConfigurationCode.all.map(\.id)) == seen.union(elsewhere))
    }
}

@Suite struct ConfigurationCodeTests {
    @Test("codes are distinct and of one form")
    func distinct() {
        let codes = ConfigurationCode.all
        #expect(Set(codes.map(\.id)).count == codes.count)
        #expect(codes.allSatisfy { $0.id.wholeMatch(of: /AL\d{3}/) != nil && !$0.title.isEmpty })
    }
}
