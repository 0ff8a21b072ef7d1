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
        /// The connection is bound to this loop; the message goes to the other session's.
        case forward(loopIndex: Int)
    }

    /// Where a message is to be carried out.
    func route(of calls: JSONRPCCalls, client: Client) -> Route {
        guard let connection = worker.connection(of: client.id) else { return .here }
        let loops = Set(calls.requests.compactMap { loop(of: $0, client: client) })
        // Sessions of several loops are attached one by one.
        guard loops.count == 1, let loopIndex = loops.first, loopIndex != worker.index else { return .here }
        if !isBound(client) { return .move(connection, loopIndex: loopIndex) }
        if case .single = calls { return .forward(loopIndex: loopIndex) }
        return .here
    }

    /// Whether the client has something here that keeps its connection from moving.
    private func isBound(_ client: Client) -> Bool {
        worker.sessions.hasSessions(of: client.id) || !client.remoteLoops.isEmpty || client.answersUnderWay > 0
    }

    /// The loop that is to carry the request out, where that is another one.
    func otherLoop(of request: JSONRPCRequest, client: Client) -> Int? {
        guard worker.connection(of: client.id) != nil, let loopIndex = loop(of: request, client: client),
            loopIndex != worker.index
        else { return nil }
        return loopIndex
    }

    /// The loop of the session that the request attaches, or that the client may have attached there before.
    private func loop(of request: JSONRPCRequest, client: Client) -> Int? {
        guard let id = request.params?["sessionId"]?.string,
            let loopIndex = worker.environment.registry.loopIndex(of: id),
            isAttach(request) || client.remoteLoops.contains(loopIndex)
        else { return nil }
        return loopIndex
    }

    private func isAttach(_ request: JSONRPCRequest) -> Bool {
        request.method == SessionMethod.attachSession.rawValue
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
