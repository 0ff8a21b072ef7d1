package import AILoop
package import Configuration
package import EventLoops
package import Observability
package import Sessions
import Synchronization
import Tools

/// The server: a listening socket and its event loops. Started with ``start(settings:metrics:log:makeService:)``; ended by
/// ``drain(grace:)`` or ``stop()``.
package final class InteractiveServer: Sendable {
    /// Makes the AI service of one loop, on that loop.
    package typealias ServiceFactory = @Sendable (EventLoop) -> any ModelService

    /// Why a server cannot start, in one line.
    package struct StartError: Error, Sendable, CustomStringConvertible {
        package var description: String
    }

    /// Where it listens, with the port that was chosen where 0 was configured.
    package let address: SocketAddress
    /// The latest one; each worker holds it, or is about to.
    private let environment: Mutex<ServerEnvironment>
    private let workers: [LoopBound<Worker>]
    private let listener: LoopBound<TCPListener>
    private let isDraining = Atomic(false)

    private init(
        address: SocketAddress, environment: ServerEnvironment, workers: [LoopBound<Worker>],
        listener: LoopBound<TCPListener>
    ) {
        self.address = address
        self.environment = Mutex(environment)
        self.workers = workers
        self.listener = listener
    }

    // MARK: Starting

    /// Starts the loops and listens; returns when connections are taken.
    ///
    /// - Parameter delegates: hear of all sessions' events besides those who serve the clients.
    package static func start(
        settings: Settings, metrics: Metrics, log: Logger, delegates: [any AILoopDelegate] = [],
        makeService: @escaping ServiceFactory
    ) async throws(StartError) -> InteractiveServer {
        let port = UInt16(clamping: settings.server.port)
        guard let address = SocketAddress.resolve(host: settings.server.host, port: port) else {
            throw StartError(description: "cannot listen on \(settings.server.host): no such host or address")
        }
        let tools = try await startTools(settings, log)
        let environment = ServerEnvironment(
            settings: settings, bindsLoopback: address.isLoopback, metrics: metrics, log: log, tools: tools,
            delegates: delegates)
        let count = settings.server.eventLoops > 0 ? settings.server.eventLoops : Processors.available
        do {
            let loops = try (0..<count).map { try EventLoop(name: "loop-\($0)") }
            for loop in loops { try loop.start() }
            let directory = LoopDirectory()
            var workers: [LoopBound<Worker>] = []
            for (index, loop) in loops.enumerated() {
                workers.append(await makeWorker(index, loop, environment, directory, makeService))
            }
            directory.fill(workers)
            let listener = try await listen(at: address, workers: workers, log: log)
            let bound = await listener.read { $0.address }
            return InteractiveServer(address: bound, environment: environment, workers: workers, listener: listener)
        } catch {
            tools.stop()
            throw StartError(description: describe(error, address: address))
        }
    }

    private static func startTools(_ settings: Settings, _ log: Logger) async throws(StartError) -> ToolHost {
        do throws(SystemError) {
            return try await ToolHost.start(ToolConfiguration(settings.tools), log: log)
        } catch {
            throw StartError(description: "cannot start: \(error)")
        }
    }

    private static func makeWorker(
        _ index: Int, _ loop: EventLoop, _ environment: ServerEnvironment, _ directory: LoopDirectory,
        _ makeService: @escaping ServiceFactory
    ) async -> LoopBound<Worker> {
        await withCheckedContinuation { continuation in
            loop.submit {
                let worker = Worker(
                    index: index, loop: loop, environment: environment, service: makeService(loop), directory: directory
                )
                if index == 0 { worker.askForModels() }
                continuation.resume(returning: LoopBound(worker, loop: loop))
            }
        }
    }

    /// One socket takes all connections and deals them out in turn: the loops end up with equally many.
    private static func listen(
        at address: SocketAddress, workers: [LoopBound<Worker>], log: Logger
    ) async throws -> LoopBound<TCPListener> {
        let loop = workers[0].loop
        return try await withCheckedThrowingContinuation { continuation in
            loop.submit {
                var next = 0
                do {
                    let listener = try TCPListener(
                        loop: loop, address: address,
                        onAccept: { descriptor in
                            let worker = workers[next % workers.count]
                            next &+= 1
                            if worker.loop === loop {
                                worker.value.accept(descriptor)
                            } else {
                                worker.submit { $0.accept(descriptor) }
                            }
                        },
                        onExhaustion: { log.error("connections cannot be taken", ["error": "\($0)"]) })
                    try listener.start()
                    continuation.resume(returning: LoopBound(listener, loop: loop))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    private static func describe(_ error: any Error, address: SocketAddress) -> String {
        guard let error = error as? SystemError else { return "cannot start: \(error)" }
        if error.isAddressInUse {
            return
                "cannot listen on \(address): the port is in use. Stop the other program, or choose another port with --port."
        }
        if error.isPermissionDenied {
            return
                "cannot listen on \(address): permission denied. Ports below 1024 need privileges; choose another with --port."
        }
        if error.isAddressNotAvailable {
            return "cannot listen on \(address): this machine does not have that address."
        }
        return "cannot listen on \(address): \(error)"
    }

    // MARK: Reloading

    /// Puts other settings in force while the server runs: for the sessions and connections that begin from now on, and for
    /// the limits of the server as a whole. What cannot change while it runs (the address, the number of loops) stays.
    ///
    /// - Parameter completion: called on some loop once every loop has them.
    package func reconfigure(
        _ settings: Settings, makeService: @escaping ServiceFactory, completion: @escaping @Sendable () -> Void
    ) {
        let next = environment.withLock { environment in
            environment = ServerEnvironment(settings, after: environment)
            return environment
        }
        Self.hand(next, to: workers[...], makeService, completion)
    }

    /// To one worker after the other.
    private static func hand(
        _ environment: ServerEnvironment, to workers: ArraySlice<LoopBound<Worker>>,
        _ makeService: @escaping ServiceFactory, _ completion: @escaping @Sendable () -> Void
    ) {
        guard let first = workers.first else { return completion() }
        first.submit { worker in
            worker.adopt(environment, service: makeService(worker.loop))
            if worker.index == 0 { worker.askForModels() }
            hand(environment, to: workers.dropFirst(), makeService, completion)
        }
    }

    // MARK: Ending

    /// Takes no more sessions, lets running answers end, at most for `grace`; then ends everything. Returns when all
    /// clients have been told and are gone. A second call changes nothing.
    package func drain(grace: Duration) async {
        guard !isDraining.exchange(true, ordering: .relaxed) else { return }
        let environment = environment.withLock { $0 }
        environment.registry.startDraining()
        environment.log.info("draining", ["sessions": .integer(environment.registry.count)])
        await withTaskGroup(of: Void.self) { group in
            for worker in workers {
                group.addTask { await Self.drain(worker, grace: grace) }
            }
        }
        stop()
        await environment.tools.stopped()
    }

    private static func drain(_ worker: LoopBound<Worker>, grace: Duration) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            worker.submit { worker in
                worker.drain { continuation.resume() }
                worker.loop.schedule(after: grace.timerNanoseconds) { [weak worker] in worker?.endAll() }
            }
        }
    }

    /// Stops listening, the tools and the loops at once.
    package func stop() {
        listener.submit { $0.stop() }
        for worker in workers {
            worker.submit { worker in
                worker.tools.stop()
                worker.loop.stop()
            }
        }
        environment.withLock(\.tools).stop()
    }
}
