import Diagnostics

/// A terminal's screen, as far as a line editor needs one: what the bytes written to it show, and where the cursor is. Wraps as
/// real ones do, with the last column's wrap held back until the next character.
struct Screen {
    private(set) var lines: [[Character]] = [[]]
    private(set) var row = 0
    private(set) var column = 0
    private var wrapsNext = false
    let columns: Int

    init(columns: Int) {
        self.columns = columns
    }

    /// The lines without blanks at their ends, and without empty ones at the end.
    var text: [String] {
        var shown = lines.map { line in
            // The second half of a wide character is no character.
            String(line.filter { $0 != "\0" }.reversed().drop { $0 == " " }.reversed())
        }
        while shown.last == "" { shown.removeLast() }
        return shown
    }

    mutating func write(_ output: String) {
        var rest = Array(output)[...]
        while let character = rest.popFirst() {
            switch character {
            case "\u{1B}":
                guard rest.popFirst() == "[" else { continue }
                var parameters = ""
                while let next = rest.popFirst() {
                    if next.isLetter {
                        obey(next, Int(parameters) ?? 0)
                        break
                    }
                    parameters.append(next)
                }
            case "\r": (column, wrapsNext) = (0, false)
            case "\n": down()
            case "\r\n":
                (column, wrapsNext) = (0, false)
                down()
            default: put(character)
            }
        }
    }

    private mutating func obey(_ command: Character, _ number: Int) {
        wrapsNext = false
        switch command {
        case "A": row = max(row - max(number, 1), 0)
        case "B": row = min(row + max(number, 1), lines.count - 1)
        case "C": column = min(column + max(number, 1), columns - 1)
        case "H": (row, column) = (0, 0)
        case "J" where number == 2: lines = [[]]
        case "J":
            lines[row] = Array(lines[row].prefix(column))
            lines = Array(lines[...row])
        default: break
        }
    }

    private mutating func down() {
        row += 1
        if row == lines.count { lines.append([]) }
    }

    private mutating func put(_ character: Character) {
        let width = displayWidth(of: character)
        if wrapsNext || column + width > columns {
            column = 0
            down()
        }
        wrapsNext = false
        while lines[row].count < column + width { lines[row].append(" ") }
        if width == 0, column > 0 { return }
        lines[row][column] = character
        if width == 2 { lines[row][column + 1] = "\0" }
        column += width
        if column >= columns { (column, wrapsNext) = (columns - 1, true) }
    }
}
