import EventLoops
import HTTP1
import HTTPClient
import ScriptedUpstream
import TLS
import TLSPeer
import Testing

/// Requests over TLS.
@Suite(.timeLimit(.minutes(5))) struct HTTPSTests {
    let certificates: TestCertificates
    let trust: TLSTrust

    init() throws {
        certificates = try TestCertificates.shared.get()
        trust = TLSTrust(
            certificateFile: certificates.rootFile, certificateDirectories: certificates.emptyDirectory)
    }

    private func response(_ body: String, _ fields: String = "") -> String {
        "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func requestsFollowEachOtherOnOneConnection() async throws {
        let server = try await TLSServer(certificates.ecdsa)
        try await TestClient.with(trust: trust) { client async throws in
            for number in 0..<3 {
                let exchange = try await client.post("https://127.0.0.1:\(server.port)/\(number)", "question")
                try await server.waitForOutput("POST /\(number) HTTP/1.1\r\n")
                try server.send(response("answer \(number)\n"))
                #expect(try await exchange.response().body == "answer \(number)\n")
                #expect(try await client.counts() == [1, 1, 0])
            }
        }
    }

    @Test func aLongBodyGoesAndComesWhole() async throws {
        let server = try await TLSServer(certificates.ecdsa)
        try await TestClient.with(trust: trust) { client async throws in
            let question = String(repeating: "q", count: 300_000) + " the end"
            let exchange = try await client.post("https://127.0.0.1:\(server.port)", question)
            try await server.waitForOutput(" the end")
            let answer = String(repeating: "a", count: 300_000) + "\n"
            try server.send(response(answer))
            #expect(try await exchange.response().body == answer)
        }
    }

    @Test func aSecondConnectionResumesTheSessionOfTheFirst() async throws {
        let server = try await TLSServer(certificates.ecdsa)
        try await TestClient.with(trust: trust) { client async throws in
            for isResumed in [false, true] {
                let exchange = try await client.get("https://127.0.0.1:\(server.port)")
                if isResumed { try await server.waitForOutput("Reused session-id") }
                try await server.waitForOutput("GET / HTTP/1.1\r\n")
                try server.send(response("a\n", "Connection: close\r\n"))
                #expect(try await exchange.response().body == "a\n")
            }
        }
    }

    @Test func aCancelledExchangeLeavesASessionToResume() async throws {
        let server = try await TLSServer(certificates.ecdsa)
        try await TestClient.with(trust: trust) { client async throws in
            let exchange = try await client.get("https://127.0.0.1:\(server.port)")
            try await server.waitForOutput("GET / HTTP/1.1\r\n")
            try server.send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nfirst\n")
            _ = try await exchange.events.next()
            #expect(try await exchange.events.next() == .body("first\n"))
            exchange.exchange.submit { $0.cancel() }
            let second = try await client.get("https://127.0.0.1:\(server.port)")
            try await server.waitForOutput("Reused session-id")
            second.exchange.submit { $0.cancel() }
        }
    }

    @Test func cancellingWithinACallbackEndsTheDeliveryOfWhatCameAlong() async throws {
        let server = try await TLSServer(certificates.ecdsa)
        try await TestClient.with(trust: trust) { client async throws in
            let events = Inbox<ResponseEvent>()
            let url = "https://127.0.0.1:\(server.port)"
            try await client.loop.run {
                var exchange: (any HTTPExchange)?
                let receiver = RecordingReceiver(events) { _ in exchange?.cancel() }
                exchange = client.client.value.send(HTTPRequestMessage(method: "GET", url: url), receiver: receiver)
            }
            try await server.waitForOutput("GET / HTTP/1.1\r\n")
            // More than a record, and no more than the pipe to the server holds.
            try server.send(response(String(repeating: "a", count: 50_000) + "\n"))
            _ = try await events.next()
            _ = try await events.next()
            while try await client.counts() != [0, 0, 0] {}
            events.put(.finished)
            #expect(try await events.next() == .finished)
        }
    }

    @Test func aCertificateThatIsRefusedFailsTheRequest() async throws {
        let server = try await TLSServer(certificates.expired)
        try await TestClient.with(trust: trust) { client async throws in
            #expect(
                try await client.get("https://127.0.0.1:\(server.port)").failure()
                    == HTTPTransportError(
                        kind: .certificateRefused,
                        detail: """
                            The certificate of 127.0.0.1:\(server.port) is refused: certificate has expired. \
                            Check this machine's clock; if it is right, the server needs a new certificate.
                            """))
            // The server was told why.
            try await server.waitForOutput("alert certificate expired")
        }
    }

    @Test func aServerThatSpeaksPlainHTTPIsSaidTo() async throws {
        let greeting: [ScriptStep] = [.send(Array("HTTP/1.1 400 Bad\r\n\r\n".utf8))]
        let noScript: ScriptedUpstream.Script = { _ in [] }
        try await ScriptedUpstream.with(greeting: greeting, script: noScript) { upstream in
            try await TestClient.with(trust: trust) { client async throws in
                #expect(
                    try await client.get("https://\(upstream.address)").failure()
                        == HTTPTransportError(
                            kind: .tlsHandshakeFailed,
                            detail: """
                                The TLS handshake with \(upstream.address) failed: wrong version number. The server does \
                                not answer in TLS on this port: check the port, or use an http address.
                                """))
            }
        }
    }

    @Test func aConnectionThatEndsDuringTheHandshakeIsLost() async throws {
        let server = try await RawServer()
        defer { withExtendedLifetime(server) {} }
        try await TestClient.with(trust: trust) { client async throws in
            let exchange = try await client.get("https://\(server.address)")
            let connection = try await server.connections.next()
            _ = try await connection.events.next()
            connection.close()
            let error = try await exchange.failure()
            #expect(error.kind == .connectionLost)
            #expect(error.detail.hasPrefix("\(server.address) closed the connection during the TLS handshake."))
        }
    }

    @Test func aStreamThatIsCutWithoutCloseNotifyFailsAlsoWhereItsEndIsTheConnections() async throws {
        let server = try await TLSServer(certificates.ecdsa)
        try await TestClient.with(trust: trust) { client async throws in
            let exchange = try await client.get("https://127.0.0.1:\(server.port)")
            try await server.waitForOutput("GET / HTTP/1.1\r\n")
            try server.send("HTTP/1.1 200 OK\r\n\r\nhalf of it\n")
            _ = try await exchange.events.next()
            #expect(try await exchange.events.next() == .body("half of it\n"))
            server.stop()
            #expect(
                try await exchange.failure()
                    == HTTPTransportError(
                        kind: .connectionLost,
                        detail: """
                            The TLS connection to 127.0.0.1:\(server.port) was cut: it ended without the server's \
                            close_notify.
                            """, responseStarted: true))
        }
    }

    @Test func aBodyThatEndsWithCloseNotifyIsWhole() async throws {
        let server = try await TLSServer(certificates.ecdsa, options: ["-www"])
        try await TestClient.with(trust: trust) { client async throws in
            let response = try await client.get("https://127.0.0.1:\(server.port)").response()
            #expect(response.body.contains("</html>") || response.body.contains("</HTML>"))
        }
    }

    @Test func aTrustThatCannotBeReadFailsTheRequestAndPlainHTTPWorks() async throws {
        try await ScriptedUpstream.with(replies: [ok("plain")]) { upstream in
            try await TestClient.with(trust: TLSTrust(certificateFile: "/nowhere.pem")) { client async throws in
                for _ in 0..<2 {
                    #expect(
                        try await client.get("https://127.0.0.1:1").failure()
                            == HTTPTransportError(
                                kind: .tlsUnavailable,
                                detail: """
                                    SSL_CERT_FILE names /nowhere.pem, which cannot be read: No such file or directory. \
                                    Correct or unset it.
                                    """))
                }
                #expect(try await client.get(upstream.url).response().body == "plain")
            }
        }
    }

    @Test func aHandshakeThatTakesTooLongFails() async throws {
        let server = try await RawServer()
        defer { withExtendedLifetime(server) {} }
        let limits = HTTPClientLimits(connectNanoseconds: 50_000_000)
        try await TestClient.with(limits: limits, trust: trust) { client async throws in
            #expect(try await client.get("https://\(server.address)").failure().kind == .connectTimeout)
        }
    }
}
