import Diagnostics

/// Where each character of a prompt and a text comes to stand on a terminal of some width.
struct LineLayout: Sendable, Hashable {
    /// A line of the screen.
    struct Row: Sendable, Hashable {
        var text = ""
        /// Columns taken.
        var width = 0
        /// Characters at the beginning of `text` that are the prompt's.
        var promptLength = 0
    }

    static let tabWidth = 4

    private(set) var rows = [Row()]
    /// Where the cursor is, in rows and columns from 0.
    private(set) var cursorRow = 0
    private(set) var cursorColumn = 0
    private let width: Int

    /// - Parameters:
    ///   - prompt: stands before the first line; further lines are set in as far. One that takes more than half of the width
    ///     fills as many rows as it needs, and the text begins behind it, or below where less than half of a row is left.
    ///   - cursor: characters of `text` before the cursor.
    ///   - height: lines of the screen; of more rows only those around the cursor stay.
    init(prompt: String, text: [Character], cursor: Int, width: Int, height: Int) {
        self.width = max(width, 2)
        place(prompt)
        let indent = rows.count == 1 && rows[0].width * 2 <= self.width ? rows[0].width : 0
        if rows[rows.count - 1].width * 2 > self.width { rows.append(Row()) }
        for (index, character) in text.enumerated() {
            if character == "\n" {
                if index == cursor { placeCursor(wraps: false) }
                rows.append(Row(text: String(repeating: " ", count: indent), width: indent))
                continue
            }
            var isFirst = true
            for cell in Self.cells(of: character) {
                let cellWidth = displayWidth(of: cell)
                let wraps = rows[rows.count - 1].width + cellWidth > self.width
                if wraps { rows.append(Row()) }
                if isFirst, index == cursor { placeCursor(wraps: false) }
                isFirst = false
                rows[rows.count - 1].text.append(cell)
                rows[rows.count - 1].width += cellWidth
            }
        }
        if cursor >= text.count { placeCursor(wraps: true) }
        keepVisible(height: max(height, 1))
    }

    private mutating func place(_ prompt: String) {
        for character in prompt {
            for cell in Self.cells(of: character) {
                let cellWidth = displayWidth(of: cell)
                if rows[rows.count - 1].width + cellWidth > width { rows.append(Row()) }
                rows[rows.count - 1].text.append(cell)
                rows[rows.count - 1].width += cellWidth
                rows[rows.count - 1].promptLength += 1
            }
        }
    }

    /// What is shown of a character: tabs as blanks, what could garble the screen spelt out.
    private static func cells(of character: Character) -> [Character] {
        if character == "\t" { return Array(repeating: " ", count: tabWidth) }
        return Array(escapedForDisplay(String(character)))
    }

    /// - Parameter wraps: whether a cursor behind a full row stands on the next one, where the next character will be.
    private mutating func placeCursor(wraps: Bool) {
        if wraps, rows[rows.count - 1].width >= width { rows.append(Row()) }
        cursorRow = rows.count - 1
        cursorColumn = min(rows[cursorRow].width, width - 1)
    }

    private mutating func keepVisible(height: Int) {
        guard rows.count > height else { return }
        let first = min(max(cursorRow - height + 1, 0), rows.count - height)
        rows = Array(rows[first..<(first + height)])
        cursorRow -= first
    }

    /// As terminals that keep lines whole show these rows once they are that narrow. Only the places matter then.
    mutating func reflow(to columns: Int) {
        let heights = rows.map { max(1, ($0.width + columns - 1) / columns) }
        cursorRow = heights[..<cursorRow].reduce(0, +) + cursorColumn / columns
        cursorColumn %= columns
        rows = Array(repeating: Row(), count: max(heights.reduce(0, +), cursorRow + 1))
    }
}
