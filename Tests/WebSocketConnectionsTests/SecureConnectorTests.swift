import EventLoops
import Glibc
import HTTP1
import TLS
import TLSPeer
import Testing
import WebSocket
import WebSocketConnections

/// `wss`: whose certificate is asked for, what goes over it, and how it ends.
@Suite(.timeLimit(.minutes(5))) struct SecureConnectorTests {
    private let certificates: TestCertificates
    private let context: TLSContext

    init() throws {
        certificates = try TestCertificates.shared.get()
        context = try TLSContext.shared(
            for: TLSTrust(
                certificateFile: certificates.rootFile, certificateDirectories: certificates.emptyDirectory))
    }

    /// Connects to a port of this machine.
    ///
    /// - Parameter host: as the URL names it.
    private func connect(
        _ loop: EventLoop, to port: UInt16, as host: String,
        limits: WebSocketConnectionLimits = WebSocketConnectionLimits()
    ) async throws -> Result<End, WebSocketConnectError> {
        let address = try #require(SocketAddress(host: "127.0.0.1", port: port))
        let url = try HTTPURL("wss://\(host):\(port)/chat")
        let result = Inbox<Result<End, WebSocketConnectError>>()
        loop.submit { [context] in
            WebSocketConnector(
                loop: loop, address: address, url: url, tls: context, limits: limits,
                timeoutNanoseconds: EventLoop.patience
            ) { connection in
                let told = Inbox<Told>()
                result.put(
                    connection.map { connection in
                        connection.delegate = Recorder(told)
                        return End(connection: LoopBound(connection, loop: loop), told: told)
                    })
            }
        }
        return try #require(await result.next())
    }

    /// Our client and our server, with TLS between them; it lives as long as the front.
    private func pair(
        _ loop: EventLoop, limits: WebSocketConnectionLimits = WebSocketConnectionLimits()
    ) async throws -> (client: End, server: End, front: TLSFront) {
        let (address, ends) = try await loop.listenForWebSockets(limits: limits)
        let front = try await TLSFront(certificates.ecdsa, to: "\(address)")
        let client = try await connect(loop, to: front.port, as: "api.test", limits: limits).get()
        return (client, try #require(await ends.next()), front)
    }

    /// Our client at a server whose words are the test's.
    private func scripted(
        _ loop: EventLoop, limits: WebSocketConnectionLimits = WebSocketConnectionLimits()
    ) async throws -> (client: End, server: TLSServer) {
        let server = try await TLSServer(certificates.ecdsa)
        async let client = connect(loop, to: server.port, as: "api.test", limits: limits)
        let request = "GET " + (try await server.output(after: "GET ", upTo: "\r\n\r\n")) + "\r\n\r\n"
        try server.send(try acceptance(of: request))
        return (try await client.get(), server)
    }

    @Test("the certificate must name the URL's host, not the address that it was found at")
    func host() async throws {
        try await withLoop { loop in
            let front = try await TLSFront(
                certificates.ecdsa, to: "\(try await loop.listenForWebSockets().0)")
            guard case .failure(.tls(let error)) = try await connect(loop, to: front.port, as: "other.test") else {
                Issue.record("it was believed")
                return
            }
            #expect(error.kind == .certificateRefused)
            let words = "The certificate of other.test:\(front.port) is refused: hostname mismatch."
            #expect(error.detail.lowercased().hasPrefix(words.lowercased()), "\(error.detail)")
            let (client, server, other) = try await pair(loop)
            client.submit { $0.sendText("hello") }
            #expect(await server.told.next() == .text("hello"))
            withExtendedLifetime((front, other)) {}
        }
    }

    @Test("messages larger than records and than what sockets hold pass whole, in both directions")
    func largeMessages() async throws {
        let size = 4 << 20
        let limits = WebSocketConnectionLimits(messages: WebSocketLimits(maximumMessageBytes: size))
        let messages = (0..<2).map { message in (0..<size).map { UInt8(truncatingIfNeeded: $0 % 251 + message) } }
        try await withLoop { loop in
            let (client, server, front) = try await pair(loop, limits: limits)
            for (sender, receiver) in [(client, server), (server, client)] {
                // Nothing is read at the end, so that the sender's socket takes a part of it, unless what stands between is
                // quick to take all of it.
                receiver.submit { $0.channel.pauseReading() }
                let waiting = try await loop.run {
                    for message in messages { sender.connection.value.sendBinary(message) }
                    sender.connection.value.channel.flushNow()
                    return sender.connection.value.unsentBytes
                }
                receiver.submit { $0.channel.resumeReading() }
                for message in messages {
                    let isWhole = await receiver.told.next() == .binary(message)
                    #expect(isWhole)
                }
                if waiting > 0 { #expect(await sender.told.next() == .drained) }
            }
            withExtendedLifetime(front) {}
        }
    }

    @Test("a connection that is cut is told in TLS's words")
    func cut() async throws {
        try await withLoop { loop in
            let (client, server) = try await scripted(loop)
            server.stop()
            let words =
                "The TLS connection to api.test:\(server.port) was cut: it ended without the server's close_notify."
            let error = SystemError(call: "TLS", code: EPROTO, detail: words)
            #expect(await client.told.next() == .ended(.lost(error)))
        }
    }

    @Test("our end of a connection says close_notify")
    func endedByUs() async throws {
        try await withLoop { loop in
            // The server does not answer the close frame.
            let (client, server) = try await scripted(loop, limits: WebSocketConnectionLimits(closingNanoseconds: 1))
            client.submit { connection in
                connection.close(.normalClosure)
                connection.channel.flushNow()
            }
            #expect(await client.told.next() == .ended(.lost(nil)))
            // Without it `s_server` would say ERROR.
            try await server.waitForOutput("DONE")
        }
    }
}
