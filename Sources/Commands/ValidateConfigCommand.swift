import CommandLineSpec
import Configuration
import Diagnostics
import EventLoops
import InteractiveServer
import Synchronization

/// `validate-config`: everything that is wrong with each file, on standard output; or what there is to know of
/// configurations.
struct ValidateConfigCommand {
    private let invocation: Invocation

    init(_ invocation: Invocation) {
        self.invocation = invocation
    }

    func run() throws(OutputError) -> ExitCode {
        let problems = usageProblems
        guard problems.isEmpty else {
            invocation.reportUsage(problems)
            return .usage
        }
        if let code = invocation.parsed.value(of: "explain") { return try explain(code) }
        if invocation.parsed.isGiven("schema") {
            try invocation.console.write(SettingSchema.text)
            return .success
        }
        let loaded = try check()
        if invocation.parsed.isGiven("show-effective") { return try showEffective(loaded[0]) }
        try write(loaded)
        return exitCode(loaded)
    }

    // MARK: - Usage

    private var usageProblems: [UsageProblem] {
        let parsed = invocation.parsed
        let purposes = ["explain", "schema", "show-effective"].filter { parsed.isGiven($0) }
        var problems: [UsageProblem] = []
        if purposes.count > 1 {
            problems.append(UsageProblem("`--\(purposes[0])` and `--\(purposes[1])` cannot go together"))
        }
        if parsed.isGiven("no-env"), parsed.isGiven("online") {
            problems.append(
                UsageProblem(
                    "`--no-env` and `--online` cannot go together", help: "the endpoint is no part of the file"))
        }
        if let purpose = purposes.first, purpose != "show-effective", !parsed.arguments.isEmpty {
            problems.append(UsageProblem("`--\(purpose)` takes no files"))
        }
        if purposes.first == "show-effective" {
            if parsed.arguments.count > 1 { problems.append(UsageProblem("`--show-effective` takes one file")) }
            if parsed.isGiven("format") {
                problems.append(UsageProblem("`--show-effective` prints YAML", help: "leave `--format` out"))
            }
        }
        return problems
    }

    // MARK: - Checking

    private func check() throws(OutputError) -> [LoadedConfiguration] {
        let files = invocation.parsed.arguments
        var loaded = (files.isEmpty ? [ConfigurationInputs.defaultFile] : files).map { file in
            ConfigurationLoader().load(
                ConfigurationInputs(
                    file: file, environment: invocation.environment, options: invocation.settingOptions,
                    isHermetic: invocation.parsed.isGiven("no-env")))
        }
        guard invocation.parsed.isGiven("online") else { return loaded }
        for index in loaded.indices {
            guard loaded[index].isReadable, loaded[index].effective.aiService == .openrouter else { continue }
            guard let settings = loaded[index].settings else {
                invocation.console.tell(
                    "ailoopctl: \(loaded[index].displayName) has errors: its endpoint was not asked\n")
                continue
            }
            guard let facts = endpointFacts(of: settings) else { continue }
            loaded[index].judge(by: facts)
        }
        return loaded
    }

    /// nil where this machine has no descriptors left, which is said.
    private func endpointFacts(of settings: Settings) -> EndpointFacts? {
        if invocation.console.isErrorTerminal {
            invocation.console.tell("asking \(settings.openRouter.baseURL) …\n")
        }
        let answer = Mutex<EndpointFacts?>(nil)
        do {
            let loop = try EventLoop(name: "inquiry")
            EndpointInquiry.ask(settings, on: loop) { facts in
                answer.withLock { $0 = facts }
                loop.stop()
            }
            loop.run()
        } catch {
            invocation.console.tell("ailoopctl: the endpoint cannot be asked: \(error)\n")
        }
        return answer.withLock { $0 }
    }

    private func exitCode(_ loaded: [LoadedConfiguration]) -> ExitCode {
        let isStrict = invocation.parsed.isGiven("strict")
        if loaded.contains(where: { !$0.isReadable }) { return .unreadable }
        return loaded.contains { $0.containsError || isStrict && !$0.diagnostics.isEmpty } ? .failed : .success
    }

    // MARK: - Output

    private func write(_ loaded: [LoadedConfiguration]) throws(OutputError) {
        switch invocation.parsed.value(of: "format") {
        case "json":
            var renderer = JSONRenderer()
            for configuration in loaded { renderer.add(configuration.diagnostics, from: configuration.catalog) }
            try invocation.console.write(renderer.finished() + [UInt8(ascii: "\n")])
        case "sarif":
            var renderer = SARIFRenderer(
                tool: .init(name: ServerIdentity.name, version: ServerIdentity.version),
                rules: CodeStory.table.map { .init($0.code, story: $0.text) })
            for configuration in loaded { renderer.add(configuration.diagnostics, from: configuration.catalog) }
            try invocation.console.write(renderer.finished() + [UInt8(ascii: "\n")])
        case "github":
            for configuration in loaded {
                let renderer = GitHubRenderer(catalog: configuration.catalog)
                try invocation.console.write(configuration.diagnostics.map(renderer.render).joined())
            }
        default:
            for configuration in loaded {
                let report = ConfigurationReport(configuration)
                try invocation.console.write(report.text(usesColour: invocation.console.coloursOutput))
            }
        }
    }

    /// Data on standard output; what is wrong, on standard error.
    private func showEffective(_ loaded: LoadedConfiguration) throws(OutputError) -> ExitCode {
        if !loaded.diagnostics.isEmpty {
            let report = ConfigurationReport(loaded)
            invocation.console.tell(report.text(usesColour: invocation.console.coloursErrors))
        }
        // What has errors is in force nowhere.
        if loaded.settings != nil { try invocation.console.write(EffectiveConfiguration(loaded).yaml()) }
        return exitCode([loaded])
    }

    private func explain(_ name: String) throws(OutputError) -> ExitCode {
        guard let code = ConfigurationCode.code(named: name), let story = CodeStory.story(of: code) else {
            let nearest = nearestName(to: name, among: ConfigurationCode.all.map(\.id))
            invocation.reportUsage([
                UsageProblem(
                    "unknown code \(quotedForDisplay(name))",
                    help: nearest.map { "did you mean `\($0)`?" } ?? "codes look like `AL020`, as findings show them")
            ])
            return .usage
        }
        try invocation.console.write(CodeExplanation(story).text(usesColour: invocation.console.coloursOutput))
        return .success
    }
}
