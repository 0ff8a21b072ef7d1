import Diagnostics
import Quantities

/// What a value is: for checking, and for completing it in a shell.
package enum ValueKind: Sendable, Equatable {
    case text
    /// A path; `-` is standard input or output.
    case file
    case directory
    case url
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// With its unit, as `10s` or `1m30s`.
    case duration(ClosedRange<Duration>)
    case choice([String])
    /// `name=value`.
    case assignment

    /// What is wrong with `text`, to follow the option's name, and how to mend it; nil where nothing is.
    func fault(of text: String) -> (message: String, help: String?)? {
        switch self {
        case .text: nil
        case .file: text.isEmpty ? ("needs the name of a file", nil) : nil
        case .directory: text.isEmpty ? ("needs the name of a directory", nil) : nil
        case .url:
            text.firstRange(of: "://").map { $0.lowerBound > text.startIndex } ?? false
                ? nil : ("needs a URL", "write for example `ws://127.0.0.1:8000/ws`")
        case .integer(let range):
            Int(text).map { range.contains($0) } ?? false
                ? nil : ("must be a whole number from \(range.lowerBound) to \(range.upperBound)", nil)
        case .number(let range):
            Double(text).map { range.contains($0) } ?? false
                ? nil : ("must be a number from \(range.lowerBound) to \(range.upperBound)", nil)
        case .duration(let range): Self.durationFault(text, range)
        case .choice(let choices): choices.contains(text) ? nil : Self.choiceFault(text, choices)
        case .assignment:
            (text.firstIndex(of: "=") ?? text.startIndex) > text.startIndex ? nil : ("must be `name=value`", nil)
        }
    }

    private static func choiceFault(_ text: String, _ choices: [String]) -> (message: String, help: String?) {
        let nearest = nearestName(to: text, among: choices).map { "did you mean `\($0)`?" }
        return ("must be one of \(choices.map { "`\($0)`" }.joined(separator: ", "))", nearest)
    }

    private static func durationFault(_ text: String, _ range: ClosedRange<Duration>) -> (
        message: String, help: String?
    )? {
        guard let duration = Quantity.duration(text) else {
            let seconds = Double(text).map { $0 >= 0 } ?? false
            return ("needs a duration with its unit", "write for example `\(seconds ? text : "10")s`")
        }
        guard !range.contains(duration) else { return nil }
        let bounds = [range.lowerBound, range.upperBound].map { Quantity.text(of: $0) }
        return ("must be a duration from \(bounds[0]) to \(bounds[1])", nil)
    }
}
