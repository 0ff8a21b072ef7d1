import Wire

/// `method SP request-target SP HTTP-version` (RFC 9112 §3).
struct RequestLine: Sendable {
    let method: String
    let target: String
    let minorVersion: Int

    /// Takes exactly one space between the parts: what splits at any whitespace can be made to see another target.
    init(_ line: UnsafeRawBufferPointer) throws(HTTPParseError) {
        guard let methodEnd = line.firstOffset(of: 0x20, in: 0..<line.count),
            FieldCharacters.isToken(line[..<methodEnd])
        else {
            throw HTTPParseError(.invalidRequestLine, "The request does not start with a method.")
        }
        guard let targetEnd = line.firstOffset(of: 0x20, in: methodEnd + 1..<line.count) else {
            throw HTTPParseError(.invalidRequestLine, "The request line has no HTTP version.")
        }
        let target = line[(methodEnd + 1)..<targetEnd]
        guard !target.isEmpty, target.allSatisfy(FieldCharacters.isVisible) else {
            throw HTTPParseError(
                .invalidRequestLine, "The request target is empty or holds a character that it must not.")
        }
        method = String(decoding: line[..<methodEnd], as: UTF8.self)
        self.target = String(decoding: target, as: UTF8.self)
        guard let minorVersion = try HTTPVersion.minorVersion(line[(targetEnd + 1)...]) else {
            throw HTTPParseError(.invalidRequestLine, "The request line does not end in an HTTP version.")
        }
        self.minorVersion = minorVersion
        guard Self.hasForm(of: self.target, method: method) else {
            throw HTTPParseError(.invalidRequestLine, "The request target is neither a path nor an absolute URL.")
        }
    }

    /// The four forms of RFC 9112 §3.2.
    private static func hasForm(of target: String, method: String) -> Bool {
        if method == "CONNECT" { return !target.utf8.contains(0x2F) }
        if target.utf8.first == 0x2F { return true }
        if target == "*" { return method == "OPTIONS" }
        let scheme = target.utf8.prefix { $0 != 0x3A }
        return scheme.count > 0 && target.utf8.dropFirst(scheme.count).starts(with: "://".utf8)
    }
}

/// `HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 §4).
struct StatusLine: Sendable {
    let minorVersion: Int
    let status: Int
    let reason: String

    /// The space after the code may be missing where no reason follows: servers leave it out, and nothing is lost.
    init(_ line: UnsafeRawBufferPointer) throws(HTTPParseError) {
        guard line.count >= 12, line[8] == 0x20, let minorVersion = try HTTPVersion.minorVersion(line[..<8]) else {
            throw HTTPParseError(.invalidStatusLine, "The response does not start with an HTTP version.")
        }
        self.minorVersion = minorVersion
        guard line[9...11].allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), line[9] != 0x30,
            line.count == 12 || line[12] == 0x20
        else {
            throw HTTPParseError(.invalidStatusLine, "The response has no status code of three digits.")
        }
        status = line[9...11].reduce(0) { $0 * 10 + Int($1) - 0x30 }
        let reason = UnsafeRawBufferPointer(rebasing: line[min(13, line.count)...])
        guard FieldCharacters.isFieldContent(reason) else {
            throw HTTPParseError(.invalidStatusLine, "The response's reason phrase holds a control character.")
        }
        self.reason = String(decoding: reason, as: UTF8.self)
    }
}

/// `"HTTP/" DIGIT "." DIGIT` (RFC 9112 §2.3).
enum HTTPVersion {
    /// The minor version, at most 1 as that is the highest known here; nil where this is no version at all.
    static func minorVersion(_ bytes: UnsafeRawBufferPointer.SubSequence) throws(HTTPParseError) -> Int? {
        let start = bytes.startIndex
        guard bytes.count == 8, bytes.starts(with: "HTTP/".utf8), bytes[start + 6] == 0x2E,
            let major = digit(bytes[start + 5]), let minor = digit(bytes[start + 7])
        else { return nil }
        guard major == 1 else {
            throw HTTPParseError(.unsupportedVersion, "The HTTP version spoken here is 1.1.")
        }
        return min(minor, 1)
    }

    private static func digit(_ byte: UInt8) -> Int? {
        byte >= 0x30 && byte <= 0x39 ? Int(byte) - 0x30 : nil
    }
}

/// `Host` (RFC 9112 §3.2): exactly once in HTTP/1.1, at most once in 1.0.
enum HostField {
    static func check(_ head: RequestHead) throws(HTTPParseError) {
        let hosts = head.headers.all("Host")
        guard hosts.count <= 1 else { throw HTTPParseError(.invalidHost, "Host is given more than once.") }
        guard let host = hosts.first else {
            if head.minorVersion == 0 { return }
            throw HTTPParseError(.invalidHost, "Host is missing.")
        }
        guard host.utf8.allSatisfy(isHostCharacter) else {
            throw HTTPParseError(.invalidHost, "Host holds a character that no host has.")
        }
    }

    /// What `uri-host [ ":" port ]` is made of, but for the comma: where one stands, two fields were joined.
    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~%:[]!$&'()*+;=".utf8.contains(byte)
        }
    }
}
