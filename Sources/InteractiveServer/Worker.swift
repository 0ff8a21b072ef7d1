import AILoop
import Configuration
import EventLoops
import JSONRPC
import Observability
import Sessions
import Tools
import WebSocketConnections

/// One event loop's share of the server: its connections, its sessions and the AI service that they talk to.
final class Worker {
    let index: Int
    let loop: EventLoop
    /// What is in force on this loop.
    private(set) var environment: ServerEnvironment
    let metrics: MetricsShard
    let log: Logger
    var endpoints: HTTPEndpoints { HTTPEndpoints(environment: environment, metrics: metrics) }
    let sessions: SessionManager
    private(set) var service: any ModelService
    let tools: ToolBox
    let toolMeter: ToolMeter
    let relayMeter: RelayMeter
    let eventLog: EventLog
    private(set) lazy var router = RequestRouter(worker: self)
    /// What turns each session's events into notifications, by session id.
    private(set) var bridges: [String: NotificationBridge] = [:]
    /// What each session was started with, by session id.
    private var environments: [String: ServerEnvironment] = [:]
    private let directory: LoopDirectory
    private let remoteClients: RemoteClients
    private var httpConnections: [ClientID: HTTPConnection] = [:]
    private var connections: [ClientID: ClientConnection] = [:]
    /// What awaits the answers of other loops, by a number of its own.
    private var forwardedRequests: [Int: (JSONRPCResponse?) -> Void] = [:]
    private var nextForwardedRequest = 0
    /// Told when the last session and the last open connection of a draining worker are gone.
    private var onDrained: (() -> Void)?

    init(
        index: Int, loop: EventLoop, environment: ServerEnvironment, service: any ModelService,
        directory: LoopDirectory
    ) {
        tools = environment.tools.makeBox(loop: loop)
        toolMeter = environment.metrics.tools
        self.index = index
        self.loop = loop
        self.environment = environment
        self.service = service
        self.directory = directory
        remoteClients = RemoteClients(directory: directory, loopIndex: index)
        log = environment.log
        let metrics = environment.metrics.makeShard()
        self.metrics = metrics
        relayMeter = RelayMeter(loop: loop, metrics: metrics)
        eventLog = EventLog(log: environment.log)
        let log = environment.log
        sessions = SessionManager(
            loop: loop, loopIndex: index, registry: environment.registry,
            tools: tools, callObserver: ModelCallMeter(metrics: metrics),
            terms: Self.sessionTerms(environment, service),
            onDelegateFailure: { log.error("a delegate of the AI loop failed", ["error": "\($0)"]) })
        tools.maximumResultBytes = { [unowned self] sessionID in
            self.environment(ofSession: sessionID).settings.tools.maximumResultBytes
        }
        sessions.onEnd = { [unowned self] session, owner in self.sessionEnded(session, owner: owner) }
    }

    private static func sessionTerms(
        _ environment: ServerEnvironment, _ service: any ModelService
    ) -> SessionManager.Terms {
        let limits = environment.settings.sessions
        return SessionManager.Terms(
            service: service,
            timeLimits: Session.TimeLimits(
                whole: limits.timeout.timerNanoseconds, idle: limits.idleTimeout.timerNanoseconds,
                clientTool: environment.settings.tools.clientTimeout.timerNanoseconds,
                approval: environment.settings.tools.approvalTimeout.timerNanoseconds),
            resumeWindow: limits.resumeWindow.timerNanoseconds)
    }

    // MARK: Reloading

    /// Puts other settings in force: for what begins from now on. Connections whose token is good no longer end.
    func adopt(_ environment: ServerEnvironment, service: any ModelService) {
        self.environment = environment
        self.service = service
        sessions.terms = Self.sessionTerms(environment, service)
        checkAccess()
    }

    /// What a session was started with.
    func environment(ofSession id: String) -> ServerEnvironment { environments[id] ?? environment }

    // MARK: Connections

    /// Takes an accepted socket, and owns it.
    func accept(_ descriptor: Int32) {
        guard environment.admitConnection() else {
            metrics.add(to: .connectionsRefused)
            return TCPChannel.discard(descriptor)
        }
        guard let channel = adopt(descriptor) else { return }
        let id = environment.makeClientID()
        httpConnections[id] = HTTPConnection(worker: self, id: id, channel: channel)
    }

    private func adopt(_ descriptor: Int32) -> TCPChannel? {
        do {
            return try TCPChannel(loop: loop, adopting: descriptor)
        } catch {
            environment.releaseConnection()
            log.error("a connection cannot be watched", ["error": "\(error)"])
            return nil
        }
    }

    func upgrade(_ connection: HTTPConnection, to socket: WebSocketConnection, token: Secret?) {
        httpConnections[connection.id] = nil
        connections[connection.id] = ClientConnection(worker: self, id: connection.id, socket: socket, token: token)
        metrics.add(to: .connectionsAccepted)
    }

    func move(_ moved: MovedConnection, to loopIndex: Int) {
        connections[moved.clientID] = nil
        directory.submit(to: loopIndex) { $0.arrive(moved) }
    }

    /// Takes over a connection from another loop.
    func arrive(_ moved: MovedConnection) {
        guard let channel = adopt(moved.socket.descriptor) else { return }
        let socket = WebSocketConnection(
            resuming: moved.socket, channel: channel, limits: environment.connectionSettings.webSocketLimits)
        let connection = ClientConnection(worker: self, id: moved.clientID, socket: socket, token: moved.token)
        connections[moved.clientID] = connection
        guard environment.accessPolicy.admits(moved.token) else { return connection.loseAccess() }
        connection.resume(message: moved.message, unread: moved.socket.unread)
    }

