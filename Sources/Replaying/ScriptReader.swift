package import Diagnostics

/// What was made of a script's text, and what is wrong with it.
package struct ScriptReading: Sendable {
    package var script: Script
    package var source: SourceText
    package var diagnostics: [Diagnostic]
    /// Problems found but not kept.
    package var droppedCount: Int
    /// Whether the script must not be played.
    package var containsError: Bool
}

/// Reads scripts of either format.
package enum ScriptReader {
    private enum Format { case text, json }

    /// Faulty bytes that are reported; more of them say nothing new.
    private static let maximumEncodingReports = 10

    /// Reads a file's `bytes`. A name that ends with `.json` or `.txt` says the format; anything else is a command list where it
    /// begins with `[` and then `{`, else text.
    package static func read(_ bytes: [UInt8], origin: SourceOrigin) -> ScriptReading {
        var problems = DiagnosticList()
        guard bytes.count <= Script.maximumBytes else {
            problems.add(tooLarge(origin))
            return ScriptReading(problems, script: Script(origin: origin), source: SourceText(origin, bytes: []))
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            problems.add(
                Diagnostic(
                    ScriptCode.invalidEncoding, "the file is UTF-16", at: SourceSpan(startOf: origin),
                    help: "save it as UTF-8"))
            return ScriptReading(problems, script: Script(origin: origin), source: SourceText(origin, bytes: []))
        }
        let source = SourceText(origin, bytes: bytes)
        reportEncoding(of: bytes, origin, &problems)
        let script: Script
        switch format(of: source) {
        case .text: script = TextScriptParser.parse(source, &problems)
        case .json: script = JSONScriptParser.parse(source, &problems)
        }
        // Commands that could not be read are missing from the flow, which would blame others for it.
        if problems.errorCount == 0 { ScriptFlow.check(script, &problems) }
        if script.commands.isEmpty, problems.errorCount == 0 {
            problems.add(
                Diagnostic(
                    ScriptCode.empty, "the script has nothing to play", at: SourceSpan(startOf: origin),
                    help: "write one message a line, or a JSON list of commands"))
        }
        return ScriptReading(problems, script: script, source: source)
    }

    package static func tooLarge(_ origin: SourceOrigin) -> Diagnostic {
        Diagnostic(
            ScriptCode.tooLarge, "the script is larger than \(Script.maximumBytes >> 20) MiB",
            at: SourceSpan(startOf: origin), help: "split it")
    }

    private static func format(of source: SourceText) -> Format {
        if case .file(let name) = source.origin {
            if name.hasSuffix(".json") { return .json }
            if name.hasSuffix(".txt") { return .text }
        }
        let start = source.bytes.lazy.filter { !isBlank($0) && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            .prefix(2)
        return Array(start) == Array("[{".utf8) ? .json : .text
    }

    /// Offsets count in the repaired text, which has a U+FFFD for each fault.
    private static func reportEncoding(of bytes: [UInt8], _ origin: SourceOrigin, _ problems: inout DiagnosticList) {
        let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard String(validating: bytes[mark...], as: UTF8.self) == nil else { return }
        var input = bytes[mark...].makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        var (offset, fileOffset, count) = (0, mark, 0)
        while count < maximumEncodingReports {
            switch parser.parseScalar(from: &input) {
            case .emptyInput: return
            case .valid(let scalar):
                offset += scalar.count
                fileOffset += scalar.count
            case .error(let length):
                problems.add(
                    Diagnostic(
                        ScriptCode.invalidEncoding,
                        "byte \(fileOffset + 1) of the file, 0x\(String(bytes[fileOffset], radix: 16, uppercase: true)), is not UTF-8",
                        at: SourceSpan(origin, offset..<offset + 3), help: "save the file as UTF-8"))
                offset += 3
                fileOffset += length
                count += 1
            }
        }
    }
}

extension ScriptReading {
    /// A file that could not be read at all.
    package init(unreadable origin: SourceOrigin, _ problem: Diagnostic) {
        var problems = DiagnosticList()
        problems.add(problem)
        self.init(problems, script: Script(origin: origin), source: SourceText(origin, bytes: []))
    }

    fileprivate init(_ problems: DiagnosticList, script: Script, source: SourceText) {
        self.script = script
        self.source = source
        // In the order of the text, whichever check found them.
        diagnostics = problems.diagnostics.enumerated().sorted {
            ($0.element.span.range.lowerBound, $0.offset) < ($1.element.span.range.lowerBound, $1.offset)
        }.map(\.element)
        droppedCount = problems.droppedCount
        containsError = problems.errorCount > 0
    }
}

/// Space or tab.
func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
