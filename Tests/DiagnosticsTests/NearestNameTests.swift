import Testing

@testable import Diagnostics

@Suite struct NearestNameTests {
    private static let names = [
        "host", "port", "path", "max_connections", "max_message_bytes", "warning", "ping_timeout_seconds",
    ]

    @Test(
        "a misspelt name finds the one that was meant",
        arguments: [
            ("prot", "port"), ("Port", "port"), ("max-connections", "max_connections"),
            ("maxconnections", "max_connections"),
            ("max_conections", "max_connections"), ("hsot", "host"), ("warn", "warning"), ("pathh", "path"),
            ("ping_timeout", "ping_timeout_seconds"),
        ])
    func near(written: String, meant: String) {
        #expect(nearestName(to: written, among: Self.names) == meant)
    }

    @Test("nothing is suggested for what is like nothing", arguments: ["colour", "x", "", "zzzz", "_", "日本"])
    func far(written: String) {
        #expect(nearestName(to: written, among: Self.names) == nil)
    }

    @Test("names of up to 64 characters are compared, longer ones are not")
    func longNames() {
        let name = String(repeating: "a", count: 64)
        #expect(nearestName(to: name, among: [name]) == name)
        #expect(nearestName(to: name + "a", among: [name + "a"]) == nil)
    }

    @Test("an edit is an insertion, a deletion, a substitution or a swap of neighbours")
    func distances() {
        let table: [(String, String, Int)] = [
            ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abd", 1),
            ("abc", "xabc", 1), ("kitten", "sitting", 3), ("ca", "abc", 3),
        ]
        for (left, right, distance) in table {
            #expect(
                editDistance(Array(left.unicodeScalars), Array(right.unicodeScalars)) == distance, "\(left) → \(right)")
        }
    }
}
