import Diagnostics
import JSON
import JSONRPC
import SessionProtocol

/// Plays one script: the state machine between the script, a connection and a clock. It neither waits nor sends itself; it is told
/// what happened and when, and says what is to be done.
///
///     between ── a command begins ──▶ connecting, calling, pausing, closing, awaiting a refusal ── done ──▶ between
///        │ what the next command waits for has not happened: stays
///        └── no commands are left, or something failed ──▶ leaving ──▶ ended
///
/// A message is open from its sending to its end. Which commands wait for open messages is ``isReady(_:)``'s to say.
package struct ScriptPlayer: Sendable {
    package struct Options: Sendable {
        /// Nanoseconds that a message may take from sending to its end; any other request may take as long.
        package var timeout: UInt64
        /// Whether the script goes on after a message that did not end well.
        package var keepsGoing: Bool
        /// For `sessionParams.model`, where the script names none.
        package var model: String?

        package init(timeout: UInt64 = 300_000_000_000, keepsGoing: Bool = false, model: String? = nil) {
            self.timeout = timeout
            self.keepsGoing = keepsGoing
            self.model = model
        }
    }

    package enum Input: Sendable {
        case start
        /// The connection that was asked for stands.
        case opened
        case message([UInt8])
        /// The connection has ended, or could not be opened.
        case closed(String)
        /// ``ScriptPlayer/deadline`` has come.
        case deadline
        case interrupted
    }

    package enum Action: Sendable, Hashable {
        case connect
        case send([UInt8])
        /// Nothing more of this connection is wanted, but that it has closed.
        case close
        case tell(PlayEvent)
    }

    enum Purpose {
        case startSession
        case sendMessage
        case toolResult(ToolCall)
        case stopSession
        /// Of a session that another one follows.
        case stopPrevious
        case attach
    }

    enum Phase {
        case between
        case connecting(deadline: UInt64)
        case calling(id: Int, Purpose, deadline: UInt64)
        case awaitingRefusal(deadline: UInt64)
        case pausing(until: UInt64)
        case closing(deadline: UInt64)
        /// The session is being stopped; what comes of it changes nothing any more.
        case leaving(id: Int, deadline: UInt64)
        case ended
    }

    struct LiveSession {
        var id: String
        var resumeToken: String?
        /// Number of the last notification; 0 before the first, and where the server does not count.
        var lastSeq = 0
    }

    struct ToolCall {
        var id: String
        var name: String
        /// The message that it belongs to.
        var line: Int
    }

    /// How long the last `stopSession` of a script may take.
    static let leavingTimeout: UInt64 = 5_000_000_000

    package let script: Script
    let options: Options
    var phase = Phase.between
    /// The command that begins next.
    var next = 0
    var open: [OpenMessage] = []
    var session: LiveSession?
    var isConnected = false
    /// Calls that the client is to answer.
    var toolCalls: [ToolCall] = []
    var outcome = ScriptOutcome.ok
    private var lastID = 0
    /// When the last input came.
    private(set) var now: UInt64 = 0
    private var actions: [Action] = []

    package init(_ script: Script, options: Options = Options()) {
        self.script = script
        self.options = options
    }

    package var isEnded: Bool { if case .ended = phase { true } else { false } }

    /// Of the command that began last.
    package private(set) var line = 1

    /// When ``Input/deadline`` is to be given, unless something else happens first.
    package var deadline: UInt64? {
        let ofPhase: UInt64? =
            switch phase {
            case .between, .ended: nil
            case .connecting(let deadline), .calling(_, _, let deadline), .awaitingRefusal(let deadline),
                .pausing(let deadline), .closing(let deadline), .leaving(_, let deadline):
                deadline
            }
        if isEnding { return ofPhase }
        return ([ofPhase].compactMap(\.self) + open.map(\.deadline)).min()
    }

    private var isEnding: Bool {
        switch phase {
        case .leaving, .ended: true
        default: false
        }
    }

    /// - Parameter now: monotonic nanoseconds.
    package mutating func receive(_ input: Input, now: UInt64) -> [Action] {
        self.now = now
        actions = []
        switch input {
        case .start: break
        case .opened: opened()
        case .message(let message): receive(message)
        case .closed(let reason): closed(reason)
        case .deadline: deadlinePassed()
        case .interrupted: interrupted()
        }
        advance()
        return actions
    }

    // MARK: Commands

    private mutating func advance() {
        while case .between = phase {
            guard next < script.commands.count else {
                if open.isEmpty { leave() }
                if case .between = phase, !failHopeless() { return }
                continue
            }
            guard isReady(script.commands[next]) else {
                if !failHopeless() { return }
                continue
            }
            begin(script.commands[next])
        }
    }

    /// Whether everything has happened that the command waits for.
    private func isReady(_ command: ScriptCommand) -> Bool {
        let hasAwaited = open.contains { $0.message.waits }
        switch command.action {
        case .startSession, .stopSession: return open.isEmpty
        case .sendUserMessage, .sendMalformedJSON, .wait: return !hasAwaited
        case .provideToolResult: return open.isEmpty || toolCalls.contains { Self.fits(command, $0) }
        case .disconnect(let chunks):
            guard !hasAwaited else { return false }
            return open.last.map { $0.chunkCount >= chunks } ?? true
        case .reconnect: return true
        }
    }

    private mutating func begin(_ command: ScriptCommand) {
        line = command.line
        switch command.action {
        case .startSession(let userID, let sessionParams):
            guard connects() else { return }
            if let session { return call("stopSession", ["sessionId": .string(session.id)], .stopPrevious) }
            startSession(userID: userID, sessionParams)
        case .sendUserMessage(let message):
            guard connects() else { return }
            guard let session else { return startSession(userID: Self.defaultUserID, [:]) }
            next += 1
            open.append(OpenMessage(command, message, sentAt: now, timeout: options.timeout))
            tell(.messageSent(command))
            call("sendUserMessage", ["sessionId": .string(session.id), "message": .string(message.text)], .sendMessage)
        case .stopSession:
            guard let session else { return fail(command, PlayFailure(.session, "no session is running")) }
            call("stopSession", ["sessionId": .string(session.id)], .stopSession)
        case .provideToolResult(let result, _, _): provide(result, command)
        case .sendMalformedJSON(let text):
            guard connects() else { return }
            phase = .awaitingRefusal(deadline: now &+ options.timeout)
            act(.send(Array(text.utf8)))
        case .disconnect:
            phase = .closing(deadline: now &+ options.timeout)
            act(.close)
        case .reconnect: connects()
        case .wait(let nanoseconds): phase = .pausing(until: now &+ nanoseconds)
        }
    }

    /// For sessions that a script does not start itself.
    static let defaultUserID = "replay"

    private mutating func startSession(userID: String, _ given: JSONObject) {
        var sessionParams = given
        if sessionParams["model"] == nil { sessionParams["model"] = options.model.map { .string($0) } }
        let usage = JSONValue.string(Capability.usage.rawValue)
        let wanted = sessionParams["capabilities"]?.array ?? []
        sessionParams["capabilities"] = .array(wanted.contains(usage) ? wanted : wanted + [usage])
        call("startSession", ["userId": .string(userID), "sessionParams": .object(sessionParams)], .startSession)
    }

    /// True where a connection stands; else one is asked for.
    @discardableResult
    private mutating func connects() -> Bool {
        if isConnected { return true }
        phase = .connecting(deadline: now &+ options.timeout)
        act(.connect)
        return false
    }

    private mutating func opened() {
        guard case .connecting = phase else { return }
        isConnected = true
        phase = .between
        // `connects()` was asked by the command that is still the next one; only this one is done by it.
        guard next < script.commands.count, case .reconnect = script.commands[next].action else { return }
        guard let session else { return fail(script.commands[next], PlayFailure(.session, "the session has ended")) }
        guard let token = session.resumeToken else {
            return fail(
                script.commands[next], PlayFailure(.session, "the server gave no resume token with the session"))
        }
        call(
            "attachSession",
            [
                "sessionId": .string(session.id), "resumeToken": .string(token),
                "lastSeq": .number(JSONNumber(session.lastSeq)),
            ], .attach)
    }

    mutating func call(_ method: String, _ params: JSONValue, _ purpose: Purpose) {
        phase = .calling(id: send(method, params), purpose, deadline: now &+ options.timeout)
    }

    /// Sends a request whose answer nobody waits for, unless it is called by ``call(_:_:_:)``.
    @discardableResult
    mutating func send(_ method: String, _ params: JSONValue) -> Int {
        lastID += 1
        act(.send(JSONRPCRequest(id: .number(JSONNumber(lastID)), method: method, params: params).encoded()))
        return lastID
    }

    mutating func act(_ action: Action) { actions.append(action) }

    mutating func tell(_ event: PlayEvent) { actions.append(.tell(event)) }

    /// The command at hand is done.
    mutating func pass() {
        phase = .between
        next += 1
    }

    // MARK: Time

    private mutating func deadlinePassed() {
        let seconds = options.timeout / 1_000_000_000
        switch phase {
        case .calling(_, let purpose, let deadline) where deadline <= now:
            return abandon(PlayFailure(.timeout, "the server did not answer `\(purpose.method)` within \(seconds) s"))
        case .connecting(let deadline) where deadline <= now:
            return closed("the server did not accept the connection within \(seconds) s")
        case .awaitingRefusal(let deadline) where deadline <= now:
            return abandon(PlayFailure(.timeout, "the server did not answer within \(seconds) s"))
        case .pausing(let deadline) where deadline <= now: pass()
        case .closing(let deadline) where deadline <= now: return closed("")
        case .leaving(_, let deadline) where deadline <= now: return end()
        default: break
        }
        for message in open where message.deadline <= now && !isEnding {
            let failure = PlayFailure(
                .timeout, "no end within \(seconds) s", help: "`--timeout` gives messages more time")
            fail(message, failure, cancelling: true)
        }
    }

    // MARK: Ends

    /// Ends an open message well, or by an expectation that is not met.
    mutating func finish(_ message: OpenMessage) {
        if let failure = message.unmetExpectation { return fail(message, failure) }
        close(message, .ok)
    }

    /// Ends an open message badly.
    mutating func fail(_ message: OpenMessage, _ failure: PlayFailure, cancelling: Bool = false) {
        close(message, .failed(failure))
        outcome = .failed
        guard options.keepsGoing else { return leave() }
        // Without ids later chunks could not be told from those of the next answer.
        guard !cancelling || message.id != nil else { return leave() }
        if cancelling, isConnected, let session, let id = message.id {
            send("cancelMessage", ["sessionId": .string(session.id), "messageId": .string(id)])
        }
    }

    private mutating func close(_ message: OpenMessage, _ status: MessageResult.Status) {
        open.removeAll { $0.command == message.command }
        toolCalls.removeAll { $0.line == message.command.line }
        tell(.messageEnded(message.ended(status, now: now)))
    }

    /// Ends the command at hand badly.
    mutating func fail(_ command: ScriptCommand, _ failure: PlayFailure) {
        pass()
        outcome = .failed
        tellFailure(command, failure)
        if !options.keepsGoing { leave() }
    }

    /// Ends the script for a reason that leaves nothing to go on with: it is what is wrong with every open message, or with the
    /// command at hand where there is none.
    mutating func abandon(_ failure: PlayFailure) {
        guard !isEnding else { return }
        outcome = .failed
        let messages = open
        for message in messages { close(message, .failed(failure)) }
        if messages.isEmpty, next < script.commands.count {
            let command = script.commands[next]
            next += 1
            tellFailure(command, failure)
        }
        leave()
    }

    private mutating func tellFailure(_ command: ScriptCommand, _ failure: PlayFailure) {
        tell(
            command.message == nil
                ? .commandFailed(command, failure)
                : .messageEnded(MessageResult(command: command, status: .failed(failure))))
    }

    private mutating func interrupted() {
        guard !isEnding else { return end() }
        outcome = .interrupted
        for message in open { close(message, .failed(PlayFailure(.interrupted, "interrupted"))) }
        leave()
    }

    /// Stops the session, so that the server need not keep it, and then ends.
    private mutating func leave() {
        for message in open { close(message, .skipped) }
        while next < script.commands.count {
            if script.commands[next].message != nil {
                tell(.messageEnded(MessageResult(command: script.commands[next], status: .skipped)))
            }
            next += 1
        }
        guard isConnected, let session else { return end() }
        let id = send("stopSession", ["sessionId": .string(session.id)])
        phase = .leaving(id: id, deadline: now &+ min(options.timeout, Self.leavingTimeout))
    }

    mutating func end() {
        guard !isEnded else { return }
        if isConnected { act(.close) }
        isConnected = false
        phase = .ended
        tell(.ended(outcome))
    }

    // MARK: The connection

    private mutating func closed(_ reason: String) {
        let wasConnected = isConnected
        isConnected = false
        switch phase {
        case .ended: return
        case .leaving: return end()
        case .closing:
            tell(.disconnected)
            return pass()
        case .connecting:
            if next < script.commands.count, case .reconnect = script.commands[next].action { break }
            outcome = .unreachable(reason)
            return leave()
        default:
            // Closed by the script; nothing is lost by it.
            guard wasConnected else { return }
        }
        abandon(PlayFailure(.connection, "the connection is lost\(reason.isEmpty ? "" : ": \(reason)")"))
    }
}

extension ScriptPlayer.Purpose {
    var method: String {
        switch self {
        case .startSession: "startSession"
        case .sendMessage: "sendUserMessage"
        case .toolResult: "provideToolResult"
        case .stopSession, .stopPrevious: "stopSession"
        case .attach: "attachSession"
        }
    }
}
