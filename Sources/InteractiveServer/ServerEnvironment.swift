import Configuration
import Observability
import Sessions
import Synchronization
import Tools

/// What all event loops of a server share: the settings in force, with what is derived from them, and the state that
/// outlives them. Everything in it is constant or counts.
///
/// Each ``Worker`` holds the one that is in force on its loop. A reload makes the next one of it, with the same state, and
/// hands it to each worker; sessions and connections keep what they were made with.
final class ServerEnvironment: Sendable {
    /// Connections over the limit that are told so; more are closed without a word.
    static let maximumRefusalsAtOnce = 1000

    let settings: Settings
    let connectionSettings: ConnectionSettings
    let accessPolicy: AccessPolicy
    private let shared: SharedState

    /// The first one of a server.
    init(
        settings: Settings, bindsLoopback: Bool, metrics: Metrics, log: Logger, tools: ToolHost,
        delegates: [any AILoopDelegate] = []
    ) {
        self.settings = settings
        connectionSettings = ConnectionSettings(settings.server)
        accessPolicy = AccessPolicy(settings: settings.server, bindsLoopback: bindsLoopback)
        shared = SharedState(
            settings: settings, bindsLoopback: bindsLoopback, metrics: metrics, log: log, tools: tools,
            delegates: delegates)
    }

    /// The one that follows. The limits that hold for the server as a whole hold at once.
    init(_ settings: Settings, after previous: ServerEnvironment) {
        self.settings = settings
        shared = previous.shared
        connectionSettings = ConnectionSettings(settings.server)
        accessPolicy = AccessPolicy(settings: settings.server, bindsLoopback: shared.bindsLoopback)
        shared.registry.setLimits(SessionRegistry.Limits(settings.sessions))
        shared.rateLimiter.setLimit(
            messagesPerMinute: settings.server.rateLimit.messagesPerMinute, burst: settings.server.rateLimit.burst)
    }

    var registry: SessionRegistry { shared.registry }
    var rateLimiter: RateLimiter { shared.rateLimiter }
    var metrics: Metrics { shared.metrics }
    var log: Logger { shared.log }
    var tools: ToolHost { shared.tools }
    var webPage: HTTPAnswer { shared.webPage }
    var modelCatalog: ModelCatalog { shared.modelCatalog }
    var isDraining: Bool { shared.registry.isDraining }

    func makeClientID() -> ClientID {
        ClientID(number: shared.nextClientNumber.wrappingAdd(1, ordering: .relaxed).oldValue)
    }

    /// The mailboxes of one session, one for each of the server's further delegates.
    func makeMailboxes() -> [DelegateMailbox] {
        shared.delegates.map { delegate in
            DelegateMailbox(delegate) { [log] trouble in
                log.error("a delegate of the AI loop is in trouble", ["trouble": "\(trouble)"])
            }
        }
    }

    // MARK: Connections

    /// Counts a connection in. False where there are so many that it is not even worth an answer: then it is not counted.
    func admitConnection() -> Bool {
        let count = shared.connectionCount.wrappingAdd(1, ordering: .relaxed).newValue
        if count <= settings.server.maximumConnections + Self.maximumRefusalsAtOnce { return true }
        releaseConnection()
        return false
    }

    func releaseConnection() {
        shared.connectionCount.wrappingSubtract(1, ordering: .relaxed)
    }

    var isOverConnectionLimit: Bool {
        shared.connectionCount.load(ordering: .relaxed) > settings.server.maximumConnections
    }
}

/// What a server has once, whatever its settings become.
private final class SharedState: Sendable {
    let bindsLoopback: Bool
    let registry: SessionRegistry
    let rateLimiter: RateLimiter
    let metrics: Metrics
    let log: Logger
    let tools: ToolHost
    let webPage: HTTPAnswer
    /// Hear of every session's events, in their own time.
    let delegates: [any AILoopDelegate]
    let modelCatalog = ModelCatalog()
    let connectionCount = Atomic<Int>(0)
    let nextClientNumber = Atomic<UInt64>(1)

    init(
        settings: Settings, bindsLoopback: Bool, metrics: Metrics, log: Logger, tools: ToolHost,
        delegates: [any AILoopDelegate]
    ) {
        self.bindsLoopback = bindsLoopback
        self.metrics = metrics
        self.log = log
        self.tools = tools
        self.delegates = delegates
        registry = SessionRegistry(limits: SessionRegistry.Limits(settings.sessions))
        rateLimiter = RateLimiter(
            messagesPerMinute: settings.server.rateLimit.messagesPerMinute, burst: settings.server.rateLimit.burst)
        webPage = WebPage.answer(socketPath: settings.server.path)
    }
}

extension SessionRegistry.Limits {
    fileprivate init(_ settings: Settings.Sessions) {
        self.init(
            maximumSessions: settings.maximumSessions, maximumSessionsPerUser: settings.maximumSessionsPerUser)
    }
}
