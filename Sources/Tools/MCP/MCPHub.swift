import EventLoops
import JSON
import Observability
import Synchronization

/// What comes of a call.
enum MCPCallNews: Sendable {
    case progress
    /// The last one.
    case ended(ToolOutput)
}

/// A call of a tool.
struct MCPCall: Sendable {
    /// As the server knows it.
    var tool: String
    var arguments: JSONObject
    /// Monotonic nanoseconds.
    var began: UInt64
    /// How long it may take, in nanoseconds, where it tells no progress.
    var timeout: UInt64
}

/// The tools of one server as far as they are known.
struct MCPSnapshot: Sendable {
    var server: MCPServerSpecification
    var tools: [MCPToolDescription]
}

/// All MCP servers, on an event loop of their own: one program each, whose tools the sessions of all loops share.
final class MCPHub: Sendable {
    /// How long the start waits for the servers to be ready.
    static let startLimit: UInt64 = 15_000_000_000

    /// Values of environments that are kept out of the log have so many bytes at least. Shorter ones are switches and numbers
    /// rather than secrets, and stand in too much else.
    static let minimumSecretBytes = 8

    private struct State {
        var snapshots: [MCPSnapshot]
        var subscribers: [@Sendable ([MCPSnapshot]) -> Void] = []
        var lastCallNumber = 0
        var isStopping = false
        var isStopped = false
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let loop: EventLoop
    private let servers: LoopBound<[String: MCPServer]>
    private let state: SharedState

    /// Handed to the servers before the hub is there.
    private final class SharedState: Sendable {
        let value: Mutex<State>

        init(_ specifications: [MCPServerSpecification]) {
            value = Mutex(State(snapshots: specifications.map { MCPSnapshot(server: $0, tools: []) }))
        }

        func finish() {
            let waiters = value.withLock { state in
                state.isStopped = true
                defer { state.stopWaiters = [] }
                return state.stopWaiters
            }
            for waiter in waiters { waiter.resume() }
        }

        func publish(_ server: String, _ tools: [MCPToolDescription]) {
            let (snapshots, subscribers) = value.withLock { state in
                for index in state.snapshots.indices where state.snapshots[index].server.name == server {
                    state.snapshots[index].tools = tools
                }
                return (state.snapshots, state.subscribers)
            }
            for subscriber in subscribers { subscriber(snapshots) }
        }
    }

    private init(loop: EventLoop, servers: LoopBound<[String: MCPServer]>, state: SharedState) {
        self.loop = loop
        self.servers = servers
        self.state = state
    }

    /// Starts the servers; returns when each is ready or has failed once, or the ``startLimit`` is over.
    static func start(_ specifications: [MCPServerSpecification], log: Logger) async throws(SystemError) -> MCPHub {
        for specification in specifications {
            for value in specification.environment.values where value.utf8.count >= minimumSecretBytes {
                log.redactor.register(value)
            }
        }
        let loop = try EventLoop(name: "mcp")
        loop.start()
        let state = SharedState(specifications)
        return await withCheckedContinuation { continuation in
            loop.submit {
                let start = HubStart(waitingCount: specifications.count, loop: loop)
                let calls = BlockingCalls(maximumThreads: specifications.count)
                var servers: [String: MCPServer] = [:]
                for specification in specifications {
                    servers[specification.name] = MCPServer(
                        specification: specification, loop: loop, calls: calls, log: log,
                        onTools: { state.publish(specification.name, $0) }, onSettled: { start.settled() })
                }
                let hub = MCPHub(loop: loop, servers: LoopBound(servers, loop: loop), state: state)
                start.wait(limit: startLimit) { continuation.resume(returning: hub) }
                for server in servers.values { server.start() }
            }
        }
    }

    /// Calls `subscriber` with the tools now, and whenever they change.
    func subscribe(_ subscriber: @escaping @Sendable ([MCPSnapshot]) -> Void) {
        let snapshots = state.value.withLock { state in
            state.subscribers.append(subscriber)
            return state.snapshots
        }
        subscriber(snapshots)
    }

    /// Calls a tool. `reply` is called on the hub's loop.
    ///
    /// - Returns: what ``cancel(_:of:)`` takes.
    func call(_ call: MCPCall, of server: String, reply: @escaping @Sendable (MCPCallNews) -> Void) -> Int {
        let number = state.value.withLock { state in
            state.lastCallNumber += 1
            return state.lastCallNumber
        }
        servers.submit { servers in
            guard let server = servers[server] else { return reply(.ended(.failure("there is no such MCP server"))) }
            server.call(number, call, reply: reply)
        }
        return number
    }

    func cancel(_ number: Int, of server: String) {
        servers.submit { $0[server]?.cancel(number) }
    }

    /// Ends all servers, and the loop when they are gone. Idempotent.
    func stop() {
        let isFirst = state.value.withLock { state in
            state.subscribers = []
            defer { state.isStopping = true }
            return !state.isStopping
        }
        guard isFirst else { return }
        servers.submit { [loop, state] servers in
            let end = HubStart(waitingCount: servers.count, loop: loop)
            end.wait(limit: nil) {
                loop.stop()
                state.finish()
            }
            for server in servers.values { server.stop { end.settled() } }
        }
    }

    /// Returns when the servers are gone, after ``stop()``.
    func stopped() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isStopped = state.value.withLock { state in
                if !state.isStopped { state.stopWaiters.append(continuation) }
                return state.isStopped
            }
            if isStopped { continuation.resume() }
        }
    }
}

/// Waits for all servers to have come somewhere. Isolation: lives on the hub's loop.
private final class HubStart {
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
