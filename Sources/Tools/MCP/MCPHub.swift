import EventLoops
import JSON
import Observability
import Synchronization

/// A call of a tool.
struct MCPCall: Sendable {
    /// As the server knows it.
    var tool: String
    var arguments: JSONObject
    /// How long it may take, in nanoseconds, where it tells no progress.
    var timeout: UInt64
}

/// All MCP servers, on an event loop of their own: one program each, whose tools the sessions of all loops share.
final class MCPHub: Sendable {
    /// How long the start waits for the servers to be ready.
    static let startLimit: UInt64 = 15_000_000_000

    /// Values of environments that are kept out of the log have so many bytes at least. Shorter ones are switches and numbers
    /// rather than secrets, and stand in too much else.
    static let minimumSecretBytes = 8

    private struct State {
        var lastCallNumber = 0
        var isStopping = false
        var isStopped = false
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let servers: LoopBound<[String: MCPServer]>
    private let loop: EventLoop
    private let snapshots: MCPSnapshots
    private let state = Mutex(State())

    private init(loop: EventLoop, servers: LoopBound<[String: MCPServer]>, snapshots: MCPSnapshots) {
        self.loop = loop
        self.servers = servers
        self.snapshots = snapshots
    }

    /// Starts the servers; returns when each is ready or has failed once, or the ``startLimit`` is over.
    static func start(
        _ specifications: [MCPServerSpecification], limits: MCPLimits, log: Logger
    ) async throws(SystemError) -> MCPHub {
        for specification in specifications {
            for value in specification.environment.values where value.utf8.count >= minimumSecretBytes {
                log.redactor.register(value)
            }
        }
        let loop = try EventLoop(name: "mcp")
        try loop.start()
        let snapshots = MCPSnapshots(specifications)
        return await withCheckedContinuation { continuation in
            loop.submit {
                let start = Countdown(waitingCount: specifications.count, loop: loop)
                let calls = BlockingCalls(maximumThreads: specifications.count)
                var servers: [String: MCPServer] = [:]
                for specification in specifications {
                    servers[specification.name] = MCPServer(
                        specification: specification, limits: limits, loop: loop, calls: calls, log: log,
                        onTools: { snapshots.publish($0, of: specification.name) }, onSettled: { start.settled() })
                }
                let hub = MCPHub(loop: loop, servers: LoopBound(servers, loop: loop), snapshots: snapshots)
                start.wait(limit: startLimit) { continuation.resume(returning: hub) }
                for server in servers.values { server.start() }
            }
        }
    }

    /// Calls `subscriber` with the tools now, and whenever they change, see ``MCPSnapshots``.
    func subscribe(_ subscriber: @escaping MCPSnapshots.Subscriber) {
        snapshots.subscribe(subscriber)
    }

    /// Calls a tool. `reply` is called on the hub's loop.
    ///
    /// - Returns: what ``cancel(_:of:isOverdue:)`` takes.
    func call(_ call: MCPCall, of server: String, reply: @escaping @Sendable (ToolRunNews) -> Void) -> Int {
        let number = state.withLock { state in
            state.lastCallNumber += 1
            return state.lastCallNumber
        }
        servers.submit { servers in
            guard let server = servers[server] else { return reply(.ended(.failure("there is no such MCP server"))) }
            server.call(number, call, reply: reply)
        }
        return number
    }

    /// - Parameter isOverdue: it was not answered in its time.
    func cancel(_ number: Int, of server: String, isOverdue: Bool) {
        servers.submit { $0[server]?.cancel(number, isOverdue: isOverdue) }
    }

    /// Ends all servers, and the loop when they are gone. Idempotent.
    func stop() {
        snapshots.close()
        let isFirst = state.withLock { state in
            defer { state.isStopping = true }
            return !state.isStopping
        }
        guard isFirst else { return }
        servers.submit { [self] servers in
            let end = Countdown(waitingCount: servers.count, loop: loop)
            end.wait(limit: nil) { self.finish() }
            for server in servers.values { server.stop { end.settled() } }
        }
    }

    private func finish() {
        loop.stop()
        let waiters = state.withLock { state in
            state.isStopped = true
            defer { state.stopWaiters = [] }
            return state.stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when the servers are gone, after ``stop()``.
    func stopped() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isStopped = state.withLock { state in
                if !state.isStopped { state.stopWaiters.append(continuation) }
                return state.isStopped
            }
            if isStopped { continuation.resume() }
        }
    }
}

/// Waits for all servers to have come somewhere. Isolation: lives on the hub's loop.
private final class Countdown {
    private var waitingCount: Int
    private let loop: EventLoop
    private var completion: (() -> Void)?

    init(waitingCount: Int, loop: EventLoop) {
        self.waitingCount = waitingCount
        self.loop = loop
    }

    func wait(limit: UInt64?, completion: @escaping () -> Void) {
        self.completion = completion
        if let limit { loop.schedule(after: limit) { [weak self] in self?.finish() } }
        if waitingCount == 0 { finish() }
    }

    func settled() {
        waitingCount -= 1
        if waitingCount == 0 { finish() }
    }

    private func finish() {
        let completion = completion
        self.completion = nil
        completion?()
    }
}
