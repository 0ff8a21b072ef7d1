import Diagnostics

/// Finds commands that cannot be played where they stand, whatever the server does: messages into a stopped session, a
/// reconnect without a disconnect.
struct ScriptFlow {
    private enum Session {
        case none
        case running
        case stopped(ScriptCommand)
    }

    private var session = Session.none
    /// The `disconnect` after which no connection stands.
    private var disconnection: ScriptCommand?
    private var hasConnected = false
    private var lastMessage: ScriptCommand?
    private var problems: DiagnosticList

    static func check(_ script: Script, _ problems: inout DiagnosticList) {
        var flow = ScriptFlow(problems: problems)
        for command in script.commands { flow.pass(command) }
        problems = flow.problems
    }

    private init(problems: DiagnosticList) {
        self.problems = problems
    }

    private mutating func pass(_ command: ScriptCommand) {
        switch command.action {
        case .startSession:
            session = .running
            disconnection = nil
            hasConnected = true
            lastMessage = nil
        case .sendUserMessage:
            guard needsConnection(command) else { return }
            if case .stopped(let stop) = session {
                return report(
                    command, "the session is stopped before this message", because: stop, "stopped here",
                    help: "put `startSession` before it")
            }
            session = .running
            hasConnected = true
            lastMessage = command
        case .sendMalformedJSON:
            guard needsConnection(command) else { return }
            hasConnected = true
        case .provideToolResult:
            guard needsConnection(command) else { return }
            if lastMessage == nil {
                report(
                    command, "no message stands before this tool result",
                    help: "put it behind the message that makes the model call the tool")
            }
        case .stopSession: stop(command)
        case .disconnect(let chunks): disconnect(command, afterChunks: chunks)
        case .reconnect: reconnect(command)
        case .wait: break
        }
    }

    private mutating func stop(_ command: ScriptCommand) {
        guard needsConnection(command) else { return }
        switch session {
        case .none: report(command, "no session is there to be stopped")
        case .stopped(let stop): report(command, "the session is stopped already", because: stop, "stopped here")
        case .running:
            session = .stopped(command)
            lastMessage = nil
        }
    }

    private mutating func disconnect(_ command: ScriptCommand, afterChunks chunks: Int) {
        guard needsConnection(command) else { return }
        guard hasConnected else { return report(command, "nothing is connected here") }
        if chunks > 0, lastMessage?.message?.waits != false {
            report(
                command, "no answer is under way whose chunks could be counted", because: lastMessage,
                "has ended by then",
                help: #"give the message before it `"wait": false`"#)
        }
        disconnection = command
    }

    private mutating func reconnect(_ command: ScriptCommand) {
        guard disconnection != nil else {
            return report(command, "the connection stands", help: "put `disconnect` before it")
        }
        disconnection = nil
        guard case .running = session else {
            return report(command, "there is no session to come back to", help: "put `startSession` instead")
        }
    }

    private mutating func needsConnection(_ command: ScriptCommand) -> Bool {
        guard let disconnection else { return true }
        report(
            command, "there is no connection for `\(command.name)`", because: disconnection, "closed here",
            help: "put `reconnect` before it")
        // Once is enough.
        self.disconnection = nil
        return false
    }

    private mutating func report(
        _ command: ScriptCommand, _ message: String, because other: ScriptCommand? = nil, _ why: String = "",
        help: String? = nil
    ) {
        problems.add(
            Diagnostic(
                ScriptCode.misplaced, message, at: command.span, help: help,
                related: other.map { [Diagnostic.Related($0.span, why)] } ?? []))
    }
}
