import EventLoops
import HTTP1
import HTTPClient
import ScriptedUpstream
import Testing

/// Responses that are none, or none that are wanted, and requests that cannot be sent.
@Suite(.timeLimit(.minutes(5))) struct ResponseFailureTests {
    private func failure(of response: String, _ ending: ScriptStep) async throws -> (HTTPTransportError, String) {
        try await ScriptedUpstream.with(replies: [[.send(Array(response.utf8)), .drain, ending]]) { upstream in
            try await TestClient.with { client in
                let error = try await client.post(upstream.url + "/secret").failure()
                let counts = try await client.counts()
                #expect(counts == [0, 0, 0])
                return (error, "\(upstream.address)")
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
    ])
    func aResponseThatIsCutShortIsALostConnection(response: String) async throws {
        let (error, address) = try await failure(of: response, .close)
        #expect(
            error
                == HTTPTransportError(
                    kind: .connectionLost, detail: "\(address) closed the connection before its response was whole.",
                    responseStarted: true))
    }

    @Test func aConnectionThatBreaksIsNamedInTheSystemsWords() async throws {
        let (error, address) = try await failure(
            of: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", .reset)
        #expect(
            error
                == HTTPTransportError(
                    kind: .connectionLost, detail: "The connection to \(address) broke: Connection reset by peer.",
                    responseStarted: true))
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH_9.2\r\n", "The response does not start with an HTTP version."),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "A chunk size is no hexadecimal number."
        ),
    ])
    func aResponseThatIsNotHTTPIsRefused(response: String, reason: String) async throws {
        let (error, address) = try await failure(of: response, .hang)
        #expect(error.kind == .malformedResponse)
        #expect(error.responseStarted)
        #expect(error.detail == "\(address) sent a response that is no valid HTTP/1.1: \(reason)")
    }

    @Test func aServerThatRefusesALongRequestIsHeardThoughItBreaksTheConnection() async throws {
        let server = try await RawServer()
        defer { withExtendedLifetime(server) {} }
        try await TestClient.with { client async throws in
            let exchange = try await client.post(server.url, String(repeating: "x", count: 32 << 20))
            let connection = try await server.connections.next()
            connection.channel.submit { channel in
                // Closing with unread input resets the connection.
                channel.pauseReading()
                channel.write(Array("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno\n".utf8))
                channel.flush()
                channel.close()
            }
            #expect(try await exchange.response() == Response(status: 413, body: "no\n"))
            #expect(try await client.counts() == [0, 0, 0])
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func redirectsAreRefusedAndNamedByTheirServerAlone(status: Int) async throws {
        let location = "https://elsewhere.test:8443/path?token=secret"
        let (error, address) = try await failure(
            of: "HTTP/1.1 \(status) See\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n", .hang)
        #expect(
            error
                == HTTPTransportError(
                    kind: .redirectRefused,
                    detail: """
                        \(address) redirects the request to https://elsewhere.test:8443 (status \(status)), which is not \
                        followed. Set the address to the one that is meant.
                        """, responseStarted: true))
    }

    @Test func aRedirectToAPathDoesNotShowThePath() async throws {
        let (error, _) = try await failure(
            of: "HTTP/1.1 302 Found\r\nLocation: /login?secret\r\nContent-Length: 0\r\n\r\n", .hang)
        #expect(error.detail.contains("redirects the request to another path (status 302)"))
    }

    @Test func statusesThatAreNoRedirectsAreHandedOn() async throws {
        let replies = [300, 304, 201, 404, 500].map { status -> [ScriptStep] in
            [.send(Array("HTTP/1.1 \(status) X\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n".utf8))]
        }
        try await ScriptedUpstream.with(replies: replies) { upstream in
            try await TestClient.with { client async throws in
                for status in [300, 304, 201, 404, 500] {
                    #expect(try await client.get(upstream.url).response().status == status)
                }
            }
        }
    }

    @Test(arguments: [
        ("ftp://127.0.0.1/", "The URL's scheme is none of http, https, ws and wss."),
        ("ws://127.0.0.1/", "The URL's scheme is neither http nor https."),
        ("http://user:secret@127.0.0.1/", "The URL holds a user name or password, which does not belong there."),
        ("nonsense", "The URL does not start with a scheme such as https://."),
    ])
    func aURLThatCannotBeUsedIsRefused(url: String, detail: String) async throws {
        try await TestClient.with { client async throws in
            #expect(
                try await client.get(url).failure() == HTTPTransportError(kind: .invalidRequest, detail: detail))
        }
    }

    @Test func aHeaderThatWouldSmuggleIsRefusedWithoutShowingIt() async throws {
        try await TestClient.with { client async throws in
            let request = HTTPRequestMessage(
                method: "POST", url: "http://127.0.0.1/",
                headers: HTTPHeaders([("Authorization", "Bearer key\r\nX: y")]))
            #expect(
                try await client.send(request).failure()
                    == HTTPTransportError(
                        kind: .invalidRequest,
                        detail: "The value of the header field Authorization holds a control character."))
        }
    }
}
