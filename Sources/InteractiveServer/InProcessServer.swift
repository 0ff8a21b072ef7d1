package import Configuration
package import EventLoops
package import Observability
import Tools

/// The server without a socket, for a program that talks to its sessions in the same process: one event loop, the same
/// router, sessions and limits.
package final class InProcessServer: Sendable {
    private let worker: LoopBound<Worker>
    private let tools: ToolHost

    private init(worker: LoopBound<Worker>, tools: ToolHost) {
        self.worker = worker
        self.tools = tools
    }

    /// - Throws: where the process has no descriptors left, or the tools cannot be had.
    package static func start(
        settings: Settings, metrics: Metrics, log: Logger, makeService: @escaping InteractiveServer.ServiceFactory
    ) async throws(SystemError) -> InProcessServer {
        let tools = try await ToolHost.start(ToolConfiguration(settings.tools), log: log)
        let loop = try EventLoop(name: "in-process")
        try loop.start()
        let directory = LoopDirectory()
        let environment = ServerEnvironment(
            settings: settings, bindsLoopback: true, metrics: metrics, log: log, tools: tools)
        return await withCheckedContinuation { continuation in
            loop.submit {
                let worker = Worker(
                    index: 0, loop: loop, environment: environment, service: makeService(loop), directory: directory)
                let bound = LoopBound(worker, loop: loop)
                directory.fill([bound])
                continuation.resume(returning: InProcessServer(worker: bound, tools: tools))
            }
        }
    }

    /// A client of its own. `onMessage` gets each message of the server, on the server's loop.
    package func connect(onMessage: @escaping @Sendable ([UInt8]) -> Void) async -> InProcessConnection {
        let worker = worker
        let client = await worker.read { worker in
            let client = Client(id: worker.environment.makeClientID())
            client.link = InProcessLink(onMessage: onMessage)
            return LoopBound(client, loop: worker.loop)
        }
        return InProcessConnection(worker: worker, client: client)
    }

    /// Ends all sessions, the tools and the loop.
    package func stop() {
        worker.submit { worker in
            worker.endAll()
            worker.tools.stop()
            worker.loop.stop()
        }
        tools.stop()
    }
}

/// A client in the same process.
package final class InProcessConnection: Sendable {
    private let worker: LoopBound<Worker>
    private let client: LoopBound<Client>

    fileprivate init(worker: LoopBound<Worker>, client: LoopBound<Client>) {
        self.worker = worker
        self.client = client
    }

    /// Gives the server one message; what it answers comes to `onMessage`.
    package func send(_ message: [UInt8]) {
        let client = client
        worker.submit { $0.router.receive(message, from: client.value) }
    }

    /// As a closed connection: the sessions wait for the resume window or end.
    package func close() {
        let client = client
        worker.submit { worker in
            client.value.link = nil
            worker.clientDisconnected(client.value)
        }
    }
}

private final class InProcessLink: ClientLink {
    private let onMessage: @Sendable ([UInt8]) -> Void

    init(onMessage: @escaping @Sendable ([UInt8]) -> Void) {
        self.onMessage = onMessage
    }

    func send(_ message: [UInt8]) {
        onMessage(message)
    }

    func hasRoom(for count: Int) -> Bool { true }
    func fallBehind() {}
    func exceedRate() {}
}
