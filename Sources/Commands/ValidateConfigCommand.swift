import CommandLineSpec
import Configuration
import Diagnostics

/// `validate-config`: everything that is wrong with each file, on standard output.
struct ValidateConfigCommand {
    private let invocation: Invocation

    init(_ invocation: Invocation) {
        self.invocation = invocation
    }

    func run() throws(OutputError) -> ExitCode {
        let files = invocation.parsed.arguments
        let loaded = (files.isEmpty ? [ConfigurationInputs.defaultFile] : files).map { file in
            ConfigurationLoader().load(ConfigurationInputs(file: file, environment: invocation.environment))
        }
        if invocation.parsed.value(of: "format") == "json" {
            try writeJSON(loaded)
        } else {
            for configuration in loaded {
                let report = ConfigurationReport(configuration)
                try invocation.console.write(report.text(usesColour: invocation.console.coloursOutput))
            }
        }
        return exitCode(loaded)
    }

    private func writeJSON(_ loaded: [LoadedConfiguration]) throws(OutputError) {
        var renderer = JSONRenderer()
        for configuration in loaded { renderer.add(configuration.diagnostics, from: configuration.catalog) }
        try invocation.console.write(renderer.finished() + [UInt8(ascii: "\n")])
    }

    private func exitCode(_ loaded: [LoadedConfiguration]) -> ExitCode {
        let isStrict = invocation.parsed.isGiven("strict")
        if loaded.contains(where: { !$0.isReadable }) { return .unreadable }
        return loaded.contains { $0.containsError || isStrict && !$0.diagnostics.isEmpty } ? .failed : .success
    }
}
