import AILoop
import Synchronization

/// The tools of one server as far as they are known. Without its command and environment, which may hold secrets.
struct MCPSnapshot: Sendable {
    let server: String
    let policy: ToolPolicy
    /// Of a call, in nanoseconds; nil: ``ToolConfiguration/timeout``.
    let timeout: UInt64?
    var tools: [MCPToolDescription] = []

    init(_ specification: MCPServerSpecification) {
        server = specification.name
        policy = specification.policy
        timeout = specification.timeout
    }
}

/// The tools of all servers, and who is told when they change.
final class MCPSnapshots: Sendable {
    /// Called under a lock, so that each hears of all lists in their order: it hands them on, and neither blocks nor calls back.
    typealias Subscriber = @Sendable ([MCPSnapshot]) -> Void

    private struct State {
        var snapshots: [MCPSnapshot]
        var subscribers: [Subscriber] = []
    }

    private let state: Mutex<State>

    init(_ specifications: [MCPServerSpecification]) {
        state = Mutex(State(snapshots: specifications.map { MCPSnapshot($0) }))
    }

    /// Calls `subscriber` with the tools now, and whenever they change.
    func subscribe(_ subscriber: @escaping Subscriber) {
        state.withLock { state in
            state.subscribers.append(subscriber)
            subscriber(state.snapshots)
        }
    }

    /// The tools of a server are these from now on.
    func publish(_ tools: [MCPToolDescription], of server: String) {
        state.withLock { state in
            for index in state.snapshots.indices where state.snapshots[index].server == server {
                state.snapshots[index].tools = tools
            }
            for subscriber in state.subscribers { subscriber(state.snapshots) }
        }
    }

    /// Nobody is told any more.
    func close() {
        state.withLock { $0.subscribers = [] }
    }
}
