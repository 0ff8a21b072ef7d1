import Configuration
import Observability
import Sessions
import Synchronization

/// What all event loops of a server share. Everything in it is constant or counts.
final class ServerEnvironment: Sendable {
    /// Connections over the limit that are told so; more are closed without a word.
    static let maximumRefusalsAtOnce = 1000

    let settings: Settings
    let connectionSettings: ConnectionSettings
    let accessPolicy: AccessPolicy
    let registry: SessionRegistry
    let rateLimiter: RateLimiter
    let metrics: Metrics
    let log: Logger
    let webPage: HTTPAnswer
    /// Hear of every session's events, in their own time.
    let delegates: [any AILoopDelegate]
    let modelCatalog = ModelCatalog()
    private let connectionCount = Atomic<Int>(0)
    private let nextClientNumber = Atomic<UInt64>(1)

    init(settings: Settings, bindsLoopback: Bool, metrics: Metrics, log: Logger, delegates: [any AILoopDelegate] = []) {
        self.settings = settings
        self.metrics = metrics
        self.log = log
        self.delegates = delegates
        connectionSettings = ConnectionSettings(settings.server)
        accessPolicy = AccessPolicy(settings: settings.server, bindsLoopback: bindsLoopback)
        registry = SessionRegistry(
            limits: SessionRegistry.Limits(
                maximumSessions: settings.sessions.maximumSessions,
                maximumSessionsPerUser: settings.sessions.maximumSessionsPerUser))
        rateLimiter = RateLimiter(
            messagesPerMinute: settings.server.rateLimit.messagesPerMinute, burst: settings.server.rateLimit.burst)
        webPage = WebPage.answer(socketPath: settings.server.path)
    }

    var isDraining: Bool { registry.isDraining }

    func makeClientID() -> ClientID {
        ClientID(number: nextClientNumber.wrappingAdd(1, ordering: .relaxed).oldValue)
    }

    /// The mailboxes of one session, one for each of ``delegates``.
    func makeMailboxes() -> [DelegateMailbox] {
        delegates.map { delegate in
            DelegateMailbox(delegate) { [log] trouble in
                log.error("a delegate of the AI loop is in trouble", ["trouble": "\(trouble)"])
            }
        }
    }

    // MARK: Connections

    /// Counts a connection in. False where there are so many that it is not even worth an answer: then it is not counted.
    func admitConnection() -> Bool {
        let count = connectionCount.wrappingAdd(1, ordering: .relaxed).newValue
        if count <= settings.server.maximumConnections + Self.maximumRefusalsAtOnce { return true }
        releaseConnection()
        return false
    }

    func releaseConnection() {
        connectionCount.wrappingSubtract(1, ordering: .relaxed)
    }

    var isOverConnectionLimit: Bool {
        connectionCount.load(ordering: .relaxed) > settings.server.maximumConnections
    }
}
