import JSON

/// One answer of the model that calls tools, while its results come in.
struct ToolRound: ~Copyable, Sendable {
    /// What a call waits for.
    enum Step: Sendable {
        /// The client's result, at most for a while.
        case client
        /// The client's approval, at most for a while. To `queued` or `answered`.
        case approval
        /// A free place among the running ones. To `running`.
        case queued
        case running
        case answered(ToolResult)
    }

    private struct Entry {
        let call: ToolCall
        let arguments: JSONObject
        var step: Step
    }

    var message: MessageInProgress
    /// With the calls, as it goes into the history once all are answered.
    let answer: AssistantMessage
    private var entries: [Entry] = []
    private var runningCount = 0
    /// Calls that have no result yet.
    private(set) var waitingCount = 0

    init(message: MessageInProgress, answer: AssistantMessage) {
        self.message = message
        self.answer = answer
    }

    /// Takes up the next of the answer's calls.
    mutating func append(_ call: RequestedToolCall, _ step: Step) {
        entries.append(Entry(call: call.call, arguments: call.usableArguments, step: step))
        if case .answered = step { return }
        waitingCount += 1
    }

    /// Calls whose result or approval the client owes, and for which of them.
    var timedCalls: [(callID: String, isApproval: Bool)] {
        entries.compactMap { entry in
            switch entry.step {
            case .client: (entry.call.id, false)
            case .approval: (entry.call.id, true)
            case .queued, .running, .answered: nil
            }
        }
    }

    var runningCallIDs: [String] {
        entries.compactMap { if case .running = $0.step { $0.call.id } else { nil } }
    }

    /// In the order of the calls. Complete where ``waitingCount`` is 0.
    var results: [ToolResult] {
        entries.compactMap { if case .answered(let result) = $0.step { result } else { nil } }
    }

    /// What the call waits for; nil where there is none of that id.
    func step(of callID: String) -> Step? {
        entries.first { $0.call.id == callID }?.step
    }

    /// The next call to be run, which is running from now on; nil where none waits or `limit` run already.
    mutating func startNext(limit: Int) -> (call: ToolCall, arguments: JSONObject)? {
        guard runningCount < limit,
            let position = entries.firstIndex(where: { if case .queued = $0.step { true } else { false } })
        else { return nil }
        runningCount += 1
        entries[position].step = .running
        return (entries[position].call, entries[position].arguments)
    }

    /// False where the call does not wait for approval.
    mutating func approve(_ callID: String) -> Bool {
        guard let position = position(of: callID), case .approval = entries[position].step else { return false }
        entries[position].step = .queued
        return true
    }

    /// The client's result; nil where no such call waits for one.
    mutating func answer(_ callID: String, content: String, outcome: ToolOutcome) -> ToolResult? {
        guard let position = position(of: callID), case .client = entries[position].step else { return nil }
        return conclude(position, handler: .client, ToolRunReport(content: content, outcome: outcome))
    }

    /// What the run of the call came to; nil where it does not run.
    mutating func end(_ callID: String, _ report: ToolRunReport) -> ToolResult? {
        guard let position = position(of: callID), case .running = entries[position].step else { return nil }
        runningCount -= 1
        return conclude(position, handler: .server, report)
    }

    /// The call is not approved; nil where it does not wait for that.
    mutating func refuse(_ callID: String, content: String) -> ToolResult? {
        guard let position = position(of: callID), case .approval = entries[position].step else { return nil }
        return conclude(position, handler: .server, ToolRunReport(content: content, outcome: .refused))
    }

    private func position(of callID: String) -> Int? {
        entries.firstIndex { $0.call.id == callID }
    }

    private mutating func conclude(_ position: Int, handler: ToolHandler, _ report: ToolRunReport) -> ToolResult {
        let result = ToolResult(entries[position].call, handler: handler, report)
        entries[position].step = .answered(result)
        waitingCount -= 1
        return result
    }
}

extension ToolResult {
    init(_ call: ToolCall, handler: ToolHandler, _ report: ToolRunReport) {
        self.init(
            callID: call.id, toolName: call.name, content: report.content, handler: handler, outcome: report.outcome,
            durationMilliseconds: report.durationMilliseconds)
    }
}

/// A call as it is put to the client and into the history.
struct RequestedToolCall: Sendable {
    /// Its arguments are a JSON object in any case, since upstreams refuse a history in which they are not.
    let call: ToolCall
    /// A fault where what the model wrote is not a JSON object: it cannot be carried out.
    let arguments: Result<JSONObject, ToolArguments.Fault>

    init(id: String, name: String, arguments: String) {
        do throws(ToolArguments.Fault) {
            let parsed = try ToolArguments.parse(arguments)
            self.arguments = .success(parsed.object)
            call = ToolCall(id: id, name: name, arguments: parsed.text)
        } catch {
            self.arguments = .failure(error)
            call = ToolCall(id: id, name: name, arguments: ToolArguments.empty.text)
        }
    }

    /// None where they are at fault.
    var usableArguments: JSONObject { (try? arguments.get()) ?? [:] }
}
