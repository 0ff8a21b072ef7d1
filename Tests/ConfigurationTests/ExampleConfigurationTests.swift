import Configuration
import Diagnostics
import Foundation
import Testing

/// `config.yaml` at the top of the project.
@Suite struct ExampleConfigurationTests {
    @Test("the example is valid on a machine where nothing is set")
    func valid() throws {
        let loaded = load(try exampleConfiguration())
        #expect(loaded.lines.isEmpty)
        #expect(loaded.settings != nil)
    }

    @Test("the example names every key, with its default where it says no other")
    func complete() throws {
        let yaml = try exampleConfiguration()
        let loaded = load(yaml)
        var expected = Settings()
        expected.aiService = .mock
        expected.openRouter.model = loaded.effective.openRouter.model
        #expect(loaded.settings == expected)
        for key in SettingTable.keys {
            let name = key.path.split(separator: ".").last ?? ""
            #expect(yaml.contains(try Regex("(?m)^ *(# )?\(name):( |$)")), "\(key.path)")
            let isSet = loaded.origin(of: key.path).layer == .file
            #expect(isSet == (key.defaultValue != nil || key.path == "openrouter.model") || key.isSecret, "\(key.path)")
        }
    }

    @Test("with its comments taken off, the example names existing keys only")
    func commentedKeys() throws {
        let lines = try exampleConfiguration().split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.firstMatch(of: /^( *)# ([a-z_]+:( .*)?)$/).map { $0.1 + $0.2 } ?? line
        }
        let files = ["/run/secrets/openrouter": "key", "/run/secrets/ailoop-tokens": "token"]
        let loaded = load(lines.joined(separator: "\n"), environment: ["OPENROUTER_API_KEY": "key"], files: files)
        #expect(loaded.lines.isEmpty)
    }

    @Test("the example uses a real service where the environment says so and has a key")
    func realService() throws {
        let environment = ["AILOOP_AI_SERVICE": "openrouter", "OPENROUTER_API_KEY": "key"]
        #expect(load(try exampleConfiguration(), environment: environment).settings?.aiService == .openrouter)
    }
}

/// Whatever a file holds, loading ends with settings, or with errors that have a place.
@Suite struct AnyInputTests {
    @Test("any mutation of the example's bytes gives settings or located errors", arguments: 0..<4)
    func mutations(part: UInt64) throws {
        let original = Array(try exampleConfiguration().utf8)
        var generator = SplitMix(state: 0xA11_0000 + part)
        let pieces = [
            ":", " ", "\n", "\t", "\"", "'", "[", "{", "}", "-", "&a ", "*a", "!!", "|", "${", "#", "\u{0}", "é",
            "<<: ", "---\n",
        ]
        for round in 0..<100 {
            var bytes = original
            for _ in 0..<Int(generator.next() % 4 + 1) {
                let index = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 5 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes.remove(at: index)
                case 2:
                    bytes.insert(
                        contentsOf: Array(pieces[Int(generator.next() % UInt64(pieces.count))].utf8), at: index)
                case 3: bytes.removeSubrange(index..<min(bytes.count, index + Int(generator.next() % 40)))
                default: bytes.replaceSubrange(index..<index, with: bytes[index..<min(bytes.count, index + 30)])
                }
            }
            checkAnyInput(bytes, "seed \(part), round \(round)")
        }
    }

    /// The bytes are shared out between the cases, so that these run at the same time.
    @Test("the example with any one byte changed gives settings or located errors", arguments: 0..<8)
    func everyByte(part: Int) throws {
        let original = Array(try exampleConfiguration().utf8)
        let replacements = Array("\0\t\n :#\"[{&*!|$%-aé".utf8) + [0xFF, 0x80]
        for index in stride(from: part, to: original.count, by: 8) {
            var bytes = original
            bytes[index] = replacements[index / 8 % replacements.count]
            checkAnyInput(bytes, "byte \(index)")
        }
    }

    @Test("the example cut off anywhere gives settings or located errors")
    func truncations() throws {
        let original = Array(try exampleConfiguration().utf8)
        for length in stride(from: 0, through: original.count, by: 23) {
            checkAnyInput(Array(original[..<length]), "\(length) bytes")
        }
    }
}

/// Whatever a file holds, loading ends with settings, or with errors that have a place in it.
func checkAnyInput(_ bytes: [UInt8], _ what: @autoclosure () -> String) {
    let files = MemoryFiles(files: ["config.yaml": bytes])
    let loaded = ConfigurationLoader(files: files).load(ConfigurationInputs(environment: ["HOME": "/x"]))
    #expect((loaded.settings == nil) == loaded.diagnostics.contains { $0.severity == .error }, "\(what())")
    let count = loaded.catalog[.file("config.yaml")]?.bytes.count ?? 0
    for diagnostic in loaded.diagnostics {
        #expect(diagnostic.span.range.upperBound <= count, "\(what()): \(diagnostic)")
        for related in diagnostic.related { #expect(related.span.range.upperBound <= count, "\(what())") }
    }
    #expect(loaded.diagnostics.isEmpty || !loaded.rendered.isEmpty)
}

/// A small generator with a seed (SplitMix64).
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
