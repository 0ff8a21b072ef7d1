import Configuration
import InteractiveClient
import InteractiveServer
import JSON
import Observability
import ScriptedUpstream
import Testing

/// Plays the client's part of a transcript against a server, and compares the server's part with what really comes.
struct TranscriptPlayer {
    /// A message of the server, and what the transcript said of it.
    struct Comparison {
        var expected: JSONValue
        var received: JSONValue
        /// As they were before.
        var bindings: Bindings
    }

    private let server: TestServer
    private let setup: ExampleSetup
    private let options: WebSocketTransport.Options
    private var connections: [TestClient] = []
    private var current = 0
    private var isClosed = false
    private var bindings = Bindings()
    private(set) var comparisons: [Comparison] = []

    init(server: TestServer, setup: ExampleSetup) async throws {
        self.server = server
        self.setup = setup
        options = WebSocketTransport.Options(token: setup.token)
        connections = [try await TestClient.connect(to: server, options: options)]
    }

    /// - Throws: where something else comes than the transcript says, or more.
    mutating func play(_ transcript: Transcript) async throws {
        if transcript.needsSession {
            let session = try await connections[0].startSessionResult(setup.sessionParams)
            try bindings.learn("sessionId", session.sessionID)
            try bindings.learn("resumeToken", session.resumeToken)
        }
        for step in transcript.steps {
            switch step {
            case .send(let text): connections[current].send(text: bindings.resolved(text))
            case .receive(let expected): try await receive(expected)
            case .close(let code, let reason):
                let closure = try await connections[current].closure()
                isClosed = true
                guard closure.code.map(Int.init) == code, closure.reason == reason else {
                    throw TestFailure("close \(code): \(reason) was awaited, this came: \(closure)")
                }
            case .happening(let happening): try await perform(happening)
            }
        }
        if !isClosed { try await expectNothingMore() }
    }

    private mutating func receive(_ expected: JSONValue) async throws {
        let received = try await connections[current].nextMessage()
        comparisons.append(Comparison(expected: expected, received: received, bindings: bindings))
        if let mismatch = bindings.mismatch(expected, received) {
            throw TestFailure("\(mismatch)\n  expected: \(expected.jsonText)\n  received: \(received.jsonText)")
        }
    }

    private func expectNothingMore() async throws {
        for connection in connections {
            connection.send(["jsonrpc": "2.0", "id": "the end", "method": "echo"])
            let next = try await connection.nextMessage()
            if next["id"] != "the end" {
                throw TestFailure("the example is over, and still this comes: \(next.jsonText)")
            }
        }
    }

    private mutating func perform(_ happening: Transcript.Happening) async throws {
        switch happening {
        case .connectionBreaks: try await reconnect {}
        case .connectionBreaksMeanwhile:
            try await reconnect { [server, setup] in
                try await server.waitUntil { $0.value(of: .connectionsActive) == 0 }
                setup.gate.open()
                try await server.waitUntil { $0.value(of: .upstreamRequestsSucceeded) == 1 }
            }
        case .secondConnection:
            connections.append(try await TestClient.connect(to: server, options: options))
            current = connections.count - 1
        case .firstConnection: current = 0
        case .drain:
            // A connection without sessions is closed when the drain is under way.
            let witness = try await TestClient.connect(to: server, options: options)
            // allowed: ends with the server, which the test stops
            Task { [server = server.server] in await server.drain(grace: .seconds(600)) }
            _ = try await witness.closure()
        case .answer: setup.gate.open()
        case .withdrawal: server.replaceTokens([Secret("another token")])
        }
    }

    private mutating func reconnect(_ meanwhile: () async throws -> Void) async throws {
        connections[current].transport.abort()
        try await meanwhile()
        connections[current] = try await TestClient.connect(to: server, options: options)
    }
}
