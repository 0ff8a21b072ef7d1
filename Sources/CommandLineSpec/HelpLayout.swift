/// Sections of help as lines of a terminal.
struct HelpLayout: Sendable {
    enum Section {
        case text(String)
        case usage(String)
        /// Left out where it has no rows.
        case table(String, [(left: String, right: String)])
    }

    /// Below this, columns make no sense.
    static let minimumWidth = 40
    private static let indentation = 2
    private static let gap = 2
    /// What is wider in the left column has its text on the next line.
    private static let widestLeft = 48

    private let width: Int
    private let usesColour: Bool

    init(width: Int, usesColour: Bool) {
        self.width = max(width, Self.minimumWidth)
        self.usesColour = usesColour
    }

    func text(_ sections: [Section]) -> String {
        let blocks = sections.compactMap { section -> [String]? in
            switch section {
            case .text(let text): wrapped(text, to: width)
            case .usage(let text): usage(text)
            case .table(_, let rows) where rows.isEmpty: nil
            case .table(let title, let rows): [heading("\(title):")] + table(rows)
            }
        }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private func heading(_ text: String) -> String {
        usesColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text
    }

    private func usage(_ text: String) -> [String] {
        let title = "Usage:"
        let margin = String(repeating: " ", count: title.count + 1)
        let lines = wrapped(text, to: width - margin.count)
        return lines.enumerated().map { $0 == 0 ? "\(heading(title)) \($1)" : margin + $1 }
    }

    private func table(_ rows: [(left: String, right: String)]) -> [String] {
        // At least two fifths of the line are for the text.
        let widest = min(Self.widestLeft, width * 3 / 5 - Self.indentation - Self.gap)
        let widths = rows.map(\.left.count).filter { $0 <= widest }
        let column = Self.indentation + (widths.max() ?? Self.indentation) + Self.gap
        return rows.flatMap { left, right in
            let margin = String(repeating: " ", count: column)
            let lines = wrapped(right, to: width - column).map { margin + $0 }
            let head = String(repeating: " ", count: Self.indentation) + left
            guard head.count + Self.gap <= column, let first = lines.first else { return [head] + lines }
            return [head + first.dropFirst(head.count)] + lines.dropFirst()
        }
    }

    /// Words longer than a line stand on a line of their own.
    private func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
