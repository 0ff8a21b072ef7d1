/// What the person asks for by a slash.
extension Conversation {
    mutating func carryOut(_ command: SlashCommand, _ argument: String) {
        switch command {
        case .help: report(SlashCommand.helpText)
        case .quit: leave(.complete)
        case .new: startAnew()
        case .model:
            guard !argument.isEmpty else { return call(.listModels) }
            options.model = argument
            startAnew()
        case .system:
            guard !argument.isEmpty else { return askServer(.showSystemPrompt) }
            options.systemPrompt = argument
            startAnew()
        case .retry:
            guard let lastMessage else { return report("There is no message to send again.") }
            send(lastMessage)
        case .history: askServer(.showHistory)
        case .save: askServer(.save(path: argument))
        case .usage: report(usageReport)
        }
    }

    /// Asks what only a living session can tell.
    private mutating func askServer(_ purpose: Purpose) {
        guard phase == .idle else {
            show(.failed("the session has ended; `/new` begins another one"))
            return ask()
        }
        call(purpose)
    }

    private mutating func startAnew() {
        if phase == .idle { call(.stop) }
        phase = .starting
        approvedTools = []
        usage = nil
        lastMessage = nil
        call(.start)
    }

    private var usageReport: String {
        guard answers > 0, totalUsage.modelCalls > 0 else { return "Nothing was used yet." }
        let last = usage.map { "last answer: \($0.phrase)\n" } ?? ""
        return last + "\(answers == 1 ? "1 answer" : "\(answers) answers") of \(totalUsage.model): \(totalUsage.phrase)"
    }
}
