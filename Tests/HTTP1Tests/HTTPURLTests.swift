import HTTP1
import Testing

@Suite("URLs")
struct HTTPURLTests {
    struct Good: Sendable, CustomTestStringConvertible {
        let text: String
        let host: String
        let port: Int
        let target: String
        let hostField: String
        var testDescription: String { text }
    }

    @Test(
        "Parts of a URL",
        arguments: [
            Good(text: "http://a", host: "a", port: 80, target: "/", hostField: "a"),
            Good(text: "https://a/", host: "a", port: 443, target: "/", hostField: "a"),
            Good(text: "ws://a:80", host: "a", port: 80, target: "/", hostField: "a"),
            Good(text: "wss://a:80?x", host: "a", port: 80, target: "/?x", hostField: "a:80"),
            Good(
                text: "HTTPS://OpenRouter.AI/api/v1?a=/b?c", host: "openrouter.ai", port: 443, target: "/api/v1?a=/b?c",
                hostField: "openrouter.ai"),
            Good(
                text: "http://127.0.0.1:8000/ws", host: "127.0.0.1", port: 8000, target: "/ws",
                hostField: "127.0.0.1:8000"),
            Good(text: "http://[::1]:65535/", host: "::1", port: 65535, target: "/", hostField: "[::1]:65535"),
            Good(text: "http://[FE80::1]", host: "fe80::1", port: 80, target: "/", hostField: "[fe80::1]"),
            Good(
                text: "http://my_host.:1/a//b/../c", host: "my_host.", port: 1, target: "/a//b/../c",
                hostField: "my_host.:1"),
            Good(
                text: "http://a/%20é".replacing("é", with: "%C3%A9") + "#frag", host: "a", port: 80,
                target: "/%20%C3%A9", hostField: "a"),
            Good(text: "http://a#frag", host: "a", port: 80, target: "/", hostField: "a"),
        ])
    func parts(_ good: Good) throws {
        let url = try HTTPURL(good.text)
        #expect(url.host == good.host)
        #expect(url.port == good.port)
        #expect(url.target == good.target)
        #expect(url.hostField == good.hostField)
    }

    @Test("Secure schemes, and the origin that connections are shared by")
    func origin() throws {
        #expect(try HTTPURL("https://a/b").isSecure)
        #expect(try HTTPURL("wss://a/b").isSecure)
        #expect(try !HTTPURL("http://a/b").isSecure)
        #expect(try !HTTPURL("ws://a/b").isSecure)
        #expect(try HTTPURL("https://A:443/b").origin == "https://a")
        #expect(try HTTPURL("http://[::1]:8080/b").origin == "http://[::1]:8080")
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let text: String
        let kind: HTTPURLError.Kind

        init(_ text: String, _ kind: HTTPURLError.Kind) {
            self.text = text
            self.kind = kind
        }

        var testDescription: String { text.debugDescription }
    }

    static let bad: [Bad] = [
        .init("", .noScheme), .init("a.example", .noScheme), .init("//a", .noScheme), .init("http:/a", .noScheme),
        .init("http:a", .noScheme),
        .init("localhost:8000", .noScheme), .init("/a://b", .unknownScheme), .init("ftp://a", .unknownScheme),
        .init("://a", .unknownScheme),
        .init(" http://a", .unknownScheme), .init("file:///etc/passwd", .unknownScheme),
        .init("http://u:p@a", .userInformation), .init("http://u@a/", .userInformation),
        .init("http://@a", .userInformation),
        .init("http://", .noHost), .init("http:///x", .noHost), .init("http://:80", .noHost),
        .init("http://?x", .noHost),
        .init("http://a b/", .invalidHost), .init("http://ä/", .invalidHost), .init("http://a..b", .invalidHost),
        .init("http://.", .invalidHost), .init("http://.a", .invalidHost), .init("http://a%41", .invalidHost),
        .init("http://a\\b", .invalidHost),
        .init("http://a\r\nHost: b", .invalidHost), .init("http://\(String(repeating: "a", count: 64))", .invalidHost),
        .init("http://[::1", .invalidHost), .init("http://[1]", .invalidHost), .init("http://[]", .invalidHost),
        .init("http://[:::]", .invalidHost),
        .init("http://[1::2::3]", .invalidHost), .init("http://[1:2:3:4:5:6:7]", .invalidHost),
        .init("http://[1:2:3:4:5:6:7:8:9]", .invalidHost), .init("http://[1:2:3:4:5:6:7:8::]", .invalidHost),
        .init("http://[12345::]", .invalidHost), .init("http://[g::]", .invalidHost),
        .init("http://[fe80::1%25eth0]", .invalidHost),
        .init("http://[1.2.3.4::]", .invalidHost), .init("http://[::256.1.1.1]", .invalidHost),
        .init("http://[::1.1.1]", .invalidHost),
        .init("http://::1/", .invalidHost), .init("http://a:", .invalidPort), .init("http://a:x", .invalidPort),
        .init("http://a:0", .invalidPort),
        .init("http://a:65536", .invalidPort), .init("http://a:-1", .invalidPort), .init("http://a:+1", .invalidPort),
        .init("http://a:000080", .invalidPort), .init("http://[::1]80", .invalidPort),
        .init("http://a:80:80", .invalidHost),
        .init("http://a/b c", .invalidTarget), .init("http://a/ä", .invalidTarget),
        .init("http://a/\r\nX: y", .invalidTarget),
        .init("http://a/\u{0}", .invalidTarget), .init("http://a/#\n", .invalidTarget),
        .init("ws://a/#x", .fragment), .init("wss://a#", .fragment),
    ]

    @Test("What is no such URL is refused with its kind", arguments: bad)
    func refused(_ example: Bad) {
        #expect {
            try HTTPURL(example.text)
        } throws: { error in
            (error as? HTTPURLError)?.kind == example.kind
        }
    }

    @Test(
        "Forms of an IPv6 address",
        arguments: [
            "::", "::1", "1::", "1:2:3:4:5:6:7:8", "1::8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::ffff:1.2.3.4",
            "1:2:3:4:5:6:1.2.3.4", "2001:db8::a:0",
        ])
    func addresses(_ text: String) throws {
        #expect(try HTTPURL("http://[\(text)]/").host == text)
    }

    @Test("Hosts at the limit, and one past it")
    func longHost() throws {
        let label = String(repeating: "a", count: 62) + "."
        let host = label + label + label + label + "a"
        #expect(host.utf8.count == HTTPURL.maximumHostBytes)
        #expect(try HTTPURL("http://\(host)").host == host)
        #expect(throws: HTTPURLError.self) { try HTTPURL("http://\(host)a") }
    }
}
