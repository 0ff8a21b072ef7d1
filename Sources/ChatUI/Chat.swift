import Diagnostics
package import InteractiveClient
import JSON
import SessionProtocol
package import Terminal

/// Carries out what a ``Conversation`` asks for: calls, connections, the screen.
package struct Chat {
    /// What it needs of the process.
    package struct Surroundings: Sendable {
        /// Begins to connect to where sessions are.
        package var connect: @Sendable () async -> RPCClient
        /// Calls back after so many milliseconds.
        package var wait: @Sendable (Int, @escaping @Sendable () -> Void) -> Void
        /// Begins to read what the person enters: called once, when something is asked first.
        package var openInput: @Sendable () -> Void
        /// Puts ``ChatInput/mark`` behind the inputs that were read until now.
        package var mark: @Sendable () -> Void
        /// Forgets what was typed at the terminal and not read yet.
        package var discardInput: @Sendable () -> Void
        /// Keeps a line for later conversations.
        package var remember: @Sendable (String) -> Void
        /// Writes a new file; what went wrong, nil where nothing did.
        package var saveFile: @Sendable (_ path: String, _ text: String) -> String?
        /// Stops the process, as Ctrl-Z does; ``ChatInput/resumed`` follows once it goes on.
        package var suspend: @Sendable () -> Void
        /// An input was taken from the stream.
        package var took: @Sendable (ChatInput) -> Void

        package init(
            connect: @escaping @Sendable () async -> RPCClient,
            wait: @escaping @Sendable (Int, @escaping @Sendable () -> Void) -> Void,
            openInput: @escaping @Sendable () -> Void, mark: @escaping @Sendable () -> Void,
            discardInput: @escaping @Sendable () -> Void, remember: @escaping @Sendable (String) -> Void,
            saveFile: @escaping @Sendable (String, String) -> String?, suspend: @escaping @Sendable () -> Void,
            took: @escaping @Sendable (ChatInput) -> Void
        ) {
            self.connect = connect
            self.wait = wait
            self.openInput = openInput
            self.mark = mark
            self.discardInput = discardInput
            self.remember = remember
            self.saveFile = saveFile
            self.suspend = suspend
            self.took = took
        }
    }

    private enum Happening: Sendable {
        case input(ChatInput)
        case opened(RPCClient)
        case server(RPCClient.Event)
        case reply(Int, RPCClient.Answer)
        case waited
        /// What a question waits for before it is shown is over.
        case paused(PromptLine.Pause)
        /// The session was told to end, or that took too long.
        case farewell
    }

    /// What the end of the session may take once the person has left.
    private static let farewellMilliseconds = 2000

    private var conversation: Conversation
    private var view: any ChatView
    private var prompt: PromptLine?
    private let output: ChatOutput
    private let surroundings: Surroundings
    private var client: RPCClient?
    private var isInputOpen = false
    /// They end with the marks under way.
    private var pausesToMarks: [PromptLine.Pause] = []

    /// - Parameter editor: the terminal that lines are edited at, and what was entered there before; nil: they come whole.
    package init(
        options: ChatOptions, view: any ChatView, output: ChatOutput,
        editor: (device: TerminalDevice, history: InputHistory)?, surroundings: Surroundings
    ) {
        conversation = Conversation(options: options)
        self.view = view
        self.output = output
        self.surroundings = surroundings
        prompt = editor.map { PromptLine(device: $0.device, history: $0.history, isColoured: output.isColoured) }
    }

    /// Runs until the person leaves, the question is answered, or the session is lost.
    package mutating func run(inputs: AsyncStream<ChatInput>) async -> ChatOutcome {
        let (happenings, sink) = AsyncStream<Happening>.makeStream()
        // allowed: it ends with this function, by the line below
        let reader = Task { for await input in inputs { sink.yield(.input(input)) } }
        defer { reader.cancel() }
        var outcome = perform(conversation.begin(), sink)
        var iterator = happenings.makeAsyncIterator()
        while outcome == nil, let happening = await iterator.next() { outcome = take(happening, sink) }
        prompt?.withdraw()
        await endSession(&iterator, sink)
        return outcome ?? .broken
    }

    private mutating func take(_ happening: Happening, _ sink: AsyncStream<Happening>.Continuation) -> ChatOutcome? {
        switch happening {
        case .input(let input):
            surroundings.took(input)
            return take(input, sink)
        case .opened(let client):
            self.client = client
            return perform(conversation.handle(.opened), sink)
        case .server(.notification(let method, let params)):
            guard let notification = SessionNotification(method: method, params: params) else { return nil }
            return perform(conversation.handle(.notification(notification)), sink)
        case .server(.closed(let code, let reason)):
            client = nil
            return perform(conversation.handle(.disconnected(code: code, reason: reason)), sink)
        case .reply(let id, let answer): return perform(conversation.handle(.reply(callID: id, answer)), sink)
        case .waited: return perform(conversation.handle(.waited), sink)
        case .paused(let pause):
            end(pause, sink)
            return nil
        case .farewell: return nil
        }
    }

    private mutating func take(_ input: ChatInput, _ sink: AsyncStream<Happening>.Continuation) -> ChatOutcome? {
        switch input {
        case .terminal(let event): return prompt?.handle(event).flatMap { take($0, sink) }
        case .line(let line): return perform(conversation.handle(.line(line)), sink)
        case .endOfInput: return perform(conversation.handle(.endOfInput), sink)
        case .interrupt:
            prompt?.withdraw()
            return perform(conversation.handle(.interrupt), sink)
        case .terminate: return perform(conversation.handle(.terminate), sink)
        case .resized: prompt?.resized()
        case .resumed: prompt?.resumed()
        case .mark: if !pausesToMarks.isEmpty { end(pausesToMarks.removeFirst(), sink) }
        }
        return nil
    }

    private mutating func take(
        _ outcome: PromptLine.Outcome, _ sink: AsyncStream<Happening>.Continuation
    ) -> ChatOutcome? {
        switch outcome {
        case .line(let line): return perform(conversation.handle(.line(line)), sink)
        case .interrupt: return perform(conversation.handle(.interrupt), sink)
        case .endOfInput: return perform(conversation.handle(.endOfInput), sink)
        case .suspend:
            surroundings.suspend()
            return nil
        }
    }

    // MARK: Doing

    private mutating func perform(
        _ actions: [Conversation.Action], _ sink: AsyncStream<Happening>.Continuation
    ) -> ChatOutcome? {
        for action in actions {
            switch action {
            case .connect: connect(sink)
            case .wait(let milliseconds): surroundings.wait(milliseconds) { sink.yield(.waited) }
            case .call(let id, let method, let params):
                client?.call(method.rawValue, params) { sink.yield(.reply(id, $0)) }
            case .show(let event):
                guard show(event) else { return .unwritable }
            case .ask(let question): ask(question, sink)
            case .withdrawQuestion: prompt?.withdraw()
            case .remember(let line):
                prompt?.remember(line)
                surroundings.remember(line)
            case .save(let path, let text):
                let fault = surroundings.saveFile(path, text)
                guard show(fault.map { .failed("\(path): \($0)") } ?? .said("written to \(path)")) else {
                    return .unwritable
                }
            case .leave(let outcome): return outcome
            }
        }
        prompt?.reveal()
        return prompt?.takeTypedAhead().flatMap { take($0, sink) }
    }

    private mutating func show(_ event: ChatEvent) -> Bool {
        if case .done = event { prompt?.withdraw() } else { prompt?.hide() }
        return view.show(event)
    }

    private mutating func ask(_ question: Conversation.Question, _ sink: AsyncStream<Happening>.Continuation) {
        // Before the first question nobody reads what is typed, and without an editor half a line is the terminal's.
        if question.toolPrompt != nil, !isInputOpen || prompt == nil { surroundings.discardInput() }
        if !isInputOpen {
            isInputOpen = true
            surroundings.openInput()
        }
        if prompt != nil {
            if let pause = prompt?.ask(question) { begin(pause, sink) }
        } else if let prompt = question.toolPrompt {
            output.tell(escapedForDisplay(prompt))
        } else if output.isTerminal {
            output.tell("> ")
        }
    }

    private mutating func begin(_ pause: PromptLine.Pause, _ sink: AsyncStream<Happening>.Continuation) {
        guard pause.milliseconds == 0 else {
            return surroundings.wait(pause.milliseconds) { sink.yield(.paused(pause)) }
        }
        pausesToMarks.append(pause)
        surroundings.mark()
    }

    private mutating func end(_ pause: PromptLine.Pause, _ sink: AsyncStream<Happening>.Continuation) {
        if let next = prompt?.end(pause) { begin(next, sink) }
    }

    private func connect(_ sink: AsyncStream<Happening>.Continuation) {
        let connect = surroundings.connect
        // allowed: it ends with the connection, whose end is the last thing it tells
        Task {
            let client = await connect()
            if (try? await client.waitUntilOpen()) != nil { sink.yield(.opened(client)) }
            for await event in client.events { sink.yield(.server(event)) }
        }
    }

    /// Else a server would keep the session for its resume window.
    private func endSession(
        _ iterator: inout AsyncStream<Happening>.AsyncIterator, _ sink: AsyncStream<Happening>.Continuation
    ) async {
        guard let client, let sessionID = conversation.sessionID else { return }
        client.call(SessionMethod.stopSession.rawValue, ["sessionId": .string(sessionID)]) { _ in sink.yield(.farewell)
        }
        surroundings.wait(Self.farewellMilliseconds) { sink.yield(.farewell) }
        waiting: while let happening = await iterator.next() {
            switch happening {
            case .farewell, .server(.closed), .input(.interrupt), .input(.terminate): break waiting
            case .input(.terminal(.key(.control("c")))): break waiting
            default: break
            }
        }
        client.close()
    }
}
