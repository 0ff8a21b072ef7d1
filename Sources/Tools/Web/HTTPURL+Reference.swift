import HTTP1

extension HTTPURL {
    /// The URL that a reference within this one's answer, such as a redirect's, stands for (RFC 3986 §5.2). Without its
    /// fragment, which is never sent.
    func resolving(_ reference: String) -> String {
        let reference = String(reference.prefix { $0 != "#" })
        guard !Self.hasScheme(reference) else { return reference }
        if reference.hasPrefix("//") { return "\(scheme.rawValue):\(reference)" }
        let (path, query) = Self.parts(of: reference)
        let (basePath, baseQuery) = Self.parts(of: target)
        if path.isEmpty { return origin + basePath + (query.isEmpty ? baseQuery : query) }
        if path.hasPrefix("/") { return origin + Self.withoutDots(path) + query }
        let directory = basePath[...(basePath.lastIndex(of: "/") ?? basePath.startIndex)]
        return origin + Self.withoutDots(directory + path) + query
    }

    private static func hasScheme(_ reference: String) -> Bool {
        guard let colon = reference.firstIndex(of: ":"), let first = reference.first, first.isASCII, first.isLetter
        else { return false }
        return reference[..<colon].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    }

    /// The query with its question mark.
    private static func parts(of text: String) -> (path: Substring, query: Substring) {
        let end = text.firstIndex(of: "?") ?? text.endIndex
        return (text[..<end], text[end...])
    }

    /// RFC 3986 §5.2.4.
    private static func withoutDots(_ path: Substring) -> String {
        var kept: [Substring] = []
        let names = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (index, name) in names.enumerated() {
            let isLast = index == names.count - 1
            if name == ".." { _ = kept.popLast() }
            if name != ".", name != ".." {
                kept.append(name)
            } else if isLast {
                kept.append("")
            }
        }
        return "/" + kept.joined(separator: "/")
    }
}
