import EventLoops
import JSON
import JSONRPC
import Observability
import SessionProtocol
import Sessions

/// Taking a session over from a lost connection, or from one that still lives.
extension RequestRouter {
    /// The loop where this message is to be carried out, where that is another one: it attaches a session that lives there.
    /// A client that has sessions here stays with them.
    func homeLoop(of calls: JSONRPCCalls, client: Client) -> Int? {
        guard !worker.sessions.hasSessions(of: client.id) else { return nil }
        for request in calls.requests where request.method == SessionMethod.attachSession.rawValue {
            guard let id = request.params?["sessionId"]?.string,
                let loopIndex = worker.environment.registry.loopIndex(of: id), loopIndex != worker.index
            else { continue }
            return loopIndex
        }
        return nil
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
        reply(.success([
            "sessionId": .string(params.sessionID), "status": .number(JSONNumber(status.rawValue)),
            "lastSeq": .number(JSONNumber(bridge.lastSeq)),
        ]))
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
