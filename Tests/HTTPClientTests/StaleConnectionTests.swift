import EventLoops
import HTTP1
import HTTPClient
import ScriptedUpstream
import Testing

/// Connections that the server closes while they are idle, at the very moment at which a request is sent on them.
@Suite(.timeLimit(.minutes(5))) struct StaleConnectionTests {
    private let firstResponse = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
    private let secondResponse = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"

    /// Brings a connection to its idle state, then has the server do `action` on it and the client send a request before it
    /// can have noticed.
    private func sendWhile(
        _ client: TestClient, _ server: RawServer, method: String,
        server action: @escaping @Sendable (TCPChannel) -> Void
    ) async throws -> (TestExchange, RawConnection) {
        let first = try await client.post(server.url)
        let connection = try await server.connections.next()
        _ = try await connection.receive(until: "{}")
        connection.send(firstResponse)
        #expect(try await first.response().body == "first")
        let request = HTTPRequestMessage(method: method, url: server.url, body: Array("again".utf8))
        let exchange = try await client.loop.run {
            // The client's loop is held up here until the server has done it.
            let isDone = OneShot<Void>()
            connection.channel.submit { channel in
                action(channel)
                isDone.open()
            }
            while isDone.current == nil {}
            return client.sendOnLoop(request)
        }
        return (exchange, connection)
    }

    @Test(arguments: ["GET", "POST"], [true, false])
    func aRequestThatCannotHaveArrivedIsSentAgain(method: String, resets: Bool) async throws {
        let server = try await RawServer()
        defer { withExtendedLifetime(server) {} }
        try await TestClient.with { client async throws in
            let (exchange, _) = try await sendWhile(client, server, method: method) { channel in
                if resets { channel.reset() } else { channel.close() }
            }
            let fresh = try await server.connections.next()
            let request = try await fresh.receive(until: "again")
            #expect(request.hasPrefix("\(method) / HTTP/1.1\r\n"))
            fresh.send(secondResponse)
            #expect(try await exchange.response().body == "second")
        }
    }

    @Test func aPOSTThatMayHaveArrivedIsNot() async throws {
        let server = try await RawServer()
        defer { withExtendedLifetime(server) {} }
        try await TestClient.with { client async throws in
            let (exchange, connection) = try await sendWhile(client, server, method: "POST") { _ in }
            _ = try await connection.receive(until: "again")
            connection.close()
            let error = try await exchange.failure()
            #expect(
                error
                    == HTTPTransportError(
                        kind: .connectionLost,
                        detail: "\(server.address) closed the connection before its response was whole."))
        }
    }

    @Test func aGETThatMayHaveArrivedIsSentAgainAsItDoesNoHarm() async throws {
        let server = try await RawServer()
        defer { withExtendedLifetime(server) {} }
        try await TestClient.with { client async throws in
            let (exchange, connection) = try await sendWhile(client, server, method: "GET") { _ in }
            _ = try await connection.receive(until: "again")
            connection.close()
            let fresh = try await server.connections.next()
            _ = try await fresh.receive(until: "again")
            fresh.send(secondResponse)
            #expect(try await exchange.response().body == "second")
        }
    }

    @Test func aRequestIsNotSentAgainOnceAByteOfAResponseHasCome() async throws {
        let server = try await RawServer()
        defer { withExtendedLifetime(server) {} }
        try await TestClient.with { client async throws in
            let (exchange, connection) = try await sendWhile(client, server, method: "GET") { _ in }
            _ = try await connection.receive(until: "again")
            connection.channel.submit { channel in
                channel.write(Array("H".utf8))
                channel.finishWriting()
            }
            let error = try await exchange.failure()
            #expect(error.kind == .connectionLost)
            #expect(error.responseStarted)
        }
    }

    @Test func aRequestIsSentAgainOnceOnly() async throws {
        let server = try await RawServer()
        defer { withExtendedLifetime(server) {} }
        try await TestClient.with { client async throws in
            let (exchange, connection) = try await sendWhile(client, server, method: "GET") { _ in }
            _ = try await connection.receive(until: "again")
            connection.close()
            let fresh = try await server.connections.next()
            _ = try await fresh.receive(until: "again")
            fresh.close()
            #expect(try await exchange.failure().kind == .connectionLost)
        }
    }

    @Test func aRequestOnANewConnectionIsNotSentAgain() async throws {
        let server = try await RawServer()
        defer { withExtendedLifetime(server) {} }
        try await TestClient.with { client async throws in
            let exchange = try await client.get(server.url)
            let connection = try await server.connections.next()
            _ = try await connection.receive(until: "\r\n\r\n")
            connection.channel.submit { $0.reset() }
            let error = try await exchange.failure()
            #expect(
                error
                    == HTTPTransportError(
                        kind: .connectionLost,
                        detail: "The connection to \(server.address) broke: Connection reset by peer."))
        }
    }

    @Test func anIdleConnectionThatTheServerClosesLeavesThePool() async throws {
        let server = try await RawServer()
        defer { withExtendedLifetime(server) {} }
        try await TestClient.with { client async throws in
            let first = try await client.post(server.url)
            let connection = try await server.connections.next()
            _ = try await connection.receive(until: "{}")
            connection.send(firstResponse)
            #expect(try await first.response().body == "first")
            #expect(try await client.counts() == [1, 1, 0])
            connection.close()
            // The close is noticed before or after this turn; the pool is empty soon.
            while try await client.counts() != [0, 0, 0] {}
        }
    }
}
