import JSON

/// Bodies of failed responses that were not written for programs: pages of proxies, plain words.
enum ErrorPage {
    /// What such a body says in a sentence; nil where there is nothing that may be shown.
    static func message(of text: String) -> String? {
        let first = text.first { !$0.isWhitespace }
        switch first {
        case nil:
            return nil
        case "{", "[":
            // Cut or broken JSON is not shown: it may hold anything, also what was sent.
            guard let value = try? JSONParser.parse(text) else { return nil }
            return UpstreamErrorReport(value).message
        case "<":
            return (element("title", of: text) ?? element("h1", of: text)).map { "a web page, \"\($0)\"" }
                ?? "a web page"
        default:
            return text
        }
    }

    /// The text of the first element of that name, without markup.
    private static func element(_ name: String, of page: String) -> String? {
        let bytes = Array(page.utf8)
        guard let open = find("<" + name, in: bytes, from: 0),
            let start = bytes[open...].firstIndex(of: 0x3E),
            let end = find("</" + name, in: bytes, from: start + 1)
        else { return nil }
        let text = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
        return text.contains("<") || text.allSatisfy(\.isWhitespace) ? nil : text
    }

    private static func find(_ text: String, in bytes: [UInt8], from start: Int) -> Int? {
        let wanted = Array(text.utf8)
        guard bytes.count - start >= wanted.count else { return nil }
        return (start...bytes.count - wanted.count).first { place in
            wanted.indices.allSatisfy { wanted[$0] == lowercased(bytes[place + $0]) }
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
