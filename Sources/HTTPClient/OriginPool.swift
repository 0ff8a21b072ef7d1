import HTTP1

/// The connections to one server, and the exchanges that wait for one.
final class OriginPool {
    let origin: Origin
    let proxy: Proxy?
    private let context: ClientContext
    private let onEmpty: () -> Void
    /// Oldest first; the youngest is used, so that the others can go.
    private var idle: [HTTPConnection] = []
    /// All of them, those being opened included.
    private(set) var connectionCount = 0
    /// Oldest first.
    private var waiting: [ClientExchange] = []

    var tellsRedirects: Bool { context.tellsRedirects }
    var idleCount: Int { idle.count }
    var waitingCount: Int { waiting.count }

    /// - Parameter onEmpty: called when the last connection is gone and nobody waits.
    init(origin: Origin, proxy: Proxy?, context: ClientContext, onEmpty: @escaping () -> Void) {
        self.origin = origin
        self.proxy = proxy
        self.context = context
        self.onEmpty = onEmpty
    }

    // MARK: Exchanges

    /// Gives the exchange a connection: an idle one, or a new one, or the next that becomes free.
    func add(_ exchange: ClientExchange) {
        if let connection = idle.popLast() { return connection.carry(exchange) }
        open(exchange)
    }

    /// Opens a connection for the exchange, or has it wait where there are too many.
    func open(_ exchange: ClientExchange) {
        if connectionCount < context.limits.maximumConnectionsPerOrigin {
            connectionCount += 1
            HTTPConnection(pool: self, context: context, exchange: exchange).startLater()
        } else if waiting.count < context.limits.maximumWaitingPerOrigin {
            exchange.wait(in: self)
            waiting.append(exchange)
        } else {
            exchange.failLater(TransportFailure.limitReached(origin, context.limits), on: context.loop)
        }
    }

    /// The exchange waits no more.
    func forget(_ exchange: ClientExchange) {
        waiting.removeAll { $0 === exchange }
    }

    // MARK: Connections

    func connectionBecameIdle(_ connection: HTTPConnection) {
        if !waiting.isEmpty {
            connection.carry(waiting.removeFirst())
        } else if idle.count < context.limits.maximumIdlePerOrigin {
            idle.append(connection)
        } else {
            connection.closeIdle()
        }
    }

    /// - Parameter exchange: was on the connection and is to be carried by a new one.
    func connectionClosed(_ connection: HTTPConnection, leaving exchange: ClientExchange? = nil) {
        idle.removeAll { $0 === connection }
        connectionCount -= 1
        if let exchange {
            open(exchange)
        } else if !waiting.isEmpty {
            open(waiting.removeFirst())
        } else if connectionCount == 0 {
            onEmpty()
        }
    }

    /// Closes the connections that have been idle since `time` or before.
    ///
    /// - Returns: since when the oldest that is left has been idle.
    func closeIdle(since time: UInt64) -> UInt64? {
        for connection in idle.prefix(while: { $0.idleSince <= time }) { connection.closeIdle() }
        return idle.first?.idleSince
    }
}
