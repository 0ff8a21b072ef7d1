package import AILoop
package import EventLoops

/// Who exists on one event loop and who may touch it: sessions by id, each with the client that owns it, or none while it
/// waits to be attached again.
package final class SessionManager {
    /// Why a session may not be touched.
    package enum AccessError: Error, Sendable, Hashable {
        /// Unknown, stopped, or expired; also a wrong resume token.
        case notFound
        case notOwner
    }

    /// What a manager needs to make a session.
    package struct Request {
        package var userID: String
        package var configuration: AILoopConfiguration
        package var delegates: [any InlineAILoopDelegate]

        package init(userID: String, configuration: AILoopConfiguration, delegates: [any InlineAILoopDelegate]) {
            self.userID = userID
            self.configuration = configuration
            self.delegates = delegates
        }
    }

    /// What sessions are made with. A session keeps what it was made with.
    package struct Terms {
        package var service: any ModelService
        package var timeLimits: Session.TimeLimits
        /// Nanoseconds that a session without an owner is kept; 0: not at all.
        package var resumeWindow: UInt64

        package init(service: any ModelService, timeLimits: Session.TimeLimits, resumeWindow: UInt64) {
            self.service = service
            self.timeLimits = timeLimits
            self.resumeWindow = resumeWindow
        }
    }

    private struct Entry {
        var session: Session
        var owner: ClientID?
        let resumeToken: String
        let resumeWindow: UInt64
        var expiry: TimerID?
    }

    package let loopIndex: Int
    private let loop: EventLoop
    private let registry: SessionRegistry
    private let tools: any ToolService
    private let callObserver: any ModelCallObserver
    /// For the next session.
    package var terms: Terms
    private let onDelegateFailure: (any Error) -> Void
    /// Told when a session has ended, with the client that owned it.
    package var onEnd: (Session, ClientID?) -> Void = { _, _ in }
    private var entries: [String: Entry] = [:]
    private var sessionsOfClient: [ClientID: Set<String>] = [:]

    package init(
        loop: EventLoop, loopIndex: Int, registry: SessionRegistry, tools: any ToolService,
        callObserver: any ModelCallObserver, terms: Terms,
        onDelegateFailure: @escaping (any Error) -> Void = { _ in }
    ) {
        self.loop = loop
        self.loopIndex = loopIndex
        self.registry = registry
        self.tools = tools
        self.callObserver = callObserver
        self.terms = terms
        self.onDelegateFailure = onDelegateFailure
    }

    package var count: Int { entries.count }

    package var sessions: [Session] { entries.values.map(\.session) }

    package func hasSessions(of client: ClientID) -> Bool { sessionsOfClient[client] != nil }

    package func sessionIDs(of client: ClientID) -> Set<String> { sessionsOfClient[client] ?? [] }

    // MARK: Beginning and ending

    /// Makes a session, which is not started yet: the caller answers the request first, then calls ``Session/start()``.
    package func makeSession(
        _ request: Request, owner: ClientID
    ) throws(SessionRegistry.Refusal) -> (session: Session, resumeToken: String) {
        let id = request.configuration.sessionID
        try registry.admit(id, userID: request.userID, loopIndex: loopIndex)
        let session = Session(
            identity: SessionIdentity(sessionID: id, userID: request.userID), configuration: request.configuration,
            loop: loop, service: terms.service, tools: tools, callObserver: callObserver, timeLimits: terms.timeLimits,
            delegates: request.delegates,
            onDelegateFailure: onDelegateFailure, onEnd: { [weak self] in self?.forget($0) })
        let token = RandomIdentifier.token()
        entries[id] = Entry(
            session: session, owner: owner, resumeToken: token, resumeWindow: terms.resumeWindow, expiry: nil)
        sessionsOfClient[owner, default: []].insert(id)
        return (session, token)
    }

    private func forget(_ session: Session) {
        guard let entry = entries.removeValue(forKey: session.id) else { return }
        registry.remove(session.id)
        if let expiry = entry.expiry { loop.cancel(expiry) }
        if let owner = entry.owner { disown(session.id, by: owner) }
        onEnd(session, entry.owner)
    }

    private func disown(_ sessionID: String, by client: ClientID) {
        sessionsOfClient[client]?.remove(sessionID)
        if sessionsOfClient[client]?.isEmpty == true { sessionsOfClient[client] = nil }
    }

    // MARK: Access

    /// For the server's own use, whoever owns it.
    package func session(_ id: String) -> Session? { entries[id]?.session }

    /// The session, where it is that client's.
    package func session(_ id: String, of client: ClientID) throws(AccessError) -> Session {
        guard let entry = entries[id] else { throw .notFound }
        guard entry.owner == client else { throw .notOwner }
        return entry.session
    }

    /// Whether the token is that of the session. An unknown session and a wrong token look alike.
    package func check(_ id: String, resumeToken: String) throws(AccessError) {
        guard let entry = entries[id], entry.resumeToken.equalsInConstantTime(resumeToken) else { throw .notFound }
    }

    /// Gives the session to another client, where the token is right. Returns who owned it before.
    package func attach(
        _ id: String, resumeToken: String, to client: ClientID
    ) throws(AccessError) -> (session: Session, formerOwner: ClientID?) {
        try check(id, resumeToken: resumeToken)
        guard var entry = entries[id] else { throw .notFound }
        let former = entry.owner
        if let former { disown(id, by: former) }
        if let expiry = entry.expiry { loop.cancel(expiry) }
        entry.expiry = nil
        entry.owner = client
        entries[id] = entry
        sessionsOfClient[client, default: []].insert(id)
        return (entry.session, former == client ? nil : former)
    }

    /// The client is gone: its sessions wait for another to attach them, and end when the resume window is over.
    package func clientDisconnected(_ client: ClientID) {
        guard let ids = sessionsOfClient.removeValue(forKey: client) else { return }
        for id in ids {
            guard let entry = entries[id] else { continue }
            let session = entry.session
            entries[id]?.owner = nil
            guard entry.resumeWindow > 0 else {
                session.receive(.stop(reason: "Client disconnected"))
                continue
            }
            entries[id]?.expiry = loop.schedule(after: entry.resumeWindow) { [weak session] in
                session?.receive(.stop(reason: "Not attached again in time"))
            }
        }
    }
}
