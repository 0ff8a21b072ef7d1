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

    /// Keys typed while nothing is asked; later ones ring.
    static let maximumTypedAhead = 4096
    private static let bell = "\u{07}"
    private static let controlC = TerminalEvent.key(.control("c"))
    private static let controlZ = TerminalEvent.key(.control("z"))

    private let device: TerminalDevice
    private var question: Conversation.Question?
    private var messages: LineEditor
    private var results = LineEditor()
    private var renderer: LineRenderer
    private var typedAhead: [TerminalEvent] = []

    init(device: TerminalDevice, history: InputHistory, isColoured: Bool) {
        self.device = device
        messages = LineEditor(history: history, completer: { SlashCommand.completions(of: $0) })
        renderer = LineRenderer(promptStyle: isColoured ? "\u{1B}[1m" : "")
    }

    mutating func remember(_ line: String) {
        messages.history.add(line)
    }

    // MARK: On the screen

    mutating func ask(_ question: Conversation.Question) {
        hide()
        self.question = question
        results.clear()
    }

    /// Nothing is asked any more.
    mutating func withdraw() {
        hide()
        question = nil
    }

    /// Makes room for something else to be shown.
    mutating func hide() {
        if renderer.isVisible { device.write(renderer.erase()) }
    }

    /// Draws the line, where something is asked and it is not there.
    mutating func reveal() {
        if question != nil, !renderer.isVisible { draw() }
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

    /// What was typed before the question was asked, up to the first outcome.
    mutating func takeTypedAhead() -> Outcome? {
        while question != nil, !typedAhead.isEmpty {
            if let outcome = handle(typedAhead.removeFirst()) { return outcome }
        }
        return nil
    }

    mutating func handle(_ event: TerminalEvent) -> Outcome? {
        guard question != nil else { return whileNotAsked(event) }
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
            return .interrupt
        case Self.controlZ: return .suspend
        default:
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
