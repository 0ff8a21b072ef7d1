import Terminal

/// The line at the bottom of the terminal in which the person is asked for something: editor and screen together.
struct PromptLine {
    /// What the person has done with it.
    enum Outcome: Hashable {
        case line(String)
        case interrupt
        case endOfInput
        case suspend
    }

    /// A question about a tool call that is not on the screen yet. Nothing that is typed before it is there may answer it: keys
    /// that were read are taken first, and who is typing, for the next message, is let pause.
    struct Pause: Hashable {
        fileprivate var question: Int
        /// Keys typed ahead until it began.
        fileprivate var keys: Int
        /// 0: as soon as the keys are taken that were read until now.
        var milliseconds: Int
    }

    /// Keys typed while nothing is asked; later ones ring.
    static let maximumTypedAhead = 4096
    /// How long nothing is to be typed before a question may appear in the midst of it.
    static let quietMilliseconds = 1000
    private static let bell = "\u{07}"
    private static let controlC = TerminalEvent.key(.control("c"))
    private static let controlZ = TerminalEvent.key(.control("z"))

    private let device: TerminalDevice
    private var question: Conversation.Question?
    /// Whether the question waits for its ``Pause`` to be over.
    private var isPausing = false
    /// Whether the answer to another question may be under way.
    private var wasWithdrawn = false
    private var messages: LineEditor
    private var results = LineEditor()
    private var renderer: LineRenderer
    private var typedAhead: [TerminalEvent] = []
    /// For the pauses.
    private var questions = 0
    private var keysTypedAhead = 0

    init(device: TerminalDevice, history: InputHistory, isColoured: Bool) {
        self.device = device
        messages = LineEditor(history: history, completer: { SlashCommand.completions(of: $0) })
        renderer = LineRenderer(promptStyle: isColoured ? "\u{1B}[1m" : "")
    }

    mutating func remember(_ line: String) {
        messages.history.add(line)
    }

    // MARK: On the screen

    /// - Returns: what has to pass before the question is on the screen; ``end(_:)`` is to be told then. nil: it may appear.
    mutating func ask(_ question: Conversation.Question) -> Pause? {
        hide()
        self.question = question
        questions += 1
        results.clear()
        defer { wasWithdrawn = false }
        isPausing = question.toolPrompt != nil
        guard isPausing else { return nil }
        let mayBeTyping = wasWithdrawn || !typedAhead.isEmpty
        return Pause(
            question: questions, keys: keysTypedAhead, milliseconds: mayBeTyping ? Self.quietMilliseconds : 0)
    }

    /// A pause is over: its question appears, unless something was typed meanwhile.
    ///
    /// - Returns: the next pause.
    mutating func end(_ pause: Pause) -> Pause? {
        guard isPausing, pause.question == questions else { return nil }
        guard pause.keys == keysTypedAhead else {
            return Pause(question: questions, keys: keysTypedAhead, milliseconds: Self.quietMilliseconds)
        }
        isPausing = false
        reveal()
        return nil
    }

    /// Nothing is asked any more.
    mutating func withdraw() {
        hide()
        wasWithdrawn = isAskingResult
        question = nil
        isPausing = false
    }

    /// Makes room for something else to be shown.
    mutating func hide() {
        if renderer.isVisible { device.write(renderer.erase()) }
    }

    /// Draws the line, where something is asked and it is not there.
    mutating func reveal() {
        if question != nil, !isPausing, !renderer.isVisible { draw() }
    }

    mutating func resized() {
        guard renderer.isVisible else { return }
        renderer.resize(columns: device.size.columns)
        draw()
    }

    /// Another program had the screen.
    mutating func resumed() {
        renderer.forget()
        reveal()
    }

    private mutating func draw() {
        let size = device.size
        let editor = isAskingResult ? results : messages
        device.write(
            renderer.draw(
                LineRenderer.Content(prompt: prompt(editor), text: editor.text, cursor: editor.cursor),
                columns: size.columns, rows: size.rows))
    }

    private var isAskingResult: Bool {
        question?.toolPrompt != nil
    }

    private func prompt(_ editor: LineEditor) -> String {
        if let search = editor.search { return "\(search.hasFailed ? "(not found)" : "(search)") `\(search.query)`: " }
        if let prompt = question?.toolPrompt { return prompt }
        return "> "
    }

    // MARK: Keys

    /// What was typed before a message was asked for, up to the first outcome.
    mutating func takeTypedAhead() -> Outcome? {
        while question == .message, !typedAhead.isEmpty {
            if let outcome = handle(typedAhead.removeFirst()) { return outcome }
        }
        return nil
    }

    mutating func handle(_ event: TerminalEvent) -> Outcome? {
        guard question != nil, !isPausing else { return whileNotAsked(event) }
        let effect = isAskingResult ? results.handle(event) : messages.handle(event)
        switch effect {
        case .changed: draw()
        case .rang: device.write(Self.bell)
        case .submitted(let line):
            leave(showing: line)
            return .line(line)
        case .interrupted:
            leave(showing: "")
            return .interrupt
        case .ended:
            leave(showing: "")
            return .endOfInput
        case .suspended:
            device.write(renderer.finish())
            return .suspend
        case .screenCleared:
            renderer.forget()
            device.write("\u{1B}[H\u{1B}[2J")
            draw()
        case .offered(let candidates):
            device.write(renderer.finish() + candidates.joined(separator: "  ") + "\n")
            draw()
        }
        return nil
    }

    private mutating func whileNotAsked(_ event: TerminalEvent) -> Outcome? {
        switch event {
        case Self.controlC:
            typedAhead = []
            withdraw()
            return .interrupt
        case Self.controlZ: return .suspend
        default:
            keysTypedAhead += 1
            if typedAhead.count < Self.maximumTypedAhead { typedAhead.append(event) } else { device.write(Self.bell) }
            return nil
        }
    }

    /// What was entered stays on the screen, whole.
    private mutating func leave(showing line: String) {
        let size = device.size
        let text = Array(line)
        device.write(
            renderer.draw(
                LineRenderer.Content(prompt: prompt(LineEditor()), text: text, cursor: text.count),
                columns: size.columns, rows: size.rows) + renderer.finish())
        question = nil
    }
}
