import EventLoops
import JSON
import JSONRPC
import Observability
import SessionProtocol
import Sessions

/// Taking a session over from a lost connection, or from one that still lives.
extension RequestRouter {
    enum Route {
        case here
        /// The connection goes to the loop of the session that it attaches.
        case move(ClientConnection, loopIndex: Int)
        /// The connection has sessions here and stays with them; the message goes to the other session's loop.
        case forward(loopIndex: Int)
    }

    /// Where a message is to be carried out.
    func route(of calls: JSONRPCCalls, client: Client) -> Route {
        guard let connection = worker.connection(of: client.id) else { return .here }
        if sessionsHere(of: client) {
            guard case .single(.request(let request)) = calls, let loopIndex = foreignLoop(of: request),
                isAttach(request) || client.remoteLoops.contains(loopIndex)
            else { return .here }
            return .forward(loopIndex: loopIndex)
        }
        for request in calls.requests where isAttach(request) {
            if let loopIndex = foreignLoop(of: request) { return .move(connection, loopIndex: loopIndex) }
        }
        return .here
    }

    private func sessionsHere(of client: Client) -> Bool {
        worker.sessions.hasSessions(of: client.id) || !client.remoteLoops.isEmpty
    }

    private func isAttach(_ request: JSONRPCRequest) -> Bool {
        request.method == SessionMethod.attachSession.rawValue
    }

    /// The loop of the session that the request names, where that is another one.
    private func foreignLoop(of request: JSONRPCRequest) -> Int? {
        guard let id = request.params?["sessionId"]?.string else { return nil }
        let loopIndex = worker.environment.registry.loopIndex(of: id)
        return loopIndex == worker.index ? nil : loopIndex
    }

    func attachSession(_ params: AttachSessionParams, _ client: Client, _ reply: Reply) throws(JSONRPCError) {
        let attached: (session: Session, formerOwner: ClientID?)
        let bridge: NotificationBridge
        guard let candidate = worker.bridges[params.sessionID] else {
            throw .sessionNotFound(params.sessionID)
        }
        bridge = candidate
        do {
            // A gap leaves the session with whom it was, so the token is checked alone first.
            try worker.sessions.check(params.sessionID, resumeToken: params.resumeToken)
        } catch {
            throw .sessionNotFound(params.sessionID)
        }
        if let lastSeq = params.lastSeq, !bridge.canReplay(after: lastSeq) {
            throw .replayGap(lastSeq: lastSeq)
        }
        do {
            attached = try worker.sessions.attach(params.sessionID, resumeToken: params.resumeToken, to: client.id)
        } catch {
            throw .sessionNotFound(params.sessionID)
        }
        if attached.formerOwner != nil { bridge.sendAttachedElsewhere() }
        worker.metrics.add(to: .sessionsResumed)
        let status: SessionStatus = attached.session.isPaused ? .paused : .active
        let result = AttachSessionResult(sessionID: params.sessionID, status: status, lastSeq: bridge.lastSeq)
        reply(.success(result.json))
        bridge.attach(client, replayingAfter: params.lastSeq)
    }
}

extension JSONRPCCalls {
    fileprivate var requests: [JSONRPCRequest] {
        let calls =
            switch self {
            case .single(let call): [call]
            case .batch(let calls): calls
            }
        return calls.compactMap { if case .request(let request) = $0 { request } else { nil } }
    }
}
