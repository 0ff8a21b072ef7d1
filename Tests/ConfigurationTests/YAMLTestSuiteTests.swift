import Configuration
import Diagnostics
import Foundation
import JSON
import Testing

/// The public yaml-test-suite (branch `data` of github.com/yaml/yaml-test-suite), where `AILOOP_YAML_TEST_SUITE` names a
/// directory with it. The project has a table of its own besides: Tests/Fixtures/yaml/cases.txt.
@Suite struct YAMLTestSuiteTests {
    private static let directory = ProcessInfo.processInfo.environment["AILOOP_YAML_TEST_SUITE"]

    /// Names of the cases, each a directory with `in.yaml`.
    private static let cases: [String] = {
        guard let directory, let files = FileManager.default.enumerator(atPath: directory) else { return [] }
        return files.compactMap { ($0 as? String).flatMap { $0.hasSuffix("/in.yaml") ? String($0.dropLast(8)) : nil } }
            .sorted()
    }()

    private func read(_ name: String, _ file: String) -> [UInt8]? {
        (try? Data(contentsOf: URL(filePath: "\(Self.directory ?? "")/\(name)/\(file)"))).map { [UInt8]($0) }
    }

    /// Where libyaml takes what the suite refuses, or reads it otherwise; RR7F has its keys in another order.
    private static let deviations: Set = [
        "652Z", "9C9N", "9JBA", "CVW2", "DK95/01", "G5U8", "HM87/01", "JEF9/02", "L24T/01", "MUS6/00", "QB6E", "RR7F",
        "S98Z",
        "SU5Z", "X4QW", "Y2GN", "Y79Y/003", "YJV2",
    ]

    @Test(
        "no case of the suite crashes, and what is taken is read as the suite says",
        .enabled(if: directory != nil, "AILOOP_YAML_TEST_SUITE names no copy of the yaml-test-suite"))
    func suite() throws {
        #expect(Self.cases.count > 300)
        var counts = [0, 0, 0]
        for name in Self.cases {
            let bytes = try #require(read(name, "in.yaml"))
            checkAnyInput(bytes, name)
            let document = YAMLDocument(parsing: SourceText(.file("in.yaml"), bytes: bytes))
            guard document.diagnostics.isEmpty else {
                counts[1] += 1
                continue
            }
            counts[0] += 1
            let isError = read(name, "error") != nil
            let expected = read(name, "in.json").flatMap { try? JSONParser.parse($0) }
            let value = document.root?.jsonValue() ?? .null
            let agrees = !isError && (expected == nil || expected == value)
            if !agrees { counts[2] += 1 }
            #expect(agrees || Self.deviations.contains(name), "\(name): \(value.jsonText)")
        }
        print("yaml-test-suite: \(counts[0]) taken, \(counts[1]) refused, \(counts[2]) read otherwise")
    }
}
