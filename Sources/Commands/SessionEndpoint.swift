import Configuration
import EventLoops
import HTTP1
import InteractiveClient
import InteractiveServer
import Observability

/// Where sessions are: behind the WebSocket of a server, or in this process. `chat`, `bench` and `replay` talk to either
/// by the same client.
enum SessionEndpoint: Sendable {
    /// `token` is shown as a bearer token.
    case server(HTTPURL, token: String? = nil)
    /// One server, which all clients share.
    case inProcess(InProcessServer)

    /// A server in this process.
    ///
    /// - Throws: where the process has no descriptors left, or the log file cannot be opened.
    static func startInProcess(_ settings: Settings) async throws(SystemError) -> SessionEndpoint {
        let metrics = Metrics()
        // What happens is shown by the command itself.
        let log = try Logger(level: .error, sink: settings.logging.file.map { .file($0) } ?? .standardError)
        return .inProcess(
            try await InProcessServer.start(
                settings: settings, metrics: metrics, log: log,
                makeService: ModelServices.factory(settings: settings, metrics: metrics, log: log)))
    }

    /// Begins to connect a client of its own; ``RPCClient/waitUntilOpen()`` tells how that went.
    ///
    /// - Parameter loop: carries the sockets of a remote server's clients.
    func connect(on loop: EventLoop) async -> RPCClient {
        let client = RPCClient()
        client.use(await open(on: loop, onEvent: { client.receive($0) }))
        return client
    }

    /// Begins to open a connection; `onEvent` hears how that goes on: from a remote server on `loop`, from one in this process
    /// on a loop of its own, in either case maybe before this returns.
    func open(
        on loop: EventLoop, onEvent: @escaping @Sendable (TransportEvent) -> Void
    ) async -> any MessageTransport {
        switch self {
        case .server(let url, let token):
            return await WebSocketTransport.open(
                url, options: WebSocketTransport.Options(token: token), loop: loop, onEvent: onEvent)
        case .inProcess(let server):
            let connection = await server.connect(onMessage: { onEvent(.message($0)) })
            onEvent(.opened)
            return InProcessTransport(connection: connection, onEvent: onEvent)
        }
    }

    /// Ends the server in this process, with all its sessions. A remote one is left alone.
    func stop() {
        guard case .inProcess(let server) = self else { return }
        server.stop()
        // The process ends next: no program of a tool may outlive it.
        LiveChildren.shared.killAll()
    }
}

/// Carries messages to a server in this process.
private struct InProcessTransport: MessageTransport {
    let connection: InProcessConnection
    let onEvent: @Sendable (TransportEvent) -> Void

    func send(_ message: [UInt8]) {
        connection.send(message)
    }

    func close() {
        connection.close()
        onEvent(.closed(code: nil, reason: ""))
    }
}
