import AILoop
import EventLoops
import HTTP1
import HTTPClient
import JSON
import ScriptedUpstream
import Testing

@testable import Tools

@Suite struct PublicAddressTests {
    @Test(
        "Addresses of this machine, of private networks and of special kinds are not public",
        arguments: [
            "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
            "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.7",
            "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1",
            "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1",
            "2001:db8::1", "2001::1", "100::1", "3fff:0123::1",
        ])
    func notPublic(host: String) throws {
        let address = try #require(SocketAddress(host: host, port: 0))
        #expect(!address.isPublic)
    }

    @Test(
        "Others are",
        arguments: [
            "1.1.1.1", "8.8.8.8", "100.128.0.1", "172.32.0.1", "192.167.1.1", "::ffff:8.8.8.8", "64:ff9b::808:808",
            "2002:808:808::", "2606:4700:4700::1111", "2a00:1450::1",
        ])
    func isPublic(host: String) throws {
        let address = try #require(SocketAddress(host: host, port: 0))
        #expect(address.isPublic)
    }
}

@Suite(.timeLimit(.minutes(2))) struct FetchToolTests {
    /// Fetches by the names given, from loopback only.
    private func withFetches(
        of hosts: [String], allowsLoopback: Bool = true, places: FairPlaces,
        _ body: (EventLoop, LoopBound<FetchBody>) async throws -> Void
    ) async throws {
        try await withLoop("fetch") { loop in
            let fetch = try await loop.run {
                let names = NameLookUp { name in
                    guard let address = SocketAddress(host: name == "private.test" ? "10.0.0.1" : "127.0.0.1", port: 0)
                    else {
                        return .failure(NameError(message: "none"))
                    }
                    return .success([address])
                }
                let network = FetchNetwork(
                    names: names, isAllowed: { allowsLoopback ? $0.isLoopback : $0.isPublic })
                return LoopBound(
                    FetchBody(
                        loop: loop, client: network.makeClient(loop: loop, lookUps: BlockingCalls()),
                        hosts: HostList(hosts), network: network, places: places), loop: loop)
            }
            try await body(loop, fetch)
        }
    }

    private func fetch(
        _ url: String, hosts: [String] = ["site.test", "other.test", "127.0.0.1"], allowsLoopback: Bool = true,
        maximumBytes: Int = 1000
    ) async throws -> ToolOutput {
        // The site's port is allowed beside those of the schemes.
        let port = (try? HTTPURL(url))?.port ?? 80
        let hosts = port == 80 ? hosts : hosts + hosts.map { "\($0):\(port)" }
        let places = FairPlaces(maximumTaken: 1, maximumPerSession: 1, maximumWaiting: 0)
        let outputs = Inbox<ToolOutput>()
        var output: ToolOutput?
        try await withFetches(of: hosts, allowsLoopback: allowsLoopback, places: places) { loop, fetch in
            let run = await start(url, by: fetch, session: "s", maximumBytes: maximumBytes) { news in
                if case .ended(let output) = news { outputs.put(output) }
            }
            output = await outputs.next()
            run.submit { $0.cancel() }
        }
        return try #require(output)
    }

    private func start(
        _ url: String, by fetch: LoopBound<FetchBody>, session: String, maximumBytes: Int = 1000,
        report: @escaping @Sendable (ToolRunNews) -> Void
    ) async -> LoopBound<any RunningTool> {
        await withCheckedContinuation { continuation in
            fetch.submit { fetch in
                let request = ToolRequest(
                    arguments: ["url": .string(url)], sessionID: session, maximumResultBytes: maximumBytes)
                continuation.resume(returning: LoopBound(fetch.start(request, report: report), loop: fetch.loop))
            }
        }
    }

    private func withSite(
        _ script: @escaping ScriptedUpstream.Script, _ body: (String) async throws -> Void
    ) async throws {
        try await ScriptedUpstream.with(script: script) { upstream in
            try await body("\(upstream.address.port)")
        }
    }

    @Test func aTextIsFetched() async throws {
        try await withSite({ _ in .reply(status: 200, contentType: "text/plain", body: Array("hello".utf8)) }) { port in
            let output = try await fetch("http://site.test:\(port)/x")
            #expect(output == .success("hello"))
        }
    }

    @Test func hostsThatAreNotListedAreNotAsked() async throws {
        let output = try await fetch("http://elsewhere.test/")
        #expect(
            output
                == .failure(
                    "`elsewhere.test` may not be fetched from. Allowed are `site.test`, `other.test`, `127.0.0.1`."))
        for url in ["ftp://site.test/", "nonsense", "http://u:p@site.test/", "ws://site.test/"] {
            #expect(try await fetch(url).outcome == .error, "\(url)")
        }
    }

    @Test func aDomainsStarStandsForAllNamesBelowItAndAPortForItselfAlone() throws {
        let list = HostList(["*.Example.org", "site.test", "*.ports.test:8080", "ports.test:443", "2001:db8::1"])
        for url in [
            "http://a.example.org/", "https://a.b.example.org/", "http://site.test./", "http://a.ports.test:8080/",
            "https://ports.test/", "http://ports.test:443/", "http://[2001:db8::1]/", "https://site.test:443/",
        ] {
            #expect(list.contains(try HTTPURL(url)), "\(url)")
        }
        for url in [
            "http://example.org/", "http://badexample.org/", "http://x.site.test/", "http://site.test:22/",
            "http://site.test:443/", "http://a.ports.test/", "http://ports.test/", "http://[2001:db8::1]:8080/",
        ] {
            #expect(!list.contains(try HTTPURL(url)), "\(url)")
        }
    }

    @Test(
        "References are resolved as RFC 3986 wants, with its own examples",
        arguments: [
            ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
            ("//g", "http://g"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g#s", "http://a/b/c/g"), (";x", "http://a/b/c/;x"), ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"), ("..", "http://a/b/"), ("../", "http://a/b/"), ("../g", "http://a/b/g"),
            ("../..", "http://a/"), ("../../g", "http://a/g"), ("../../../g", "http://a/g"), ("/./g", "http://a/g"),
            ("/../g", "http://a/g"), ("g.", "http://a/b/c/g."), ("..g", "http://a/b/c/..g"), ("./../g", "http://a/b/g"),
            ("g/./h", "http://a/b/c/g/h"), ("g;x=1/../y", "http://a/b/c/y"), ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("/login?next=http://a/b", "http://a/login?next=http://a/b"), ("https://b/c", "https://b/c"),
            ("mailto:x", "mailto:x"), ("g?x:y", "http://a/b/c/g?x:y"),
        ])
    func references(reference: String, expected: String) throws {
        #expect(try HTTPURL("http://a/b/c/d;p?q").resolving(reference) == expected)
    }

    @Test func aSessionThatFetchesMuchDoesNotMakeAnotherWait() async throws {
        try await withSite({ request in
            request.head.target == "/hang"
                ? [.respond(ResponseHead(status: 200)), .hang]
                : .reply(status: 200, contentType: "text/plain", body: Array("there".utf8))
        }) { port in
            let places = FairPlaces(maximumTaken: 2, maximumPerSession: 1, maximumWaiting: 1)
            try await withFetches(of: ["site.test:\(port)"], places: places) { _, fetch in
                let news = Inbox<String>()
                func start(_ path: String, session: String, as name: String) async -> LoopBound<any RunningTool> {
                    await self.start("http://site.test:\(port)/\(path)", by: fetch, session: session) { fresh in
                        switch fresh {
                        case .began: news.put("\(name) began")
                        case .progress: news.put("\(name) progress")
                        case .ended(let output): news.put("\(name): \(output.content)")
                        }
                    }
                }
                let first = await start("hang", session: "much", as: "first")
                #expect(await news.next() == "first began")
                // It waits for the first, and there is no room for more that wait.
                let second = await start("x", session: "much", as: "second")
                _ = await start("x", session: "much", as: "third")
                #expect(await news.next() == "third: Error: too many fetches wait; try again later")
                for round in 0..<2 {
                    _ = await start("x", session: "little", as: "other")
                    #expect(await news.next() == "other began", "\(round)")
                    #expect(await news.next() == "other: there", "\(round)")
                }
                first.submit { $0.cancel() }
                #expect(await news.next() == "second began")
                #expect(await news.next() == "second: there")
                second.submit { $0.cancel() }
                // One that is cancelled while it waits takes no place.
                let held = await start("hang", session: "much", as: "held")
                #expect(await news.next() == "held began")
                let waiting = await start("x", session: "much", as: "waiting")
                waiting.submit { $0.cancel() }
                held.submit { $0.cancel() }
                _ = await start("x", session: "much", as: "last")
                #expect(await news.next() == "last began")
                #expect(await news.next() == "last: there")
            }
        }
    }

    @Test func encodingsAreReadOrNamed() async throws {
        try await withSite({ request in
            switch request.head.target {
            case "/latin":
                .reply(status: 200, contentType: "text/plain; charset=\"ISO-8859-1\"", body: [0x63, 0xE9, 0x80])
            case "/sjis": .reply(status: 200, contentType: "text/html; charset=Shift_JIS", body: [0x82, 0xA0])
            default:
                .reply(
                    status: 200, contentType: "text/plain", headers: [("Content-Encoding", "gzip")], body: [0x1F, 0x8B])
            }
        }) { port in
            let latin = try await fetch("http://site.test:\(port)/latin")
            #expect(latin == .success("cé€"))
            #expect(
                try await fetch("http://site.test:\(port)/sjis")
                    == .failure("the answer is in an encoding that cannot be read: text/html; charset=Shift_JIS"))
            #expect(
                try await fetch("http://site.test:\(port)/zipped")
                    == .failure("the answer is compressed (gzip), though that was not asked for"))
        }
    }

    @Test func addressesThatAreNotPublicAreNotConnectedTo() async throws {
        // By name, after resolution, and by number.
        for url in ["http://site.test:81/", "http://127.0.0.1:81/"] {
            let output = try await fetch(url, allowsLoopback: false)
            #expect(output.outcome == .error && output.content.contains(FetchNetwork.privateAddress), "\(output)")
            #expect(!output.content.contains("resolved") && !output.content.contains("DNS"), "\(output)")
        }
    }

    @Test func redirectsAreFollowedToListedHostsAndCheckedAnew() async throws {
        try await withSite({ request in
            switch request.head.target {
            case "/a/start": .redirect(to: "next?x=1")
            case "/a/next?x=1": .redirect(to: "/end")
            case "/end": .reply(status: 200, contentType: "text/plain", body: Array("there".utf8))
            case "/out": .redirect(to: "http://elsewhere.test/")
            case "/private": .redirect(to: "http://private.test/")
            case "/file": .redirect(to: "file:///etc/passwd")
            case "/5", "/4", "/3", "/2":
                .redirect(to: "/\(Int(request.head.target.dropFirst()).map { $0 - 1 } ?? 0)")
            case "/1": .redirect(to: "/end")
            case "/6": .redirect(to: "/5")
            default: .redirect(to: request.head.target)
            }
        }) { port in
            #expect(try await fetch("http://site.test:\(port)/a/start") == .success("there"))
            let out = try await fetch("http://site.test:\(port)/out")
            #expect(out.content.contains("redirects to where it may not be followed: `elsewhere.test` may not"))
            let hosts = ["site.test", "private.test"]
            let inside = try await fetch("http://site.test:\(port)/private", hosts: hosts)
            #expect(inside.content.contains(FetchNetwork.privateAddress), "\(inside)")
            #expect(try await fetch("http://site.test:\(port)/file").outcome == .error)
            #expect(try await fetch("http://site.test:\(port)/\(FetchRun.maximumRedirects)") == .success("there"))
            for path in ["\(FetchRun.maximumRedirects + 1)", "loop"] {
                let tooMany = try await fetch("http://site.test:\(port)/\(path)")
                #expect(tooMany == .failure("the server redirects more than 5 times"))
            }
        }
    }

    @Test func errorsTooLongAnswersAndWhatIsNoTextAreTold() async throws {
        try await withSite({ request in
            switch request.head.target {
            case "/404": .reply(status: 404, contentType: "text/html", body: Array("gone".utf8))
            case "/long": .reply(status: 200, contentType: "text/plain", body: [UInt8](repeating: 0x61, count: 50))
            case "/endless":
                [.respond(ResponseHead(status: 200, headers: HTTPHeaders([("Transfer-Encoding", "chunked")])))]
                    + [ScriptStep](repeating: .chunk([UInt8](repeating: 0x61, count: 10)), count: 10) + [.hang]
            case "/image": .reply(status: 200, contentType: "image/png", body: [1, 2, 3])
            case "/no-image": .reply(status: 500, contentType: "image/png", body: [1, 2, 3])
            default: .reply(status: 200, contentType: "application/problem+json; charset=utf-8", body: Array("{}".utf8))
            }
        }) { port in
            #expect(
                try await fetch("http://site.test:\(port)/404") == .failure("the server answers 404 Not Found\ngone"))
            #expect(try await fetch("http://site.test:\(port)/json") == .success("{}"))
            #expect(
                try await fetch("http://site.test:\(port)/image") == .failure("the answer is no text, but image/png"))
            #expect(
                try await fetch("http://site.test:\(port)/no-image")
                    == .failure("the server answers 500 Internal Server Error (image/png)"))
            let exact = try await fetch("http://site.test:\(port)/long", maximumBytes: 50)
            #expect(exact == .success(String(repeating: "a", count: 50)))
            for path in ["long", "endless"] {
                let cut = try await fetch("http://site.test:\(port)/\(path)", maximumBytes: 49)
                #expect(
                    cut
                        == ToolOutput(
                            content: String(repeating: "a", count: 49), outcome: .success, omission: .unknown))
            }
        }
    }
}

extension [ScriptStep] {
    fileprivate static func redirect(to location: String) -> [ScriptStep] {
        .reply(status: 302, contentType: "text/plain", headers: [("Location", location)], body: [])
    }
}
