import HTTP1
import Testing

@testable import HTTPClient

@Suite struct ProxySettingsTests {
    private func proxy(_ url: String, _ variables: [String: String]) throws -> Proxy? {
        try ProxySettings(environment: { variables[$0] }).proxy(for: Origin(HTTPURL(url)))
    }

    @Test func eachSchemeHasItsVariable() throws {
        let variables = ["HTTPS_PROXY": "http://secure:1", "HTTP_PROXY": "http://plain:2"]
        #expect(try proxy("https://api.test", variables)?.authority == "secure:1")
        #expect(try proxy("http://api.test", variables)?.authority == "plain:2")
        #expect(try proxy("https://api.test", ["HTTP_PROXY": "http://plain:2"]) == nil)
        #expect(try proxy("http://api.test", ["HTTPS_PROXY": "http://secure:1"]) == nil)
        #expect(try proxy("https://api.test", [:]) == nil)
    }

    @Test func smallLettersWinAndEmptyCountsAsUnset() throws {
        let both = ["HTTPS_PROXY": "http://large:1", "https_proxy": "http://small:1"]
        #expect(try proxy("https://api.test", both)?.host == "small")
        #expect(try proxy("https://api.test", ["HTTPS_PROXY": "http://large:1", "https_proxy": ""])?.host == "large")
        #expect(try proxy("https://api.test", ["HTTPS_PROXY": ""]) == nil)
    }

    @Test(
        arguments: [
            ("proxy.test:3128", "proxy.test:3128", nil),
            ("http://proxy.test:3128/", "proxy.test:3128", nil),
            ("HTTP://Proxy.Test", "proxy.test:80", nil),
            ("http://[::1]:8080", "[::1]:8080", nil),
            // "user:pass word@1" and "user:"
            ("http://user:pass%20word%401@proxy.test:1", "proxy.test:1", "Basic dXNlcjpwYXNzIHdvcmRAMQ=="),
            ("http://user:a@b@proxy.test:1", "proxy.test:1", "Basic dXNlcjphQGI="),
            ("http://user@proxy.test:1", "proxy.test:1", "Basic dXNlcjo="),
        ] as [(String, String, String?)])
    func addressesAreRead(text: String, authority: String, authorization: String?) throws {
        let found = try #require(try proxy("https://api.test", ["HTTPS_PROXY": text]))
        #expect(found.authority == authority)
        #expect(found.authorization == authorization)
        #expect(found.variable == "HTTPS_PROXY")
    }

    @Test(arguments: [
        (
            "socks5://user:secret@proxy.test:1",
            "https_proxy names a proxy that is not spoken to in HTTP; only http://… is supported."
        ),
        (
            "http://user:secret@proxy.test:1/path",
            "https_proxy has a path after the proxy's address. Write http://HOST:PORT."
        ),
        (
            "http://user:secret@proxy.test:0",
            """
            https_proxy holds no address of a proxy: The URL's port is no number from 1 to 65535. Write http://HOST:PORT.
            """
        ),
        (
            "http://user:secret%2@proxy.test:1",
            """
            https_proxy holds no address of a proxy: A % in the user name or password is not followed by two digits. \
            Write http://HOST:PORT.
            """
        ),
    ])
    func whatIsNoProxyIsRefusedWithoutShowingIt(text: String, detail: String) {
        #expect(throws: HTTPTransportError(kind: .proxyRefused, detail: detail)) {
            try proxy("https://api.test", ["https_proxy": text])
        }
    }

    @Test(arguments: [
        "http://localhost:1", "http://a.localhost", "http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]",
    ])
    func serversOfThisMachineAreSpokenToDirectly(url: String) throws {
        #expect(try proxy(url, ["HTTP_PROXY": "http://proxy.test:1"]) == nil)
    }

    @Test(arguments: [
        ("*", "http://api.test", true),
        ("api.test", "http://api.test", true),
        ("api.test", "http://v1.api.test", true),
        ("api.test", "http://otherapi.test", false),
        (".api.test", "http://api.test", true),
        ("*.api.test", "http://v1.api.test", true),
        ("API.Test", "http://api.test.", true),
        ("a.test, b.test c.test", "http://b.test", true),
        ("a.test, b.test c.test", "http://c.test", true),
        ("a.test, b.test c.test", "http://d.test", false),
        ("api.test:8080", "http://api.test:8080", true),
        ("api.test:8080", "http://api.test", false),
        ("api.test:http", "http://api.test", false),
        ("192.0.2.1", "http://192.0.2.1", true),
        ("192.0.2.1", "http://192.0.2.11", false),
        ("192.0.2.1:81", "http://192.0.2.1:81", true),
        ("10.0.0.0/8", "http://10.200.3.4", true),
        ("10.0.0.0/8", "http://11.0.0.1", false),
        ("10.0.0.0/9", "http://10.127.0.1", true),
        ("10.0.0.0/9", "http://10.128.0.1", false),
        ("10.0.0.0/33", "http://10.0.0.0", false),
        ("10.0.0.0/x", "http://10.0.0.0", false),
        ("0.0.0.0/0", "http://8.8.8.8", true),
        ("0.0.0.0/0", "http://[2001:db8::1]", false),
        ("0.0.0.0/0", "http://api.test", false),
        ("2001:db8::/32", "http://[2001:db8:1::5]", true),
        ("2001:db8::/32", "http://[2001:db9::5]", false),
        ("2001:db8::1", "http://[2001:db8:0::1]", true),
        ("[2001:db8::1]", "http://[2001:db8::1]:90", true),
        ("[2001:db8::1]:80", "http://[2001:db8::1]:90", false),
        ("[2001:db8::1]:90", "http://[2001:db8::1]:90", true),
        ("[2001:db8::1", "http://[2001:db8::1]", true),
        (".", "http://api.test", false),
        (",, ,", "http://api.test", false),
    ])
    func exceptionsAreSpokenToDirectly(list: String, url: String, isDirect: Bool) throws {
        let found = try proxy(url, ["HTTP_PROXY": "http://proxy.test:1", "NO_PROXY": list])
        #expect((found == nil) == isDirect)
    }
}
