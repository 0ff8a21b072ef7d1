package import InteractiveClient
package import JSON
import JSONRPC
package import SessionProtocol

/// A conversation with a session, as a value: what happens in, what is to be done out. It knows no socket, terminal or clock.
///
///     starting ──▶ idle ── a line ──▶ answering ── final chunk, error ──▶ idle
///        ▲           │                    └── a tool call: asks for its result
///        └── /new ───┘   the session ends ──▶ over ── /new ──▶ starting
///
/// Beside that stands the connection: open, or lost and being opened anew, while the phase stays what it was.
package struct Conversation: Sendable {
    package enum Input: Sendable {
        /// The connection is open.
        case opened
        case line(String)
        case interrupt
        case endOfInput
        case terminate
        case reply(callID: Int, Result<JSONValue, RPCClient.CallError>)
        case notification(SessionNotification)
        /// The connection has ended, or never stood; `code` is the peer's close code, where it gave one.
        case disconnected(code: UInt16?, reason: String)
        /// The wait that was asked for is over.
        case waited
    }

    package enum Action: Sendable, Hashable {
        /// Open a connection; ``Input/opened`` or ``Input/disconnected(code:reason:)`` follows.
        case connect
        /// Wait; ``Input/waited`` follows.
        case wait(milliseconds: Int)
        case call(id: Int, method: SessionMethod, params: JSONValue)
        case show(ChatEvent)
        /// Have the person enter something.
        case ask(Question)
        /// Ask no more: what was asked has settled itself.
        case withdrawQuestion
        /// Keep a line for the history.
        case remember(String)
        /// Write a new file, and say so.
        case save(path: String, text: String)
        case leave(ChatOutcome)
    }

    package enum Question: Sendable, Hashable {
        case message
        case toolResult(name: String)
        /// Whether the server may run a tool.
        case approval(name: String, arguments: JSONObject)

        /// About a tool call: what stands before the answer; nil for a message.
        var toolPrompt: String? {
            switch self {
            case .message: nil
            case .toolResult(let name): "result of \(name)> "
            case .approval(let name, let arguments):
                "run \(name) \(Self.shortened(arguments))? [y]es, [n]o, [a]lways in this session> "
            }
        }

        /// Characters of a call's arguments that stand in the question; all of them are shown where the call is told of.
        static let maximumArgumentsLength = 200

        private static func shortened(_ arguments: JSONObject) -> String {
            let text = JSONValue.object(arguments).jsonText
            return text.count > maximumArgumentsLength ? text.prefix(maximumArgumentsLength) + "…" : text
        }
    }

    /// A tool call that the person is asked about.
    struct WantedCall: Sendable, Hashable {
        var id: String
        var name: String
        var arguments: JSONObject
        /// Whether the server may run it is asked, not what it comes to.
        var needsApproval: Bool
    }

    /// What a call to the server is for.
    enum Purpose: Sendable, Hashable {
        case start
        case send(String)
        case cancel
        case toolResult(id: String, text: String)
        case approval(id: String, isApproved: Bool)
        case showHistory, showSystemPrompt
        case save(path: String)
        case listModels
        case stop
        /// Whether what was missed is to be sent again.
        case attach(replays: Bool)
        /// Whether a message whose acceptance was never heard of has arrived.
        case checkArrival(message: String)
    }

    enum Phase: Sendable, Hashable {
        case starting, idle, answering, over
    }

    enum Link: Sendable, Hashable {
        case connecting, open
        /// It is tried to have it back, and the session with it.
        case lost
        case left
    }

    /// Lines entered ahead that wait for their turn.
    static let maximumWaitingLines = 16
    static let noResult = "The user gave no result."
    static let nobodyThere = "Nobody is there to answer this call."

    var options: ChatOptions
    var phase = Phase.starting
    var link = Link.connecting
    /// Attempts to have the connection back since the server was last heard.
    var attempts = 0
    /// Whether the person was asked for a line.
    private var isAsking = false
    var actions: [Action] = []

    // The session.
    var sessionID: String?
    var resumeToken: String?
    var model = ""
    var lastSeq = 0
    var totalUsage = MessageUsage()
    var answers = 0
    /// For the transcript.
    var toolRuns = ToolRunLog()

    // The message being answered.
    var lastMessage: String?
    var usage: MessageUsage?
    var isCancelling = false
    var isCancelled = false
    /// The answer's end came before it was known whether the cancelling took.
    var endWaitsForCancel = false
    var unansweredTool: String?
    var waitingToolCalls: [WantedCall] = []
    var askedToolCall: WantedCall?
    /// Tools that the server may always run in this session.
    var approvedTools: Set<String> = []
    /// Of these nothing more is shown.
    var droppedMessageIDs: Set<String> = []
    var currentMessageID: String?

    // Calls, and what is to be sent later.
    var nextCallID = 1
    var calls: [Int: Purpose] = [:]
    var interruptedCalls: [Purpose] = []
    var waitingLines: [String] = []
    var isEndOfInput = false
    private var wasInterrupted = false

    package init(options: ChatOptions) {
        self.options = options
    }

    /// What is to be done first.
    package mutating func begin() -> [Action] {
        actions = [.connect]
        return taken()
    }

    package mutating func handle(_ input: Input) -> [Action] {
        guard link != .left else { return [] }
        switch input {
        case .opened: opened()
        case .line(let line): take(line)
        case .interrupt: interrupt()
        case .endOfInput: endOfInput()
        case .terminate:
            if options.message != nil || phase == .answering { show(.done(ChatEnding(.cancelled, usage: usage))) }
            leave(.terminated)
        case .reply(let id, let result):
            // Those of a connection that was lost are asked for anew.
            if let purpose = calls.removeValue(forKey: id) { replied(purpose, result) }
        case .notification(let notification): notified(notification)
        case .disconnected(let code, let reason): disconnected(code, reason)
        case .waited: actions.append(.connect)
        }
        return taken()
    }

    private mutating func taken() -> [Action] {
        defer { actions = [] }
        return actions
    }

    // MARK: Doing

    mutating func show(_ event: ChatEvent) {
        actions.append(.show(event))
    }

    mutating func leave(_ outcome: ChatOutcome) {
        link = .left
        actions.append(.leave(outcome))
    }

    mutating func call(_ purpose: Purpose) {
        let (method, members) = request(for: purpose)
        var params = members
        if method != .startSession, method != .listModels { params["sessionId"] = sessionID.map { .string($0) } }
        calls[nextCallID] = purpose
        actions.append(.call(id: nextCallID, method: method, params: .object(params)))
        nextCallID += 1
    }

    private func request(for purpose: Purpose) -> (SessionMethod, JSONObject) {
        switch purpose {
        case .start: return (.startSession, ["userId": "chat", "sessionParams": .object(sessionParams)])
        case .send(let message): return (.sendUserMessage, ["message": .string(message)])
        case .cancel: return (.cancelMessage, [:])
        case .toolResult(let id, let text):
            return (.provideToolResult, ["toolCallId": .string(id), "result": .string(text)])
        case .approval(let id, let isApproved):
            return (.approveToolCall, ["toolCallId": .string(id), "approve": .bool(isApproved)])
        case .showHistory, .showSystemPrompt, .save, .checkArrival: return (.getHistory, [:])
        case .listModels: return (.listModels, [:])
        case .stop: return (.stopSession, [:])
        case .attach(let replays):
            var params: JSONObject = ["resumeToken": .string(resumeToken ?? "")]
            if replays { params["lastSeq"] = .number(JSONNumber(lastSeq)) }
            return (.attachSession, params)
        }
    }

    private var sessionParams: JSONObject {
        var capabilities = [Capability.usage, .toolResults].map { JSONValue.string($0.rawValue) }
        if options.canAsk { capabilities.append(.string(Capability.toolApproval.rawValue)) }
        if options.wantsReasoning { capabilities.append(.string(Capability.reasoning.rawValue)) }
        var params: JSONObject = ["capabilities": .array(capabilities)]
        params["model"] = options.model.map { .string($0) }
        params["systemPrompt"] = options.systemPrompt.map { .string($0) }
        if !options.params.isEmpty { params["params"] = .object(options.params) }
        if !options.tools.isEmpty { params["tools"] = .array(options.tools) }
        return params
    }

    // MARK: The person

    private mutating func take(_ line: String) {
        if let asked = askedToolCall { return answer(asked, line) }
        guard isAsking else {
            guard waitingLines.count < Self.maximumWaitingLines else {
                return show(.failed("\(Self.maximumWaitingLines) lines wait already; this one is not taken"))
            }
            waitingLines.append(line)
            return
        }
        isAsking = false
        guard !line.allSatisfy(\.isWhitespace) else { return ask() }
        actions.append(.remember(line))
        switch SlashCommand.read(line) {
        case .message(let message): send(message)
        case .command(let command, let argument): carryOut(command, argument)
        case .problem(let words):
            show(.failed(words))
            ask()
        }
    }

    mutating func send(_ message: String) {
        guard phase == .idle else {
            show(.failed("the session has ended; `/new` begins another one"))
            return ask()
        }
        lastMessage = message
        phase = .answering
        usage = nil
        isCancelling = false
        isCancelled = false
        wasInterrupted = false
        unansweredTool = nil
        currentMessageID = nil
        call(.send(message))
    }

    /// Asks for the next line, or takes one that waits.
    mutating func ask() {
        isAsking = true
        if !waitingLines.isEmpty { return take(waitingLines.removeFirst()) }
        if isEndOfInput { return leave(.complete) }
        actions.append(.ask(.message))
    }

    private mutating func interrupt() {
        guard phase == .answering, link == .open, !wasInterrupted else {
            if options.message != nil || phase == .answering { show(.done(ChatEnding(.cancelled, usage: usage))) }
            return leave(.interrupted)
        }
        wasInterrupted = true
        isCancelling = true
        askedToolCall = nil
        waitingToolCalls = []
        call(.cancel)
    }

    private mutating func endOfInput() {
        isEndOfInput = true
        if let asked = askedToolCall {
            askedToolCall = nil
            call(
                asked.needsApproval
                    ? .approval(id: asked.id, isApproved: false) : .toolResult(id: asked.id, text: Self.noResult))
            return askForNextResult()
        }
        if isAsking { leave(.complete) }
    }

    // MARK: The end of an answer

    mutating func answerEnded(_ ending: ChatEnding) {
        guard phase == .answering else { return }
        phase = .idle
        askedToolCall = nil
        waitingToolCalls = []
        endWaitsForCancel = false
        answers += 1
        if let usage { totalUsage.add(usage) }
        var ending = ending
        ending.usage = usage
        if ending.reason == .stop, let unansweredTool {
            ending.reason = .error
            ending.error = ChatFailure(.toolUnanswered, "nobody was there to answer the call to `\(unansweredTool)`")
        }
        show(.done(ending))
        guard options.isConversation else {
            if wasInterrupted { return leave(.interrupted) }
            return leave(ending.reason == .stop ? .complete : .broken)
        }
        ask()
    }
}