    /// The tokens have changed.
    private func checkAccess() {
        for connection in Array(connections.values) where !environment.accessPolicy.admits(connection.token) {
            connection.loseAccess()
        }
    }

    func forget(_ connection: HTTPConnection) {
        guard httpConnections.removeValue(forKey: connection.id) != nil else { return }
        environment.releaseConnection()
        checkDrained()
    }

    /// The connection's socket is closed.
    func forget(_ connection: ClientConnection) {
        guard connections.removeValue(forKey: connection.client.id) != nil else { return }
        environment.releaseConnection()
        checkDrained()
    }

    func connection(of client: ClientID) -> ClientConnection? { connections[client] }

    func clientDisconnected(_ client: Client) {
        for id in sessions.sessionIDs(of: client.id) { bridges[id]?.detach() }
        sessions.clientDisconnected(client.id)
        for loopIndex in client.remoteLoops {
            directory.submit(to: loopIndex) { [id = client.id] in $0.remoteClientDisconnected(id) }
        }
        client.remoteLoops = []
    }

    // MARK: Clients of other loops

    /// Passes a message on to the loop of the session that it names.
    func forward(_ message: [UInt8], of client: Client, to loopIndex: Int) {
        client.remoteLoops.insert(loopIndex)
        directory.submit(to: loopIndex) { [id = client.id, index] worker in
            worker.router.receive(message, from: worker.remoteClients.client(id, homeLoop: index))
        }
    }

    /// Has one request of a batch carried out on the loop of the session that it names.
    func forward(
        _ request: JSONRPCRequest, of client: Client, to loopIndex: Int,
        completion: @escaping (JSONRPCResponse?) -> Void
    ) {
        client.remoteLoops.insert(loopIndex)
        let number = nextForwardedRequest
        nextForwardedRequest += 1
        forwardedRequests[number] = completion
        directory.submit(to: loopIndex) { [id = client.id, index, directory] worker in
            worker.router.receive(request, from: worker.remoteClients.client(id, homeLoop: index)) { response in
                directory.submit(to: index) { $0.forwardedRequests.removeValue(forKey: number)?(response) }
            }
        }
    }

    private func remoteClientDisconnected(_ id: ClientID) {
        if let client = remoteClients.remove(id) { clientDisconnected(client) }
    }

    /// Another loop has no session of the client any more.
    func remoteSessionsEnded(of id: ClientID, onLoop loopIndex: Int) {
        connections[id]?.client.remoteLoops.remove(loopIndex)
        drainConnections()
    }

    func countError(in response: JSONRPCResponse) {
        if case .failure = response.outcome { metrics.add(to: .requestErrors) }
    }

    // MARK: Sessions

    func add(_ bridge: NotificationBridge, for sessionID: String) {
        bridges[sessionID] = bridge
        environments[sessionID] = environment
        metrics.add(to: .sessionsStarted)
        metrics.add(to: .sessionsActive)
    }

    private func sessionEnded(_ session: Session, owner: ClientID?) {
        guard bridges.removeValue(forKey: session.id) != nil else { return }
        environments[session.id] = nil
        metrics.add(-1, to: .sessionsActive)
        if let owner, !sessions.hasSessions(of: owner) { remoteClients.release(owner) }
        drainConnections()
        // Where the client is gone already, no connection's end says so.
        checkDrained()
    }

    /// Learns how much context the models take, where the configuration does not say it. Failure is no trouble: the default
    /// holds then.
    func askForModels() {
        guard environment.settings.aiService == .openrouter, environment.settings.aiLoop.maximumContextTokens == nil
        else { return }
        service.listModels { [catalog = environment.modelCatalog, log] result in
            switch result {
            case .success(let models): catalog.learn(models)
            case .failure(let error): log.debug("the models cannot be listed", ["error": .string(error.detail)])
            }
        }
    }

    // MARK: Draining

    /// Ends what is idle and lets running answers end; calls `onDrained` when nothing is left.
    func drain(_ onDrained: @escaping () -> Void) {
        self.onDrained = onDrained
        for session in sessions.sessions where !session.isBusy { endForShutdown(session) }
        drainConnections()
        checkDrained()
    }

    /// Ends everything at once: the grace is over.
    func endAll() {
        for session in sessions.sessions { endForShutdown(session) }
        drainConnections()
    }

    /// A session's message has ended; while draining, so does the session.
    func messageEnded(in session: SessionIdentity) {
        guard onDrained != nil else { return }
        // The event that ended it is still being told.
        loop.schedule(after: 0) { [weak self] in
            guard let self, let session = sessions.session(session.sessionID), !session.isBusy else { return }
            endForShutdown(session)
        }
    }

    private func endForShutdown(_ session: Session) {
        session.receive(.stop(reason: "Server is shutting down"))
    }

    private func drainConnections() {
        guard onDrained != nil else { return }
        for connection in connections.values
        where !sessions.hasSessions(of: connection.client.id) && connection.client.remoteLoops.isEmpty {
            connection.goAway()
        }
    }

    private func checkDrained() {
        guard let onDrained, connections.isEmpty, sessions.count == 0 else { return }
        self.onDrained = nil
        for connection in httpConnections.values { connection.drop() }
        onDrained()
    }
}
