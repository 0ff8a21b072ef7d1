import Benchmarking
package import CommandLineSpec
import Configuration
import InteractiveServer

/// The whole command line of `ailoopctl`, as data.
package enum CommandTable {
    package static let program = ProgramSpec(
        name: ServerIdentity.name, version: ServerIdentity.version,
        summary: "run, try, measure and check AI-loop sessions over WebSocket JSON-RPC",
        description: [
            "Settings come from the configuration file, `.env`, the environment and options, each stronger than the one "
                + "before. Data goes to standard output, everything else to standard error."
        ],
        globalOptions: [
            OptionSpec("help", short: "h", "Show help and leave; -h is the short of it"),
            OptionSpec("version", short: "V", "Show the version and leave"),
            OptionSpec(
                "color", value: ValueSpec("WHEN", .choice(["auto", "always", "never"])),
                "Colour in messages; auto: on a terminal where NO_COLOR is unset"),
        ],
        standaloneOptions: [
            OptionSpec(
                "generate-completions", value: ValueSpec("SHELL", .choice(CompletionShell.allCases.map(\.rawValue))),
                "Print the completions for a shell"),
            OptionSpec("generate-man", "Print the manual page"),
        ],
        commands: [serve, chat, bench, replay, validateConfig].map(namingVariables),
        exitCodes: [
            ExitCode.success, .failed, .usage, .unavailable, .configuration, .interrupted, .terminated,
        ].map(\.spec),
        environment: [
            EnvironmentSpec("OPENROUTER_API_KEY", "the key for OpenRouter"),
            EnvironmentSpec(
                "AILOOP_SECTION__KEY", "sets any key of the configuration: AILOOP_SERVER__PORT sets server.port"),
            EnvironmentSpec("HTTPS_PROXY", "proxy to an AI service at an https URL; HTTP_PROXY: at an http URL"),
            EnvironmentSpec("NO_PROXY", "hosts that are reached without a proxy, separated by commas"),
            EnvironmentSpec(
                "SSL_CERT_FILE", "certificates to trust instead of the system's; SSL_CERT_DIR: directories of them"),
            EnvironmentSpec("NO_COLOR", "where it has a value nothing is coloured, unless --color asks for it"),
        ],
        files: [
            FileSpec(ConfigurationInputs.defaultFile, "the configuration, where no other file is named"),
            FileSpec(".env", "variables of the environment; the environment itself is stronger"),
        ],
        date: "2026-11-26")

    /// The rows as they stand, with the variables that set the same keys.
    private static func namingVariables(_ command: CommandSpec) -> CommandSpec {
        var command = command
        for index in command.options.indices {
            let setting = command.options[index].setting.flatMap { SettingTable.byPath[$0] }
            if let setting { command.options[index].environment = setting.environmentName }
        }
        return command
    }

    private static let configurationFile = OptionSpec(
        "config", short: "c", value: ValueSpec("FILE", .file),
        "Configuration file (\(ConfigurationInputs.defaultFile) where there is one)")
    private static let service = OptionSpec(
        "ai-service", value: ValueSpec("NAME", .choice(Settings.AIService.allCases.map(\.rawValue))),
        setting: "ai_service", "Who answers; mock needs no key")
    private static let logLevel = OptionSpec(
        "log-level", value: ValueSpec("LEVEL", .choice(Settings.Logging.Level.allCases.map(\.rawValue))),
        setting: "logging.level", "The least important messages to log")
    private static let logFormat = OptionSpec(
        "log-format", value: ValueSpec("FORMAT", .choice(Settings.Logging.Format.allCases.map(\.rawValue))),
        setting: "logging.format", "How log lines look")
    private static let logFile = OptionSpec(
        "log-file", value: ValueSpec("FILE", .file), setting: "logging.file", "File to append the log to")

    private static let host = OptionSpec(
        "host", value: ValueSpec("HOST", .text), setting: "server.host", "Address or host name to listen on")
    private static let port = OptionSpec(
        "port", short: "p", value: ValueSpec("PORT", .integer(0...65535)), setting: "server.port",
        "Port to listen on; 0: any free one")
    private static let model = OptionSpec(
        "model", short: "m", value: ValueSpec("MODEL", .text), setting: "openrouter.model", "The model that answers")

    private static let serve = CommandSpec(
        name: "serve", summary: "serve AI-loop sessions to WebSocket clients",
        examples: [
            .init("ailoopctl serve", "as config.yaml says"),
            .init("ailoopctl serve --ai-service mock", "without a key: built-in answers"),
            .init("ailoopctl serve -c prod.yaml --port 9000", "another file, another port"),
        ],
        options: [
            configurationFile, service, host, port, model, logLevel, logFormat, logFile,
        ])

    private static let serverHasItsOwn = ConflictSpec(
        "url", with: ["config", "ai-service"], "the server has its own configuration")

    private static let chat = CommandSpec(
        name: "chat", summary: "talk to a model, or to a server",
        examples: [
            .init("ailoopctl chat", "a conversation"),
            .init("ailoopctl chat 'What is a monad?'", "one question, one answer"),
            .init("ailoopctl chat 'Summarise this' < notes.txt", "a question about a file"),
            .init("ailoopctl chat --url ws://127.0.0.1:8000/ws", "through a running server"),
            .init("ailoopctl chat --json 'Name a prime'", "events for programs"),
        ],
        arguments: [
            ArgumentSpec(
                "MESSAGE", .text, "A message to be answered; without one a conversation begins",
                excessHelp: "put quotes around a message of several words")
        ],
        options: [
            OptionSpec(
                "url", short: "u", value: ValueSpec("URL", .url), "WebSocket of a running server; else in this process"),
            ServerToken.option,
            configurationFile, service, model,
            OptionSpec(
                "system", short: "s", value: ValueSpec("TEXT", .text), setting: "ai_loop.system_prompt",
                "What the model is told before the conversation"),
            OptionSpec(
                "param", value: ValueSpec("NAME=VALUE", .assignment), isRepeatable: true,
                "A parameter of every request, as temperature=0.2"),
            OptionSpec(
                "tools", value: ValueSpec("FILE", .file),
                "Functions for the model to call, in JSON; you answer the calls"),
            OptionSpec("reasoning", "Show what the model thinks, where it tells"),
            OptionSpec("json", "One JSON event a line instead of text; the last is `done`"),
            OptionSpec("no-history", "Keep nothing of what is typed for the next time"),
        ],
        conflicts: [serverHasItsOwn],
        exitCodes: [
            ExitCodeSpec(0, "the answer is whole, or you have left the conversation"),
            ExitCodeSpec(1, "the answer broke, or a tool call was left unanswered"),
            ExitCode.unreadable.spec,
        ],
        environment: [ServerToken.variable])

    private static let longestTime = Duration.nanoseconds(BenchPlan.maximumTime)

    private static let bench = CommandSpec(
        name: "bench", summary: "measure a server: time to first chunk, gaps, rates",
        examples: [
            .init("ailoopctl bench", "10 sessions for 10 s, built-in answers, no key"),
            .init("ailoopctl bench --sessions 1,10,100,1000", "one run for each"),
            .init("ailoopctl bench --url ws://127.0.0.1:8000/ws", "a server that runs already"),
            .init("ailoopctl bench --rate 50 --sessions 100", "50 messages/s, come what may"),
            .init("ailoopctl bench --fail-if 'ttft.p99>200ms'", "exit code 1 where it is so"),
        ],
        options: [
            OptionSpec(
                "url", short: "u", value: ValueSpec("URL", .url),
                "WebSocket of a running server; else one is started in a process of its own"),
            configurationFile, service,
            OptionSpec(
                "model", short: "m", value: ValueSpec("MODEL", .text), setting: "openrouter.model",
                "The model that answers"),
            OptionSpec(
                "sessions", short: "n", value: ValueSpec("N[,N…]", .text),
                "Sessions at the same time (10), up to \(BenchPlan.maximumSessions); several numbers: a run for each"),
            OptionSpec(
                "duration", short: "d", value: ValueSpec("TIME", .duration(.milliseconds(1)...longestTime)),
                "How long is measured (10s)"),
            OptionSpec(
                "messages", value: ValueSpec("M", .integer(1...BenchPlan.maximumMessages)),
                "Measure so many messages of all sessions together, instead of a time"),
            OptionSpec(
                "warmup", value: ValueSpec("TIME", .duration(.zero...longestTime)),
                "Load before that, left out of the figures (1s)"),
            OptionSpec(
                "think", value: ValueSpec("TIME", .duration(.zero...longestTime)),
                "Pause of a session between answer and next message (0s)"),
            OptionSpec(
                "rate", value: ValueSpec("R", .number(0.001...BenchPlan.maximumRate)),
                "Messages a second, whether or not the ones before are answered; times are counted from when each was due, too"
            ),
            OptionSpec(
                "arrivals", value: ValueSpec("KIND", .choice(BenchPlan.Arrivals.allCases.map(\.rawValue))),
                "How the messages of `--rate` fall due (poisson)"),
            OptionSpec("idle", "Start the sessions and send nothing: their memory, and how soon it is freed"),
            OptionSpec(
                "message", value: ValueSpec("TEXT", .text), isRepeatable: true, "What is sent, in turn at random"),
            OptionSpec("seed", value: ValueSpec("N", .integer(0...Int.max)), "Makes chance repeatable (1)"),
            OptionSpec(
                "timeout", value: ValueSpec("TIME", .duration(.milliseconds(1)...longestTime)),
                "An answer that takes longer has failed (60s)"),
            OptionSpec(
                "fail-if", value: ValueSpec("CONDITION", .text), isRepeatable: true,
                "Exit with 1 where METRIC>VALUE (or >=, <, <=): \(MetricReference.catalog)"),
            OptionSpec("json", "One JSON object instead of a table, with all that the figures are made of"),
            ServerToken.option,
        ],
        conflicts: [
            ConflictSpec("url", with: ["config", "ai-service", "model"], "the server has its own configuration"),
            ConflictSpec(
                "idle", with: ["duration", "messages", "rate", "arrivals", "think", "message"],
                "no message is sent; `--warmup` says how long the sessions stand"),
            ConflictSpec("rate", with: ["think"], "with a rate, messages are sent when they are due"),
        ],
        exitCodes: [
            ExitCodeSpec(
                1, "a `--fail-if` holds or cannot be told, no message was answered, or all sessions were lost"),
            ExitCode.unreadable.spec,
        ],
        environment: [ServerToken.variable])

    private static let replay = CommandSpec(
        name: "replay", summary: "play scripted conversations and check how they end",
        examples: [
            .init("ailoopctl replay talk.txt", "one message a line"),
            .init("ailoopctl replay *.txt --keep-going", "each file to its end"),
            .init("ailoopctl replay talk.json -u ws://127.0.0.1:8000/ws", "through a running server"),
            .init("ailoopctl replay --check *.txt *.json", "look for mistakes only"),
            .init("ailoopctl replay talk.txt --format junit > out.xml", "for a build server"),
        ],
        arguments: [
            ArgumentSpec(
                "FILE", .file, "Script: text, or a JSON list of commands; -: standard input", isRequired: true,
                isRepeatable: true)
        ],
        options: [
            OptionSpec(
                "url", short: "u", value: ValueSpec("URL", .url), "WebSocket of a running server; else in this process"),
            configurationFile, service,
            OptionSpec(
                "model", short: "m", value: ValueSpec("MODEL", .text), setting: "openrouter.model",
                "The model that answers"),
            OptionSpec(
                "timeout", short: "t", value: ValueSpec("TIME", .duration(.milliseconds(1)...(.seconds(86400)))),
                "How long a message may take to its end (300s)"),
            OptionSpec("keep-going", short: "k", "Go on with a script after a message that failed"),
            OptionSpec("check", "Look for mistakes in the scripts, and play nothing"),
            OptionSpec(
                "format", short: "f", value: ValueSpec("FORMAT", .choice(["text", "json", "junit"])),
                "What standard output gets: the conversation, or a report"),
            OptionSpec(
                "log", short: "l", value: ValueSpec("FILE", .file),
                "File for every message of the connection, both ways"),
            ServerToken.option,
        ],
        conflicts: [serverHasItsOwn],
        exitCodes: [
            ExitCodeSpec(0, "every message ended well"),
            ExitCodeSpec(3, "a script cannot be read or understood"),
            ExitCode.replayFailed.spec,
        ],
        environment: [ServerToken.variable])

    private static let validateConfig = CommandSpec(
        name: "validate-config", summary: "find everything that is wrong with a configuration",
        examples: [
            .init("ailoopctl validate-config", "the file that serve would load"),
            .init("ailoopctl validate-config a.yaml b.yaml", "several files"),
            .init("ailoopctl validate-config - < a.yaml", "standard input"),
            .init("ailoopctl validate-config --format json", "for programs"),
            .init("ailoopctl validate-config --online", "ask the endpoint as well"),
            .init("ailoopctl validate-config --show-effective", "the values in force, and where each comes from"),
            .init("ailoopctl validate-config --explain AL020", "the longer story of a finding"),
        ],
        arguments: [
            ArgumentSpec(
                "FILE", .file, "File to check (default: \(ConfigurationInputs.defaultFile)); -: standard input",
                isRepeatable: true)
        ],
        options: [
            OptionSpec(
                "format", short: "f", value: ValueSpec("FORMAT", .choice(["text", "json", "sarif", "github"])),
                "How findings are printed"),
            OptionSpec("strict", "Warnings count as findings too"),
            OptionSpec(
                "no-env", "Judge the file alone: no variables, no .env, no other files, nothing of this machine"),
            OptionSpec("online", "Also ask the endpoint: does it answer, is the key good, does it have the models"),
            OptionSpec("show-effective", "Print the values in force as YAML, each with its origin, secrets masked"),
            OptionSpec("schema", "Print the JSON Schema of configurations"),
            OptionSpec("explain", value: ValueSpec("CODE", .text), "Tell the longer story of a code, with an example"),
            service, host, port, model, logLevel, logFormat, logFile,
        ],
        exitCodes: [
            ExitCodeSpec(0, "nothing found that keeps the configuration from use"),
            ExitCodeSpec(1, "findings"),
            ExitCode.unreadable.spec,
        ])
}
