import AILoop
import Configuration
import EventLoops
import JSON
import JSONRPC
import Observability
import SessionProtocol
import Sessions
import Tools

/// The methods that concern sessions. Each answers first and then does what causes notifications, or runs while the client
/// holds them back.
extension RequestRouter {
    func startSession(_ params: StartSessionParams, _ client: Client, _ reply: Reply) throws(JSONRPCError) {
        try refuseSharedNames(params)
        let settings = worker.environment.settings
        let id = RandomIdentifier.uuid()
        let model = params.model ?? worker.environment.defaultModel
        let bridge = NotificationBridge(
            sessionID: id, client: client, capabilities: params.capabilities,
            replayBytes: settings.sessions.resumeWindow > .zero ? settings.sessions.replayBufferBytes : 0,
            relayMeter: worker.relayMeter)
        let configuration = worker.environment.loopConfiguration(for: params, sessionID: id, model: model)
        let made: (session: Session, resumeToken: String)
        do throws(SessionRegistry.Refusal) {
            made = try worker.sessions.makeSession(
                SessionManager.Request(
                    userID: params.userID, configuration: configuration,
                    delegates: [bridge, MessageMeter(worker: worker), worker.eventLog]
                        + worker.environment.makeMailboxes()),
                owner: client.id)
        } catch {
            throw JSONRPCError(refusal: error)
        }
        worker.add(bridge, for: id)
        let result = StartSessionResult(
            sessionID: id, resumeToken: made.resumeToken, model: model,
            protocolVersion: ServerIdentity.protocolVersion, capabilities: params.capabilities)
        reply(.success(result.json))
        made.session.start()
    }

    /// The names of a session's tools are unique.
    private func refuseSharedNames(_ params: StartSessionParams) throws(JSONRPCError) {
        for (index, tool) in params.tools.enumerated() where worker.tools.tools.contains(tool.name) {
            throw .invalidParam(
                "sessionParams.tools[\(index)].function.name",
                "the server has a tool named `\(tool.name)` itself; give yours another name")
        }
    }

    func stopSession(_ params: SessionParams, _ client: Client, _ reply: Reply) {
        reply(.success(SessionResult.session(.stopped)))
        guard let session = try? worker.sessions.session(params.sessionID, of: client.id) else { return }
        session.receive(.stop(reason: "Session stopped"))
    }

    /// A message that is none is also told as a status of the session, which lives on.
    func sendUserMessage(_ value: JSONValue?, _ client: Client, _ reply: Reply) throws(JSONRPCError) {
        let params: SendUserMessageParams
        do throws(JSONRPCError) {
            params = try SendUserMessageParams(value)
        } catch {
            if error.invalidParam == "message", let id = value?["sessionId"]?.string,
                (try? worker.sessions.session(id, of: client.id)) != nil
            {
                worker.bridges[id]?.sendInvalidMessage(reason: error.detail ?? error.message)
            }
            throw error
        }
        let session = try session(params.sessionID, of: client)
        let environment = worker.environment
        if environment.isDraining { throw .shuttingDown }
        guard environment.rateLimiter.admits(session.identity.userID, now: worker.loop.now) else {
            client.messageRefused()
            throw .limitReached(.messagesPerMinute, maximum: environment.rateLimiter.messagesPerMinute)
        }
        client.messageAdmitted()
        let messageID = RandomIdentifier.uuid()
        switch session.receive(fromClient: .userMessage(id: messageID, text: params.message)) {
        case .accepted:
            worker.metrics.add(to: .userMessagesAccepted)
            reply(.success(SessionResult.accepted(messageID: messageID)))
        case .refused(.queueFull(let limit)):
            throw .limitReached(.maxQueuedMessages, maximum: limit)
        case .refused:
            throw .sessionNotFound(params.sessionID)
        }
    }

    func provideToolResult(_ params: ProvideToolResultParams, _ client: Client, _ reply: Reply) throws(JSONRPCError) {
        let session = try session(params.sessionID, of: client)
        let limit = worker.environment(ofSession: session.id).settings.tools.maximumResultBytes
        let input = AILoopInput.toolResult(
            callID: params.toolCallID, content: params.result.limited(toBytes: limit), isError: false)
        guard session.receive(fromClient: input) == .accepted else { throw .unknownToolCall(params.toolCallID) }
        reply(.success(SessionResult.outcome(.ok)))
    }

    func approveToolCall(_ params: ApproveToolCallParams, _ client: Client, _ reply: Reply) throws(JSONRPCError) {
        let session = try session(params.sessionID, of: client)
        let input = AILoopInput.toolApproval(
            callID: params.toolCallID, isApproved: params.isApproved, reason: params.reason)
        guard session.receive(fromClient: input) == .accepted else { throw .unknownToolCall(params.toolCallID) }
        reply(.success(SessionResult.outcome(.ok)))
    }

    func cancelMessage(_ params: CancelMessageParams, _ client: Client, _ reply: Reply) throws(JSONRPCError) {
        let session = try session(params.sessionID, of: client)
        let answer = session.receive(fromClient: .cancel(messageID: params.messageID))
        reply(.success(SessionResult.outcome(answer == .accepted ? .ok : .error)))
    }

    func pauseSession(_ params: SessionParams, _ client: Client, _ reply: Reply) throws(JSONRPCError) {
        try session(params.sessionID, of: client).receive(fromClient: .pause)
        reply(.success(SessionResult.session(.paused)))
    }

    func resumeSession(_ params: SessionParams, _ client: Client, _ reply: Reply) throws(JSONRPCError) {
        try session(params.sessionID, of: client).receive(fromClient: .resume)
        reply(.success(SessionResult.session(.active)))
    }

    func getHistory(_ params: SessionParams, _ client: Client, _ reply: Reply) throws(JSONRPCError) {
        let session = try session(params.sessionID, of: client)
        reply(.success(SessionResult.history(session.history.map(\.jsonValue))))
    }

    private func session(_ id: String, of client: Client) throws(JSONRPCError) -> Session {
        do throws(SessionManager.AccessError) {
            return try worker.sessions.session(id, of: client.id)
        } catch {
            // Another loop's session is another connection's: a client's sessions are all on its own loop.
            if error == .notFound, worker.environment.registry.loopIndex(of: id) == nil { throw .sessionNotFound(id) }
            throw .notSessionOwner(id)
        }
    }
}
