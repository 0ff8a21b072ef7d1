package import CommandLineSpec
package import Configuration
import Diagnostics

/// One call of the program: what was asked for, and where answers go.
package struct Invocation: Sendable {
    package let parsed: ParsedCommandLine
    package let environment: [String: String]
    package let console: Console

    package init(parsed: ParsedCommandLine, environment: [String: String], console: Console) {
        self.parsed = parsed
        self.environment = environment
        self.console = console
    }

    /// The configuration that the command runs on: its file, `.env`, the environment, and the options that set keys.
    ///
    /// - Parameter requiresFile: whether a missing file is a fault also where none was named.
    package func loadConfiguration(requiresFile: Bool = false) -> LoadedConfiguration {
        var inputs = ConfigurationInputs(
            file: parsed.value(of: "config"), environment: environment, options: settingOptions)
        if requiresFile { inputs.isFileRequired = true }
        return ConfigurationLoader().load(inputs)
    }

    /// As ``loadConfiguration(requiresFile:)``; what is wrong is told on standard error. nil where the configuration cannot be used.
    package func usableConfiguration() -> (loaded: LoadedConfiguration, settings: Settings)? {
        let loaded = loadConfiguration()
        tell(ConfigurationReport(loaded))
        return loaded.settings.map { (loaded, $0) }
    }

    /// Shows all that is wrong with a configuration, where anything is.
    func tell(_ report: ConfigurationReport) {
        if !report.isEmpty { console.tell(report.text(usesColour: console.coloursErrors)) }
    }

    /// What the program calls itself when it speaks: `ailoopctl serve`.
    package var name: String {
        [CommandTable.program.name, parsed.command].compactMap { $0 }.joined(separator: " ")
    }

    /// One line for the person, on standard error, with the name of the program before it.
    package func tell(_ line: String) {
        console.tell("\(name): \(line)\n")
    }

    func report(_ problem: ServerToken.Problem) -> ExitCode {
        switch problem {
        case .usage(let problem):
            reportUsage([problem])
            return .usage
        case .unusable(let line):
            tell(line)
            return .unreadable
        }
    }

    package func reportUsage(_ problems: [UsageProblem]) {
        for problem in problems { tell(problem.line) }
        console.tell("`\(name) --help` shows how to call it.\n")
    }

    /// Options of this command that set a configuration key.
    var settingOptions: [ConfigurationInputs.Option] {
        let command = parsed.command.flatMap { CommandTable.program.command(named: $0) }
        return (command?.options ?? []).compactMap { option in
            guard let path = option.setting, let text = parsed.value(of: option.name) else { return nil }
            return ConfigurationInputs.Option(name: option.name, path: path, text: text)
        }
    }
}
