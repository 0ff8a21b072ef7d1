import Foundation
import Testing

/// `chat` at a terminal.
@Suite(.timeLimit(.minutes(5))) struct ChatTerminalTests {
    private let state: TemporaryDirectory

    init() throws {
        state = try TemporaryDirectory()
    }

    private var historyPath: String { state.url.appending(path: "ailoopctl/chat_history").path }

    private func history() throws -> String { try String(contentsOfFile: historyPath, encoding: .utf8) }

    private func open(
        _ arguments: [String] = [], interval: String = "0", environment: [String: String] = [:],
        redirections: [Int32: String] = [:]
    ) throws -> TerminalProcess {
        let variables = [
            "XDG_STATE_HOME": state.url.path, "AILOOP_MOCK__FIRST_CHUNK_MS": "1",
            "AILOOP_MOCK__CHUNK_INTERVAL_MS": interval,
        ]
        return try TerminalProcess(
            ["chat", "--ai-service", "mock"] + arguments, environment: variables.merging(environment) { $1 },
            redirections: redirections)
    }

    /// As ``open(_:interval:environment:redirections:)``, at the first prompt.
    private func started(_ arguments: [String] = []) async throws -> TerminalProcess {
        let terminal = try open(arguments)
        try await terminal.shows("Talking to mock")
        try await terminal.shows("> ")
        return terminal
    }

    /// An answer begins, with its first words at once, and does not end before it is stopped.
    private func startedWithEndlessAnswers() async throws -> TerminalProcess {
        let terminal = try open(interval: "600000", environment: ["AILOOP_MOCK__CHUNK_BYTES": "64"])
        try await terminal.shows("> ")
        return terminal
    }

    @Test func aConversationGoesOnUntilControlD() async throws {
        let terminal = try await started()
        #expect(!terminal.isCooked)
        for _ in 1...2 {
            terminal.type("help\r")
            try await terminal.shows("I am the built-in mock service")
            try await terminal.shows("> ")
        }
        terminal.type("\u{04}")
        #expect(await terminal.exitCode() == 0)
        #expect(terminal.isCooked)
        #expect(terminal.output.contains("\u{1B}[?2004h") && terminal.output.contains("\u{1B}[?2004l"))
    }

    @Test func controlCStopsAnAnswerThenALineThenTheProgram() async throws {
        let terminal = try await startedWithEndlessAnswers()
        terminal.type("long\r")
        try await terminal.shows("You asked for it.")
        terminal.type("\u{03}")
        try await terminal.shows("(stopped)")
        try await terminal.shows("> ")
        // The session lives, with what was said.
        terminal.type("/history\r")
        try await terminal.shows("assistant:\r\nYou asked for it.")
        try await terminal.shows("> ")
        terminal.type("half\u{03}/quix\u{7F}t\r")
        #expect(await terminal.exitCode() == 0)
        let other = try await started()
        other.type("\u{03}")
        #expect(await other.exitCode() == 130)
        #expect(other.isCooked)
    }

    @Test func aSignalDoesWhatControlCDoes() async throws {
        let terminal = try await startedWithEndlessAnswers()
        terminal.type("long\r")
        try await terminal.shows("You asked for it.")
        terminal.signal(SIGINT)
        try await terminal.shows("(stopped)")
        try await terminal.shows("> ")
        terminal.signal(SIGINT)
        #expect(await terminal.exitCode() == 130)
        #expect(terminal.isCooked)
    }

    @Test(arguments: [(SIGTERM, 143), (SIGHUP, 129), (SIGQUIT, 131)] as [(Int32, Int32)])
    func theTerminalIsInOrderAfterASignal(signal: Int32, code: Int32) async throws {
        let terminal = try await started()
        #expect(!terminal.isCooked)
        terminal.signal(signal)
        #expect(await terminal.exitCode() == code)
        #expect(terminal.isCooked)
    }

    @Test func theTerminalIsTheShellsWhileTheProgramIsStopped() async throws {
        let arguments = "chat --ai-service mock"
        let terminal = try TerminalProcess(
            ["--norc", "--noprofile", "-i"],
            environment: [
                "PS1": "shell-is-here ", "PROGRAM": BuiltProgram(name: "ailoopctl").path, "HOME": state.url.path,
            ],
            path: "/bin/bash")
        try await terminal.shows("shell-is-here ")
        terminal.type("\"$PROGRAM\" \(arguments)\r")
        try await terminal.shows("Talking to mock")
        try await terminal.shows("> ")
        terminal.type("half a line")
        try await terminal.shows("> half a line")
        terminal.type("\u{1A}")
        try await terminal.shows("Stopped")
        try await terminal.shows("shell-is-here ")
        terminal.type("echo cooked-$((40 + 2))\r")
        try await terminal.shows("cooked-42")
        terminal.type("fg\r")
        // It is drawn again, with what was typed.
        try await terminal.shows("> half a line")
        terminal.type("\u{15}/quit\r")
        try await terminal.shows("shell-is-here ")
        terminal.type("exit $?\r")
        #expect(await terminal.exitCode() == 0)
    }

    @Test func aPasteIsOneMessage() async throws {
        let terminal = try await started()
        terminal.type("\u{1B}[200~one\rtwo\r\u{1B}[201~")
        try await terminal.shows("  two")
        terminal.type("three\r")
        try await terminal.shows("> ")
        terminal.type("/history\r")
        try await terminal.shows("user:\r\none\r\ntwo\r\nthree\r\n\r\nassistant:")
        terminal.type("/quit\r")
        #expect(await terminal.exitCode() == 0)
        #expect(try history() == "one\\ntwo\\nthree\n/history\n/quit\n")
    }

    @Test func whatWasEnteredIsThereTheNextTime() async throws {
        let terminal = try await started()
        terminal.type("empty\r/usage\rempty\r\u{04}")
        #expect(await terminal.exitCode() == 0)
        #expect(try history() == "empty\n/usage\nempty\n")
        let attributes = try FileManager.default.attributesOfItem(atPath: historyPath)
        #expect(attributes[.posixPermissions] as? Int == 0o600)

        let next = try await started()
        next.type("\u{1B}[A\u{1B}[A")
        try await next.shows("> /usage")
        next.type("\u{03}\u{12}emp")
        try await next.shows("(search) `emp`: empty")
        next.type("\u{07}/he\t")
        try await next.shows("> /help")
        next.type("\r")
        try await next.shows("/save FILE")
        next.type("\u{04}")
        #expect(await next.exitCode() == 0)
    }

    @Test func nothingIsKeptWhereThatIsAskedFor() async throws {
        let terminal = try await started(["--no-history"])
        terminal.type("empty\r\u{04}")
        #expect(await terminal.exitCode() == 0)
        #expect(!FileManager.default.fileExists(atPath: historyPath))
    }

    @Test func thePersonAnswersToolCalls() async throws {
        let tools = try state.write(
            "tools.json", #"[{"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}]"#)
        let terminal = try await started(["--tools", tools])
        terminal.type("tool\r")
        try await terminal.shows("tool call: add {}")
        try await terminal.shows("result of add> ")
        terminal.type("forty-two\r")
        try await terminal.shows("`add` answered: forty-two")
        terminal.type("\u{04}")
        #expect(await terminal.exitCode() == 0)

        // With a single question too, whose terminal is left alone until then.
        let single = try open(["--tools", tools, "tool"])
        try await single.shows("result of add> ")
        #expect(!single.isCooked)
        single.type("seven\r")
        try await single.shows("`add` answered: seven")
        #expect(await single.exitCode() == 0)
        #expect(single.isCooked)
    }

    /// What the mock writes is one file, so that it is seen whether the tool ran.
    private func startedWithWriter(_ settings: String = "") async throws -> (TerminalProcess, written: URL) {
        let workspace = state.url.appending(path: "workspace")
        try FileManager.default.createDirectory(at: workspace, withIntermediateDirectories: false)
        let configuration = try state.write(
            "tools.yaml",
            "ai_service: mock\ntools:\n  builtin: [write_file]\n  workspace: \(workspace.path)\n\(settings)")
        let terminal = try await started(["--config", configuration])
        return (terminal, workspace.appending(path: "README.md"))
    }

    /// It is longer than a row of 80 columns.
    private static let approvalPrompt =
        #"run write_file {"path":"README.md","content":"example"}? [y]es, [n]o, [a]lways i"# + "\r\r\nn this session> "

    @Test func aToolRunsWhereThePersonSaysYesAndNotWhereNo() async throws {
        let (terminal, written) = try await startedWithWriter()
        terminal.type("tool write_file\r")
        try await terminal.shows("the server asks to run write_file")
        try await terminal.shows(Self.approvalPrompt)
        #expect(!FileManager.default.fileExists(atPath: written.path))
        terminal.type("what?\r")
        try await terminal.shows("answer y, n or a")
        try await terminal.shows(Self.approvalPrompt)
        terminal.type("n\r")
        try await terminal.shows("write_file: failed: the user did not approve this call")
        try await terminal.shows("> ")
        #expect(!FileManager.default.fileExists(atPath: written.path))
        terminal.type("tool write_file\r")
        try await terminal.shows(Self.approvalPrompt)
        terminal.type("y\r")
        try await terminal.shows("`write_file` answered: ")
        #expect(FileManager.default.fileExists(atPath: written.path))
        terminal.type("\u{04}")
        #expect(await terminal.exitCode() == 0)
    }

    @Test(arguments: ["y", "yes", "a"]) func whatIsTypedAheadLetsNoToolRun(typed: String) async throws {
        let (terminal, written) = try await startedWithWriter()
        // All of it is there before the model has answered.
        terminal.type("tool write_file\r\(typed)\r")
        try await terminal.shows(Self.approvalPrompt)
        terminal.type("n\r")
        try await terminal.shows("write_file: failed: the user did not approve this call")
        try await terminal.shows("> \(typed)\r")
        try await terminal.shows("> ")
        #expect(!FileManager.default.fileExists(atPath: written.path))
        terminal.type("/history\r")
        try await terminal.shows("user:\r\n\(typed)\r\n")
        terminal.type("/quit\r")
        #expect(await terminal.exitCode() == 0)
    }

    @Test(arguments: ["xterm", "dumb"]) func whatIsTypedBeforeTheOnlyQuestionLetsNoToolRun(terminalType: String)
        async throws
    {
        let workspace = state.url.appending(path: "workspace")
        try FileManager.default.createDirectory(at: workspace, withIntermediateDirectories: false)
        let configuration = try state.write(
            "tools.yaml", "ai_service: mock\ntools:\n  builtin: [write_file]\n  workspace: \(workspace.path)\n")
        let terminal = try TerminalProcess(
            ["-c", "read line; exec \"$PROGRAM\" chat --config \"$1\" 'tool write_file'", "sh", configuration],
            environment: [
                "PROGRAM": BuiltProgram(name: "ailoopctl").path, "TERM": terminalType,
                "XDG_STATE_HOME": state.url.path,
            ],
            path: "/bin/sh")
        // The shell takes the first line, and the terminal holds the other one: nobody reads it before something is asked.
        terminal.type("go\ny\n")
        try await terminal.shows("[y]es, [n]o")
        try await terminal.shows("session> ")
        #expect(!FileManager.default.fileExists(atPath: workspace.appending(path: "README.md").path))
        terminal.type("n\r")
        try await terminal.shows("write_file: failed: the user did not approve this call")
        #expect(await terminal.exitCode() == 0)
        #expect(!FileManager.default.fileExists(atPath: workspace.appending(path: "README.md").path))
    }

    @Test func aToolThatMayAlwaysRunIsAskedAboutOnce() async throws {
        let (terminal, written) = try await startedWithWriter()
        terminal.type("tool write_file\r")
        try await terminal.shows(Self.approvalPrompt)
        terminal.type("always\r")
        try await terminal.shows("`write_file` answered: ")
        try await terminal.shows("> ")
        try FileManager.default.removeItem(at: written)
        terminal.type("tool write_file\r")
        try await terminal.shows("`write_file` answered: ")
        #expect(FileManager.default.fileExists(atPath: written.path))
        // In this session: another one asks again.
        terminal.type("/new\rtool write_file\r")
        try await terminal.shows(Self.approvalPrompt)
        // The end of the input, and then leaving, refuse.
        terminal.type("\u{04}")
        try await terminal.shows("write_file: failed: the user did not approve this call")
        #expect(await terminal.exitCode() == 0)
        #expect(terminal.output.components(separatedBy: Self.approvalPrompt + "\r").count >= 2)
    }

    @Test func anApprovalWhoseTimeIsUpIsAskedForNoMore() async throws {
        let (terminal, written) = try await startedWithWriter("  approval_timeout_seconds: 0.2\n")
        terminal.type("tool write_file\r")
        try await terminal.shows(Self.approvalPrompt)
        try await terminal.shows("write_file: failed: nobody approved this call in time")
        try await terminal.shows("> ")
        terminal.type("help\r")
        try await terminal.shows("I am the built-in mock service")
        #expect(!FileManager.default.fileExists(atPath: written.path))
        try await terminal.shows("> ")
        terminal.type("\u{04}")
        #expect(await terminal.exitCode() == 0)
    }

    @Test func theTranscriptSaysHowLongToolsRan() async throws {
        let (terminal, _) = try await startedWithWriter()
        let path = state.url.appending(path: "talk.txt").path
        terminal.type("tool write_file\r")
        try await terminal.shows(Self.approvalPrompt)
        terminal.type("y\r")
        try await terminal.shows("`write_file` answered: ")
        terminal.type("/save \(path)\r")
        try await terminal.shows("written to \(path)")
        let saved = try String(contentsOfFile: path, encoding: .utf8)
        #expect(saved.contains("[calls write_file {\"path\":\"README.md\""))
        #expect(saved.contains(/\ntool \(write_file, \d+(\.\d+)? m?s\):\n/), "\(saved)")
        terminal.type("\u{04}")
        #expect(await terminal.exitCode() == 0)
    }

    @Test func theConversationIsSavedOnce() async throws {
        let terminal = try await started()
        let path = state.url.appending(path: "talk.json").path
        terminal.type("help\r/save \(path)\r")
        try await terminal.shows("written to \(path)")
        terminal.type("/save \(path)\r")
        try await terminal.shows("there is such a file already")
        terminal.type("\u{04}")
        #expect(await terminal.exitCode() == 0)
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains(#"{"role":"user","content":"help"}"#))
    }

    @Test func aDumbTerminalIsReadLineByLine() async throws {
        let terminal = try open(environment: ["TERM": "dumb"])
        try await terminal.shows("> ")
        #expect(terminal.isCooked)
        terminal.type("help\n")
        try await terminal.shows("I am the built-in mock service")
        try await terminal.shows("> ")
        terminal.type("\u{04}")
        #expect(await terminal.exitCode() == 0)
        #expect(!terminal.output.contains("\u{1B}"))
    }

    @Test func onlyTheAnswersGoIntoAFile() async throws {
        let file = state.url.appending(path: "answers").path
        let terminal = try open(redirections: [1: file])
        try await terminal.shows("> ")
        terminal.type("help\r")
        try await terminal.shows("> help")
        try await terminal.shows("> ")
        terminal.type("\u{04}")
        #expect(await terminal.exitCode() == 0)
        let expected = try await ChatRun.mock(["help"]).output
        #expect(try String(contentsOfFile: file, encoding: .utf8) == expected)
        #expect(!terminal.output.contains("I am the built-in mock service"))
    }

    @Test func aNarrowerTerminalShowsTheLineAsItIs() async throws {
        let terminal = try await started()
        terminal.type("0123456789012345678901234567890123456789")
        try await terminal.shows("> 0123456789012345678901234567890123456789")
        // The terminal driver adds its own return to each line feed.
        terminal.resize(columns: 20, rows: 24)
        try await terminal.shows("> 012345678901234567\r\r\n89012345678901234567\r\r\n89\r")
        terminal.type("\u{03}\u{04}")
        #expect(await terminal.exitCode() == 0)
    }
}
