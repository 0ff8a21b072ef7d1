import EventLoops
import HTTP1
import HTTPClient
import ScriptedUpstream
import TLS
import TLSPeer
import Testing

/// Requests by way of a proxy.
@Suite(.timeLimit(.minutes(5))) struct ProxyTests {
    private func settings(_ variables: [String: String]) -> ProxySettings {
        ProxySettings(environment: { variables[$0] })
    }

    private let noScript: ScriptedUpstream.Script = { _ in [] }

    /// None that is given is to be looked up.
    private let noNames = NameLookUp { .failure(NameError(message: "\($0) was looked up")) }

    @Test func plainRequestsGoToTheProxyInAbsoluteFormAndShareItsConnection() async throws {
        try await ScriptedUpstream.with(replies: [ok("one"), ok("two")]) { proxy in
            let settings = settings(["HTTP_PROXY": "http://user:secret@\(proxy.address)"])
            try await TestClient.with(proxies: settings, names: noNames) { client async throws in
                #expect(try await client.post("http://api.test:8080/v1/chat?a=b").response().body == "one")
                #expect(try await client.get("http://api.test:8080").response().body == "two")
                let request = try await proxy.request(0)
                #expect(request.head.target == "http://api.test:8080/v1/chat?a=b")
                #expect(
                    request.head.headers
                        == HTTPHeaders([
                            ("Host", "api.test:8080"), ("Proxy-Authorization", "Basic dXNlcjpzZWNyZXQ="),
                            ("Content-Length", "2"),
                        ]))
                #expect(try await proxy.request(1).head.target == "http://api.test:8080/")
                #expect(proxy.connectionCount == 1)
            }
        }
    }

    @Test func theServersOfNoProxyAreSpokenToDirectly() async throws {
        try await ScriptedUpstream.with(replies: [ok("direct")]) { upstream in
            let settings = settings(["HTTP_PROXY": "http://proxy.test:1", "NO_PROXY": "api.test"])
            let address = upstream.address
            try await TestClient.with(
                proxies: settings, names: NameLookUp { _ in .success([address]) }
            ) { client async throws in
                #expect(try await client.get("http://api.test:\(address.port)/path").response().body == "direct")
                #expect(try await upstream.request(0).head.target == "/path")
            }
        }
    }

    @Test func httpsGoesThroughATunnel() async throws {
        let certificates = try TestCertificates.shared.get()
        let server = try await TLSServer(certificates.ecdsa)
        let proxy = try await RelayProxy(to: server.port)
        defer { withExtendedLifetime(proxy) {} }
        let settings = settings(["https_proxy": "http://user:secret@\(proxy.address)"])
        let trust = TLSTrust(
            certificateFile: certificates.rootFile, certificateDirectories: certificates.emptyDirectory)
        try await TestClient.with(proxies: settings, trust: trust, names: noNames) { client async throws in
            let exchange = try await client.post("https://api.test/v1", "question")
            #expect(
                try await proxy.heads.next()
                    == RequestHead(
                        method: "CONNECT", target: "api.test:443",
                        headers: HTTPHeaders([
                            ("Host", "api.test:443"), ("Proxy-Authorization", "Basic dXNlcjpzZWNyZXQ="),
                        ])))
            // To the server nothing of the proxy is told.
            try await server.waitForOutput("POST /v1 HTTP/1.1\r\nHost: api.test\r\nContent-Length: 8\r\n\r\nquestion")
            try server.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nanswer\n")
            #expect(try await exchange.response().body == "answer\n")
            #expect(try await client.counts() == [1, 1, 0])
        }
    }

    @Test(arguments: [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
            """
            refuses the connection to api.test:443: 407 Proxy Authentication Required. \
            Check the user name and the password in HTTPS_PROXY.
            """
        ),
        (
            "HTTP/1.1 403 \r\n\r\n",
            """
            refuses the connection to api.test:443: 403 Forbidden. \
            Check HTTPS_PROXY and NO_PROXY, and the proxy's rules.
            """
        ),
        (
            "SSH-2.0\r\n",
            """
            did not open the connection to api.test:443: The response does not start with an HTTP version. \
            Check HTTPS_PROXY.
            """
        ),
        (
            "HTTP/1.1 200 OK\r\n\r\nhello",
            "did not open the connection to api.test:443: it sent data before it was asked. Check HTTPS_PROXY."
        ),
    ])
    func aProxyThatRefusesIsNamedWithoutItsPassword(answer: String, detail: String) async throws {
        let script: [ScriptStep] = [.send(Array(answer.utf8)), .hang]
        try await ScriptedUpstream.with(replies: [script]) { proxy in
            let settings = settings(["HTTPS_PROXY": "http://user:secret@\(proxy.address)"])
            try await TestClient.with(proxies: settings, names: noNames) { client async throws in
                #expect(
                    try await client.get("https://api.test").failure()
                        == HTTPTransportError(kind: .proxyRefused, detail: "The proxy \(proxy.address) \(detail)"))
                #expect(try await client.counts() == [0, 0, 0])
            }
        }
    }

    @Test func aProxyThatClosesIsNamed() async throws {
        try await ScriptedUpstream.with(greeting: [.close], script: noScript) { proxy in
            let settings = settings(["HTTPS_PROXY": "http://\(proxy.address)"])
            try await TestClient.with(proxies: settings, names: noNames) { client async throws in
                #expect(
                    try await client.get("https://api.test").failure().detail == """
                        The proxy \(proxy.address) did not open the connection to api.test:443: \
                        it closed the connection. Check HTTPS_PROXY.
                        """)
            }
        }
    }

    @Test func aProxyThatCannotBeReachedIsNamed() async throws {
        let settings = settings(["HTTPS_PROXY": "http://proxy.test:3128"])
        try await TestClient.with(proxies: settings, names: noNames) { client async throws in
            #expect(
                try await client.get("https://api.test").failure()
                    == HTTPTransportError(
                        kind: .unresolvedHost,
                        detail: """
                            The name proxy.test could not be resolved: proxy.test was looked up. \
                            Check HTTPS_PROXY and this machine's DNS.
                            """))
        }
    }

    @Test func aVariableThatHoldsNoProxyFailsTheRequest() async throws {
        let settings = settings(["HTTPS_PROXY": "socks5://127.0.0.1:1"])
        try await TestClient.with(proxies: settings, names: noNames) { client async throws in
            #expect(try await client.get("https://api.test").failure().kind == .proxyRefused)
        }
    }

    @Test func aTunnelThatTakesTooLongIsNamedWithItsProxy() async throws {
        let proxy = try await RawServer()
        defer { withExtendedLifetime(proxy) {} }
        let settings = settings(["HTTPS_PROXY": "http://\(proxy.address)"])
        let limits = HTTPClientLimits(connectNanoseconds: 50_000_000)
        try await TestClient.with(limits: limits, proxies: settings, names: noNames) { client async throws in
            #expect(
                try await client.get("https://api.test").failure()
                    == HTTPTransportError(
                        kind: .connectTimeout,
                        detail: """
                            No connection to api.test:443 by way of the proxy \(proxy.address) within 0.05 s. \
                            Check the address, the network and whether a proxy is needed.
                            """))
        }
    }
}
