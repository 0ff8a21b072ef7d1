import ChatUI
import CommandLineSpec
import Configuration
import Diagnostics
import HTTP1
import JSON
import Terminal

/// `chat`: one answer or a conversation, with a server or in this process.
struct ChatCommand {
    /// Why a chat did not begin.
    private struct Refusal: Error {
        var code: ExitCode
        var kind: ChatFailure.Kind
        /// Lines for a person; none where they were told already.
        var lines: [String] = []
        var usageProblems: [UsageProblem] = []

        static func usage(_ problems: [UsageProblem]) -> Refusal {
            Refusal(code: .usage, kind: .usage, usageProblems: problems)
        }

        /// A file that cannot be read, or is not what it should be.
        static func file(_ lines: [String]) -> Refusal {
            Refusal(code: .unreadable, kind: .unreadableFile, lines: lines)
        }
    }

    private let invocation: Invocation
    private let request: ChatRequest

    init(_ invocation: Invocation) {
        self.invocation = invocation
        request = ChatRequest(invocation.parsed)
    }

    func run() throws(OutputError) -> ExitCode {
        let process: ChatProcess
        do throws(Refusal) {
            process = try prepare()
        } catch {
            return try report(error)
        }
        return try process.run()
    }

    private func prepare() throws(Refusal) -> ChatProcess {
        let place = try place()
        var options = ChatOptions()
        options.tools = try tools()
        options.model = request.model
        options.systemPrompt = request.systemPrompt
        options.params = request.params
        options.wantsReasoning = request.wantsReasoning
        if case .server = place { options.isRemote = true }
        options.message = try question()
        let history =
            request.keepsHistory ? HistoryFile(named: "chat_history", environment: invocation.environment) : nil
        return ChatProcess(
            place: place, options: options, isJSON: request.isJSON, history: history,
            environment: invocation.environment, console: invocation.console)
    }

    private func report(_ refusal: Refusal) throws(OutputError) -> ExitCode {
        for line in refusal.lines { invocation.console.tell("ailoopctl chat: \(line)\n") }
        if !refusal.usageProblems.isEmpty { invocation.reportUsage(refusal.usageProblems) }
        if request.isJSON {
            let detail = refusal.lines.first ?? refusal.usageProblems.first?.line ?? "the configuration is invalid"
            let event = ChatEvent.done(ChatEnding(.error, error: ChatFailure(refusal.kind, detail)))
            try invocation.console.write((event.json ?? .null).jsonText + "\n")
        }
        return refusal.code
    }

    // MARK: Where

    private func place() throws(Refusal) -> ChatProcess.Place {
        let token = try token()
        guard let text = request.url else {
            guard let (_, settings) = invocation.usableConfiguration() else {
                throw Refusal(code: .configuration, kind: .configuration)
            }
            return .inProcess(settings)
        }
        do throws(ServerURL.Problem) {
            return .server(try ServerURL(text).url, token: token)
        } catch {
            throw .usage([error.usage])
        }
    }

    private func token() throws(Refusal) -> String? {
        do throws(ServerToken.Problem) {
            return try ServerToken.read(invocation)?.text
        } catch {
            switch error {
            case .usage(let problem): throw .usage([problem])
            case .unusable(let line): throw .file([line])
            }
        }
    }

    // MARK: What

    private func tools() throws(Refusal) -> [JSONValue] {
        guard let path = request.toolFile else { return [] }
        let bytes = try read(path, maximumBytes: ToolFile.maximumBytes)
        let file = ToolFile(SourceText(.file(path), bytes: bytes))
        guard file.problems.isEmpty else { throw .file(file.problems) }
        return file.tools
    }

    private func read(_ path: String, maximumBytes: Int) throws(Refusal) -> [UInt8] {
        let name = escapedForDisplay(path)
        do throws(FileReadError) {
            return try SystemFiles().read(path, maximumBytes: maximumBytes)
        } catch {
            switch error {
            case .notFound: throw .file(["\(name): there is no such file"])
            case .tooLarge: throw .file(["\(name): is larger than \(maximumBytes >> 10) KiB"])
            case .failed(let reason): throw .file(["\(name): \(reason)"])
            }
        }
    }

    /// The argument, what is piped in, or both: the argument is the question then, the other its material.
    private func question() throws(Refusal) -> String? {
        guard !invocation.console.isInputTerminal else { return request.message }
        let piped = try pipedText()
        let parts = [request.message, piped.allSatisfy(\.isWhitespace) ? nil : piped].compactMap(\.self)
        guard !parts.isEmpty else {
            throw .usage([UsageProblem("nothing to say", help: "give a message, or pipe one in")])
        }
        return parts.joined(separator: "\n\n")
    }

    private func pipedText() throws(Refusal) -> String {
        let bytes: [UInt8]
        do throws(FileReadError) {
            bytes = try SystemFiles().read("-", maximumBytes: ChatProcess.maximumPipedBytes)
        } catch {
            let words =
                switch error {
                case .tooLarge: "standard input is larger than \(ChatProcess.maximumPipedBytes >> 20) MiB"
                case .notFound: "standard input cannot be read"
                case .failed(let reason): "standard input cannot be read: \(reason)"
                }
            throw Refusal(code: .unreadable, kind: .unreadableInput, lines: [words])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Refusal(
                code: .unreadable, kind: .unreadableInput, lines: ["standard input is not UTF-8 text"])
        }
        return text
    }
}
