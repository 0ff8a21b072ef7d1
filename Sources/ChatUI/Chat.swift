package import InteractiveClient
import JSON
import JSONRPC

/// A conversation in the terminal with a session of any server.
///
///     connecting ──▶ idle ── a line ──▶ answering ── final chunk, error ──▶ idle
///                                          └── a tool call ──▶ asking for its result ── a line ──▶ answering
package struct Chat {
    private enum Phase {
        case idle
        case answering
        /// The person is asked for the result of this tool call.
        case askingResult(toolCallID: String)
    }

    private enum Happening: Sendable {
        case input(ChatInput)
        case server(RPCClient.Event)
    }

    private let client: RPCClient
    private let options: ChatOptions
    private let output: ChatOutput
    private var sessionID = ""
    private var phase = Phase.idle
    private var isEndOfInput = false
    private var wasInterrupted = false
    private var lastAnswerBroke = false
    private var endsWithNewline = true
    private var usage: JSONValue?
    private var waitingToolCalls: [(id: String, name: String, arguments: JSONValue)] = []

    package init(client: RPCClient, options: ChatOptions, output: ChatOutput) {
        self.client = client
        self.options = options
        self.output = output
    }

    /// Runs until the person leaves, the question is answered, or the server is gone.
    package mutating func run(inputs: AsyncStream<ChatInput>) async -> ChatOutcome {
        do {
            try await client.waitUntilOpen()
            try await startSession()
        } catch {
            output.say("error: \(Self.describe(error))")
            return .unreachable
        }
        if let message = options.message {
            guard await send(message) else { return .broken }
        } else {
            prompt()
        }
        let outcome = await converse(inputs)
        // Else the server would keep the session for its resume window.
        _ = try? await client.call("stopSession", ["sessionId": .string(sessionID)])
        client.close()
        return outcome
    }

    private mutating func startSession() async throws(RPCClient.CallError) {
        var sessionParams: JSONObject = ["capabilities": ["usage"]]
        if let model = options.model { sessionParams["model"] = .string(model) }
        if let prompt = options.systemPrompt { sessionParams["systemPrompt"] = .string(prompt) }
        if !options.params.isEmpty { sessionParams["params"] = .object(options.params) }
        let result = try await client.call(
            "startSession", ["userId": "chat", "sessionParams": .object(sessionParams)])
        sessionID = result["sessionId"]?.string ?? ""
        if options.isInteractive, let model = result["model"]?.string {
            output.say("Talking to \(model). Ctrl-C stops an answer, Ctrl-D leaves.")
        }
    }

    // MARK: The loop

    private mutating func converse(_ inputs: AsyncStream<ChatInput>) async -> ChatOutcome {
        let (happenings, sink) = AsyncStream<Happening>.makeStream()
        let events = client.events
        let readers = [
            // allowed: both end with this function, by the defer below
            Task { for await input in inputs { sink.yield(.input(input)) } },
            // allowed: ended as the other one
            Task { for await event in events { sink.yield(.server(event)) } },
        ]
        defer { for reader in readers { reader.cancel() } }
        for await happening in happenings {
            let outcome: ChatOutcome? =
                switch happening {
                case .input(.line(let line)): await take(line)
                case .input(.endOfInput): leaveWhenIdle()
                case .input(.interrupt): await interrupt()
                case .server(.notification(let method, let params)): await notified(method, params ?? .null)
                case .server(.closed(_, let reason)): connectionEnded(reason)
                }
            if let outcome { return outcome }
        }
        return .broken
    }

    private mutating func take(_ line: String) async -> ChatOutcome? {
        switch phase {
        case .askingResult(let id):
            phase = .answering
            await provideResult(line, toolCallID: id)
            askForNextResult()
        case .idle where !line.allSatisfy(\.isWhitespace):
            guard await send(line) else { return .broken }
        case .idle:
            prompt()
        case .answering:
            // Typed ahead: the server keeps the order.
            guard await send(line) else { return .broken }
        }
        return nil
    }

    private mutating func leaveWhenIdle() -> ChatOutcome? {
        isEndOfInput = true
        guard case .idle = phase else { return nil }
        if options.message != nil { return nil }
        if options.isInteractive { output.say("") }
        return ending
    }

    private var ending: ChatOutcome {
        if wasInterrupted && options.message != nil { return .interrupted }
        return lastAnswerBroke ? .broken : .complete
    }

    private mutating func interrupt() async -> ChatOutcome? {
        if case .idle = phase {
            if options.isInteractive { output.say("") }
            return .interrupted
        }
        // A second Ctrl-C while the first one is under way leaves at once.
        if wasInterrupted { return .interrupted }
        wasInterrupted = true
        _ = try? await client.call("cancelMessage", ["sessionId": .string(sessionID)])
        return nil
    }

    private func connectionEnded(_ reason: String) -> ChatOutcome {
        output.say("error: the connection to the server is lost\(reason.isEmpty ? "" : ": \(reason)")")
        return .broken
    }

    // MARK: Asking

    private mutating func send(_ message: String) async -> Bool {
        do {
            _ = try await client.call(
                "sendUserMessage", ["sessionId": .string(sessionID), "message": .string(message)])
            phase = .answering
            wasInterrupted = false
            return true
        } catch {
            output.say("error: \(Self.describe(error))")
            return false
        }
    }

    private func prompt() {
        if options.isInteractive { output.say("") }
    }

    // MARK: Hearing

    private mutating func notified(_ method: String, _ params: JSONValue) async -> ChatOutcome? {
        switch method {
        case "AIMessageChunkNotification":
            if params["isFinal"]?.bool == true { return answerEnded(broken: false) }
            return show(chunk: params["chunk"]?.string ?? "")
        case "ToolCallNotification":
            announce(toolCall: params)
        case "UsageNotification":
            usage = params
        case "SessionStatusNotification":
            return statusChanged(params)
        default:
            break
        }
        return nil
    }

    private mutating func show(chunk: String) -> ChatOutcome? {
        endsWithNewline = chunk.hasSuffix("\n")
        let isRead =
            options.asJSON ? writeLine(["event": "chunk", "text": .string(chunk)]) : output.write(chunk)
        return isRead ? nil : .complete
    }

    private mutating func statusChanged(_ params: JSONValue) -> ChatOutcome? {
        let reason = params["reason"]?.string ?? ""
        switch params["status"]?.int {
        case 3:
            finishLine()
            output.say("error: \(params["error"]?["detail"]?.string ?? reason)")
            return answerEnded(broken: true)
        case 2:
            finishLine()
            output.say("the session has ended: \(reason)")
            return .broken
        default:
            return nil
        }
    }

    private mutating func answerEnded(broken: Bool) -> ChatOutcome? {
        finishLine()
        lastAnswerBroke = broken
        phase = .idle
        if options.asJSON {
            let reason = broken ? "error" : wasInterrupted ? "cancelled" : "stop"
            _ = writeLine(["event": "done", "reason": .string(reason), "usage": usage ?? .null])
        }
        usage = nil
        if options.message != nil || isEndOfInput { return ending }
        prompt()
        return nil
    }

    private mutating func finishLine() {
        if !endsWithNewline, !options.asJSON { _ = output.write("\n") }
        endsWithNewline = true
    }

    private func writeLine(_ object: JSONObject) -> Bool {
        output.write(JSONValue.object(object).jsonText + "\n")
    }

    // MARK: Tools

    private mutating func announce(toolCall params: JSONValue) {
        let name = params["toolName"]?.string ?? ""
        let arguments = params["arguments"] ?? .object([:])
        finishLine()
        if options.asJSON {
            _ = writeLine(["event": "toolCall", "name": .string(name), "arguments": arguments])
        } else {
            output.say("tool call: \(name) \(arguments.jsonText)")
        }
        guard params["executor"]?.string != "server" else { return }
        waitingToolCalls.append((params["toolCallId"]?.string ?? "", name, arguments))
        if case .answering = phase { askForNextResult() }
    }

    private mutating func askForNextResult() {
        guard !waitingToolCalls.isEmpty else { return }
        let call = waitingToolCalls.removeFirst()
        phase = .askingResult(toolCallID: call.id)
        output.say("result of \(call.name)?")
    }

    private func provideResult(_ result: String, toolCallID: String) async {
        do {
            _ = try await client.call(
                "provideToolResult",
                ["sessionId": .string(sessionID), "toolCallId": .string(toolCallID), "result": .string(result)])
        } catch {
            output.say("error: \(Self.describe(error))")
        }
    }

    private static func describe(_ error: RPCClient.CallError) -> String {
        switch error {
        case .refused(let error): error.detail ?? error.message
        case .disconnected(let reason): reason
        }
    }
}
