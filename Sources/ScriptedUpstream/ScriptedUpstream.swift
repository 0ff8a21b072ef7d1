package import EventLoops
import JSON
import Synchronization

/// An HTTP/1.1 server that does what a script says, byte by byte if need be: for tests and benchmarks of clients.
///
/// It runs on an event loop of its own and listens on a loopback address. Requests of one connection are answered one
/// after the other; requests are recorded when they have come in whole, also while an earlier one is being answered.
package final class ScriptedUpstream: Sendable {
    /// What is done in answer to a request. Called on the server's loop.
    package typealias Script = @Sendable (ScriptedRequest) -> [ScriptStep]

    package let address: SocketAddress
    /// `http://127.0.0.1:PORT`.
    package var url: String { "http://\(address)" }
    private let server: LoopBound<UpstreamServer>
    private let records: RequestRecords
    private let hasStopped = OneShot<Void>()

    private init(server: LoopBound<UpstreamServer>, records: RequestRecords, address: SocketAddress) {
        self.server = server
        self.records = records
        self.address = address
    }

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - port: 0 for one that is free.
    ///   - greeting: what is done as soon as a connection stands, before any request.
    package static func start(
        port: UInt16 = 0, greeting: [ScriptStep] = [], script: @escaping Script
    ) async throws -> ScriptedUpstream {
        let loop = try EventLoop(name: "upstream")
        try loop.start()
        let records = RequestRecords()
        return try await withCheckedThrowingContinuation { continuation in
            loop.submit {
                do {
                    let server = try UpstreamServer(
                        loop: loop, port: port, records: records, greeting: greeting, script: script)
                    continuation.resume(
                        returning: ScriptedUpstream(
                            server: LoopBound(server, loop: loop), records: records, address: server.address))
                } catch {
                    loop.stop()
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    /// Starts a server whose answer to the first request is the first of `replies`, and so on; a request for which there is
    /// none is answered with 500.
    package static func start(port: UInt16 = 0, replies: [[ScriptStep]]) async throws -> ScriptedUpstream {
        try await start(port: port) { request in
            if request.number < replies.count { return replies[request.number] }
            return .json(status: 500, ["error": ["code": 500, "message": "The script has no reply to this request."]])
        }
    }

    /// Waits for the request of that number, counted from 0 over all connections.
    package func request(_ number: Int) async throws -> ScriptedRequest {
        try await records.request(number).wait()
    }

    /// Requests received so far.
    package var requestCount: Int { records.requestCount }

    /// Connections taken so far.
    package var connectionCount: Int { records.connectionCount }

    /// Breaks all connections and ends the server's thread, later.
    package func stop() {
        server.submit { [hasStopped] server in
            server.stop()
            hasStopped.set(())
        }
    }

    /// Stops, and returns when the port is closed.
    package func stopped() async throws {
        stop()
        try await hasStopped.wait()
    }

    /// Runs `body` with a server that is stopped after it.
    package static func with<R>(
        greeting: [ScriptStep] = [], script: @escaping Script, _ body: (ScriptedUpstream) async throws -> R
    ) async throws -> R {
        let upstream = try await start(greeting: greeting, script: script)
        defer { upstream.stop() }
        return try await body(upstream)
    }

    /// Runs `body` with a server that is stopped after it.
    package static func with<R>(
        replies: [[ScriptStep]], _ body: (ScriptedUpstream) async throws -> R
    ) async throws -> R {
        let upstream = try await start(replies: replies)
        defer { upstream.stop() }
        return try await body(upstream)
    }
}

/// What came in, shared between the server's loop and the tests.
final class RequestRecords: Sendable {
    private struct State {
        /// By number; made by whoever asks first, the test or the server.
        var requests: [Int: OneShot<ScriptedRequest>] = [:]
        var requestCount = 0
        var connectionCount = 0
    }

    private let state = Mutex(State())

    var requestCount: Int { state.withLock(\.requestCount) }
    var connectionCount: Int { state.withLock(\.connectionCount) }

    func request(_ number: Int) -> OneShot<ScriptedRequest> {
        state.withLock { state in
            if let request = state.requests[number] { return request }
            let request = OneShot<ScriptedRequest>()
            state.requests[number] = request
            return request
        }
    }

    /// Makes the request of the next number known.
    func record(_ make: (Int) -> ScriptedRequest) -> ScriptedRequest {
        let number = state.withLock { state in
            state.requestCount += 1
            return state.requestCount - 1
        }
        let made = make(number)
        request(number).set(made)
        return made
    }

    func nextConnection() -> Int {
        state.withLock { state in
            state.connectionCount += 1
            return state.connectionCount - 1
        }
    }
}
