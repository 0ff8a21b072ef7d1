import CommandLineSpec
import Configuration
import Diagnostics
import HTTP1
import JSON
import Quantities
import Replaying

/// `replay`: plays scripts and says how each of their messages ended.
struct ReplayCommand {
    /// All scripts together.
    static let maximumTotalBytes = 64 << 20

    enum Format: String { case text, json, junit }

    /// What was asked for on the command line.
    struct Request: Sendable {
        var files: [String]
        /// nil: in this process.
        var url: String?
        var format: Format
        var log: String?
        var options: ScriptPlayer.Options

        init(_ parsed: ParsedCommandLine) {
            files = parsed.arguments
            url = parsed.value(of: "url")
            format = parsed.value(of: "format").flatMap(Format.init) ?? .text
            log = parsed.value(of: "log")
            options = ScriptPlayer.Options(
                keepsGoing: parsed.isGiven("keep-going"), model: url == nil ? nil : parsed.value(of: "model"))
            if let timeout = parsed.duration(of: "timeout") { options.timeout = UInt64(clamping: timeout.nanoseconds) }
        }
    }

    private let invocation: Invocation
    private let request: Request

    init(_ invocation: Invocation) {
        self.invocation = invocation
        request = Request(invocation.parsed)
    }

    func run() throws(OutputError) -> ExitCode {
        let problems = usageProblems
        guard problems.isEmpty else {
            invocation.reportUsage(problems)
            return .usage
        }
        let token: ServerToken?
        do throws(ServerToken.Problem) {
            token = try ServerToken.read(invocation)
        } catch {
            return invocation.report(error)
        }
        let readings = request.files.reduce(into: [ScriptReading]()) { $0.append(read($1, after: $0)) }
        let isCheck = invocation.parsed.isGiven("check")
        if readings.contains(where: \.containsError) || isCheck { return try report(readings, isCheck: isCheck) }
        tell(readings)
        var settings: Settings?
        if request.url == nil {
            guard let usable = invocation.usableConfiguration() else { return .configuration }
            settings = usable.settings
        }
        var catalog = SourceCatalog()
        for reading in readings { catalog.add(reading.source) }
        return try ReplayProcess(
            request: request, token: token, settings: settings, scripts: readings.map(\.script),
            renderer: TextRenderer(catalog: catalog, usesColour: invocation.console.coloursErrors),
            console: invocation.console
        ).run()
    }

    private var usageProblems: [UsageProblem] {
        var problems: [UsageProblem] = []
        if request.files.count(where: { $0 == "-" }) > 1 {
            problems.append(UsageProblem("`-` stands twice", help: "standard input can be read only once"))
        }
        if request.log == "-" {
            problems.append(UsageProblem("`--log` needs the name of a file", help: "standard output has the report"))
        }
        if let url = request.url {
            do throws(ServerURL.Problem) {
                _ = try ServerURL(url)
            } catch {
                problems.append(error.usage)
            }
        }
        return problems
    }

    // MARK: Scripts

    private func read(_ file: String, after others: [ScriptReading]) -> ScriptReading {
        let origin = SourceOrigin.file(file)
        let start = SourceSpan(startOf: origin)
        let left = Self.maximumTotalBytes - others.reduce(0) { $0 + $1.source.bytes.count }
        do throws(FileReadError) {
            let bytes = try SystemFiles().read(file, maximumBytes: min(Script.maximumBytes, left))
            return ScriptReader.read(bytes, origin: origin)
        } catch {
            let problem =
                switch error {
                case .notFound: Diagnostic(ScriptCode.unreadable, "there is no such file", at: start)
                case .failed(let reason):
                    Diagnostic(ScriptCode.unreadable, "the script cannot be read: \(reason)", at: start)
                case .tooLarge where left < Script.maximumBytes:
                    Diagnostic(
                        ScriptCode.tooLarge, "the scripts are larger than \(Self.maximumTotalBytes >> 20) MiB together",
                        at: start, help: "play them one after the other")
                case .tooLarge: ScriptReader.tooLarge(origin)
                }
            return ScriptReading(unreadable: origin, problem)
        }
    }

    /// All findings, where nothing is going to be played.
    private func report(_ readings: [ScriptReading], isCheck: Bool) throws(OutputError) -> ExitCode {
        if request.format == .json {
            var renderer = JSONRenderer()
            for reading in readings { renderer.add(reading.diagnostics, from: reading.catalog) }
            try invocation.console.write(renderer.finished() + [UInt8(ascii: "\n")])
        } else {
            tell(readings)
        }
        if isCheck, request.format != .json {
            for reading in readings where !reading.containsError {
                let count = reading.script.messageCount
                try invocation.console.write(
                    "\(reading.script.origin.displayName): valid, \(count) \(count == 1 ? "message" : "messages")\n")
            }
        }
        return readings.contains(where: \.containsError) ? .unreadable : .success
    }

    private func tell(_ readings: [ScriptReading]) {
        for reading in readings where !reading.diagnostics.isEmpty {
            let renderer = TextRenderer(catalog: reading.catalog, usesColour: invocation.console.coloursErrors)
            let count = DiagnosticCount(reading.diagnostics, notShown: reading.droppedCount)
            let blocks =
                reading.diagnostics.map { renderer.render($0) }
                + ["\(reading.script.origin.displayName): \(count.text)\n"]
            invocation.console.tell(blocks.joined(separator: "\n"))
        }
    }
}

extension ScriptReading {
    fileprivate var catalog: SourceCatalog {
        var catalog = SourceCatalog()
        catalog.add(source)
        return catalog
    }
}
