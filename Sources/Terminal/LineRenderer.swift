/// Draws a prompt and the text being edited, over what it drew before; the state of the screen and what is to be shown in, bytes
/// for the terminal out.
///
/// Rows end in explicit line breaks, so that nothing depends on how a terminal treats its last column.
package struct LineRenderer: Sendable {
    /// What is to be shown.
    package struct Content: Sendable, Hashable {
        package var prompt: String
        package var text: [Character]
        /// Characters before the cursor.
        package var cursor: Int

        package init(prompt: String, text: [Character] = [], cursor: Int = 0) {
            self.prompt = prompt
            self.text = text
            self.cursor = cursor
        }
    }

    /// Around the prompt, for terminals that show colours; empty: none.
    private let promptStyle: String
    /// What is on the screen; nil: nothing of ours.
    private var drawn: LineLayout?

    package init(promptStyle: String = "") {
        self.promptStyle = promptStyle
    }

    package var isVisible: Bool { drawn != nil }

    package mutating func draw(_ content: Content, columns: Int, rows: Int) -> String {
        let layout = LineLayout(
            prompt: content.prompt, text: content.text, cursor: content.cursor, width: columns, height: rows)
        var output = toStart() + "\u{1B}[J"
        for (index, row) in layout.rows.enumerated() {
            if index > 0 { output += "\r\n" }
            let prompt = row.text.prefix(promptStyle.isEmpty ? 0 : row.promptLength)
            if !prompt.isEmpty { output += promptStyle + prompt + "\u{1B}[0m" }
            output += row.text[prompt.endIndex...]
        }
        output += "\r" + Self.up(layout.rows.count - 1 - layout.cursorRow)
        if layout.cursorColumn > 0 { output += "\u{1B}[\(layout.cursorColumn)C" }
        drawn = layout
        return output
    }

    /// Takes off the screen what was drawn; the cursor stands where it began.
    package mutating func erase() -> String {
        guard drawn != nil else { return "" }
        defer { drawn = nil }
        return toStart() + "\u{1B}[J"
    }

    /// Leaves what was drawn, and goes to the line below it.
    package mutating func finish() -> String {
        guard let layout = drawn else { return "" }
        drawn = nil
        let down = layout.rows.count - 1 - layout.cursorRow
        return (down > 0 ? "\u{1B}[\(down)B" : "") + "\r\n"
    }

    /// The screen is clear, or not ours any more: there is nothing to draw over.
    package mutating func forget() {
        drawn = nil
    }

    /// The terminal has become so wide: rows that were longer now take several.
    package mutating func resize(columns: Int) {
        drawn?.reflow(to: max(columns, 2))
    }

    /// To the first column of the first row drawn.
    private func toStart() -> String {
        "\r" + Self.up(drawn?.cursorRow ?? 0)
    }

    private static func up(_ count: Int) -> String { count > 0 ? "\u{1B}[\(count)A" : "" }
}
