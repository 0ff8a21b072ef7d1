import Diagnostics

// table file: the longer story of every code, in the order of the codes.
extension CodeStory {
    package static let table = reading + yaml + variables + keys + values + meaning + machine + endpoint

    private static let mock = "ai_service: mock\n"

    // MARK: - Reading the file

    private static let reading: [CodeStory] = [
        CodeStory(
            ConfigurationCode.unreadable,
            "The file is not there, is a directory, or may not be read by the user that runs the program. Paths are "
                + "relative to the working directory. Where no file is named, `config.yaml` is read if there is one, and "
                + "its absence is no fault of `serve` and `chat`; a file that is named must exist.",
            wrong: CodeExample(nil, note: "$ ailoopctl validate-config   # where there is no config.yaml")),
        CodeStory(
            ConfigurationCode.tooLarge,
            "A configuration has at most 4 MiB; more is not read, so that a wrong file name (a disk image, a device) "
                + "costs neither memory nor time. A configuration that large is something else.",
            wrong: CodeExample(
                bytes: [UInt8](repeating: UInt8(ascii: "#"), count: ConfigurationLoader.maximumFileBytes + 1),
                note: "a file of 4 MiB and one byte")),
        CodeStory(
            ConfigurationCode.invalidEncoding,
            "Configurations are UTF-8. A byte that is not is most often a letter of an older encoding (Latin-1, Windows-1252), "
                + "or the file was saved as UTF-16. The number of the byte counts from the start of the file. A byte "
                + "order mark at the start is allowed.",
            wrong: CodeExample(
                bytes: Array("ai_loop:\n  system_prompt: Caf".utf8) + [0xE9, 0x0A],
                note: "system_prompt: Café, with é as the single byte E9 of Latin-1"),
            right: "ai_loop:\n  system_prompt: Café\n"),
        CodeStory(
            ConfigurationCode.controlCharacter,
            "YAML allows no control characters but tabs and line breaks: they cannot be seen, and often come from copying "
                + "out of a terminal or a word processor. Between double quotes they can be written as escapes.",
            wrong: CodeExample(
                bytes: Array("ai_loop:\n  system_prompt: a".utf8) + [0x07] + Array("b\n".utf8),
                note: "system_prompt: a, the bell (byte 07), b"),
            right: "ai_loop:\n  system_prompt: \"a\\ab\"\n"),
    ]

    // MARK: - YAML

    private static let yaml: [CodeStory] = [
        CodeStory(
            ConfigurationCode.syntax,
            "The text is not YAML at this place. Most often a value has a character that means something to YAML: put "
                + "the value between quotes. The line is left out, with what is indented below it, and the rest is read, so that "
                + "the other faults are found too.",
            wrong: "ai_loop:\n  system_prompt: @home\n", right: "ai_loop:\n  system_prompt: \"@home\"\n"),
        CodeStory(
            ConfigurationCode.tab,
            "YAML allows only spaces for indentation: how wide a tab is depends on who looks at it. Most editors can be told "
                + "to write spaces.",
            wrong: "server:\n\tport: 8000\n", right: "server:\n  port: 8000\n"),
        CodeStory(
            ConfigurationCode.unclosedQuote,
            "Text that begins with a quote ends with the same quote; without it the rest of the file belongs to the text. "
                + "A single quote within single quotes is written twice; a double quote within double quotes is "
                + "written `\\\"`.",
            wrong: "ai_loop:\n  system_prompt: \"Be brief.\n", right: "ai_loop:\n  system_prompt: \"Be brief.\"\n"),
        CodeStory(
            ConfigurationCode.indentation,
            "What belongs together is indented by the same number of spaces, and deeper than what it belongs to. The key that "
                + "a line does not fit to is shown beside it, with how far to indent it.",
            wrong: "server:\n  port: 8000\n   path: /ws\n", right: "server:\n  port: 8000\n  path: /ws\n"),
        CodeStory(
            ConfigurationCode.unclosedBracket,
            "A list between `[` and `]`, or a mapping between `{` and `}`, is not closed, or has something between its items "
                + "that is no comma. Text with brackets or commas needs quotes within such a list.",
            wrong: "openrouter:\n  fallback_models: [a/b, c/d\n", right: "openrouter:\n  fallback_models: [a/b, c/d]\n"),
        CodeStory(
            ConfigurationCode.duplicateKey,
            "A mapping has each key once. Other readers keep the last one without a word, so that a change of the first has "
                + "no effect. Both places are shown; here the first one is kept.",
            wrong: "server:\n  port: 8000\n  port: 9000\n", right: "server:\n  port: 9000\n"),
        CodeStory(
            ConfigurationCode.alias,
            "An alias (`*name`) repeats what an anchor (`&name`) before it names. Either there is no such anchor, or the alias "
                + "stands inside what it repeats. Text that begins with `*` needs quotes.",
            wrong: "server:\n  allowed_origins: [*]\n", right: "server:\n  allowed_origins: [\"*\"]\n"),
        CodeStory(
            ConfigurationCode.tooComplex,
            "Lists and mappings may be nested \(YAMLLimits().maximumDepth) deep, and a file may have "
                + "\(YAMLLimits().maximumNodes) values, where what an alias repeats counts each time. That bounds the work "
                + "that a small file can cause with aliases of aliases.",
            wrong: CodeExample(
                "x-a: " + String(repeating: "[", count: 100) + String(repeating: "]", count: 100) + "\n",
                note: "x-a: [[[[ … 100 lists inside each other … ]]]]")),
        CodeStory(
            ConfigurationCode.severalDocuments,
            "A line `---` begins another document in the same file. A configuration is one; which of two should be taken "
                + "nobody can say. One `---` before the first key is fine.",
            wrong: "server:\n  port: 8000\n---\nserver:\n  port: 9000\n", right: "---\nserver:\n  port: 8000\n"),
        CodeStory(
            ConfigurationCode.tag,
            "A tag (`!name`) tells a YAML reader to make something special of a value. None has a meaning in a "
                + "configuration beyond those of YAML's core schema (`!!str`, `!!int`, …), and none is carried out.",
            wrong: "server:\n  host: !env HOST\n", right: "server:\n  host: ${HOST:-127.0.0.1}\n"),
        CodeStory(
            ConfigurationCode.invalidKey,
            "Keys are text. A key that begins with `[`, `{` or `?` is a list or mapping to YAML; and `<<`, which merges another "
                + "mapping in, takes a mapping or a list of mappings.",
            wrong: "server:\n  [port]: 8000\n", right: "server:\n  port: 8000\n"),
    ]

    // MARK: - Variables

    private static let variables: [CodeStory] = [
        CodeStory(
            ConfigurationCode.unsetVariable,
            "`${NAME}` stands for a variable of the environment or of `.env`. One that is not set is a fault, as an empty value "
                + "in its place would be found much later. With `--no-env` no variable has a value, and what refers to one "
                + "is not judged.",
            wrong: "server:\n  port: ${PORT}\n", right: "server:\n  port: ${PORT:-8000}\n"),
        CodeStory(
            ConfigurationCode.malformedReference,
            "A reference is `${NAME}` or `${NAME:-default}`; names have letters, digits and `_`. A default cannot refer to "
                + "another variable. A literal `${` is written `$${`.",
            wrong: "ai_loop:\n  system_prompt: Cost in ${\n", right: "ai_loop:\n  system_prompt: Cost in $${\n"),
        CodeStory(
            ConfigurationCode.malformedDotEnv,
            "Each line of `.env` is `NAME=value`, blank, or a comment that begins with `#`; `export ` may stand before the "
                + "name. Values may stand between quotes, which close on the same line.",
            wrong: CodeExample(mock, dotEnv: "OPENROUTER_API_KEY: key\n"),
            right: CodeExample(mock, dotEnv: "OPENROUTER_API_KEY=key\n")),
    ]

    // MARK: - Keys

    private static let keys: [CodeStory] = [
        CodeStory(
            ConfigurationCode.unknownKey,
            "No such key is known at this place. It is misspelt, or landed at another level: a key that is known elsewhere is "
                + "recognised, and told where it belongs. Unknown keys are errors, as a setting that is silently not "
                + "read is worse than one that is missing. Keys that begin with `x-` are yours.",
            wrong: "server:\n  prot: 8000\n", right: "server:\n  port: 8000\n"),
        CodeStory(
            ConfigurationCode.unavailableKey,
            "The key is known, but this version does not act on it. Taking it silently would promise what does not happen.",
            wrong: "sessions:\n  journal: {directory: j}\n", right: "sessions:\n  max_sessions: 100\n"),
        CodeStory(
            ConfigurationCode.unusedKey,
            "The key belongs to older versions. It does no harm, and nothing comes of it.",
            wrong: "prompts: {}\n", right: mockExample),
        CodeStory(
            ConfigurationCode.unknownVariable,
            "Every key can be set by a variable whose name is `AILOOP_` and its path in capitals, with two underscores between "
                + "levels. This one has such a name, but there is no such key.",
            wrong: CodeExample(mock, environment: ["AILOOP_SERVER_PORT": "9000"]),
            right: CodeExample(mock, environment: ["AILOOP_SERVER__PORT": "9000"])),
    ]

    private static let mockExample = CodeExample(mock)

    // MARK: - Values

    private static let values: [CodeStory] = [
        CodeStory(
            ConfigurationCode.wrongType,
            "The key takes another kind of value. YAML decides by the form of what stands there: `true` is a boolean, `1e3` and "
                + "`0123` are numbers, `~` is nothing. Where text is meant, quotes make it text.",
            wrong: "openrouter:\n  app_name: 1e3\n", right: "openrouter:\n  app_name: \"1e3\"\n"),
        CodeStory(
            ConfigurationCode.outOfRange,
            "The value is of the right kind, but lower or higher than what the key takes. Plain numbers keep the unit that "
                + "the message names; with a unit of its own (`30s`, `5m`, `1MiB`) a value says what it means.",
            wrong: "server:\n  port: 80000\n", right: "server:\n  port: 8000\n"),
        CodeStory(
            ConfigurationCode.unknownChoice, "The key takes one of a few words; the message lists them.",
            wrong: "logging:\n  level: verbose\n", right: "logging:\n  level: debug\n"),
        CodeStory(
            ConfigurationCode.malformedUnit,
            "A duration is a number with `ns`, `us`, `ms`, `s`, `m`, `h` or `d`, or several of them (`1h30m`); a size is a number "
                + "with `B`, `kB`, `MB`, `GB`, `KiB`, `MiB` or `GiB`. A plain number counts in the unit that the key's name says.",
            wrong: "openrouter:\n  timeout_seconds: 30 sec\n", right: "openrouter:\n  timeout_seconds: 30s\n"),
        CodeStory(
            ConfigurationCode.malformedText,
            "The key takes text of a certain form: a URL, a host, a path, a name, something that an HTTP header can carry.",
            wrong: "server:\n  host: 127.0.0.1:8000\n", right: "server:\n  host: 127.0.0.1\n  port: 8000\n"),
        CodeStory(
            ConfigurationCode.oldBoolean,
            "YAML 1.1 read `yes`, `no`, `on`, `off`, `y` and `n` as booleans, and many tools still do. Here they are text; quotes "
                + "make them text for every tool.",
            wrong: "openrouter:\n  app_name: no\n", right: "openrouter:\n  app_name: \"no\"\n"),
        CodeStory(
            ConfigurationCode.reservedParameter,
            "`openrouter.params` is passed on as it is, apart from what has a key of its own or belongs to the session: one thing "
                + "is said in one place.",
            wrong: "openrouter:\n  params: {model: a/b}\n", right: "openrouter:\n  model: a/b\n"),
        CodeStory(
            ConfigurationCode.olderReading,
            "YAML 1.1 read `010` as an octal number, `1_000` as 1000, `12:30` as a number to the base 60 and `2026-01-31` as a "
                + "date, and many tools still do. Here YAML 1.2 holds. What every tool reads alike is better.",
            wrong: "server:\n  port: 08000\n  max_connections: 0100\n",
            right: "server:\n  port: 8000\n  max_connections: 100\n"),
        CodeStory(
            ConfigurationCode.unknownParameter,
            "Services ignore parameters that they do not know, so that a misspelt one has no effect and no error. Parameters "
                + "that look like no known one are passed on without a word: your service may know them.",
            wrong: "openrouter:\n  params: {temprature: 0.2}\n", right: "openrouter:\n  params: {temperature: 0.2}\n"),
        CodeStory(
            ConfigurationCode.invalidParameter,
            "The parameter is well known, and services refuse a request in which it has such a value.",
            wrong: "openrouter:\n  params: {temperature: hot}\n", right: "openrouter:\n  params: {temperature: 0.9}\n"),
    ]

    // MARK: - Meaning

    private static let meaning: [CodeStory] = [
        CodeStory(
            ConfigurationCode.missingKey,
            "A key without a default has no value anywhere: neither in the file nor in the environment nor among the options.",
            wrong: "openrouter:\n  base_url: http://localhost:11434/v1\n",
            right: "openrouter:\n  base_url: http://localhost:11434/v1\n  model: llama3.2\n"),
        CodeStory(
            ConfigurationCode.missingAPIKey,
            "The endpoint is not on this machine, and there is no key for it. The best places are the variable OPENROUTER_API_KEY, "
                + "the file `.env`, or a file that `openrouter.api_key_file` names. The built-in mock needs none.",
            wrong: "openrouter:\n  model: a/b\n",
            right: CodeExample("openrouter:\n  model: a/b\n", dotEnv: "OPENROUTER_API_KEY=sk-or-v1-KEY\n")),
        CodeStory(
            ConfigurationCode.secretInFile,
            "Configurations are copied, committed and shown to others. Secrets belong into the environment or into files of "
                + "their own.",
            wrong: "openrouter:\n  model: a/b\n  api_key: sk-or-v1-0123456789abcdef\n",
            right: CodeExample(
                "openrouter:\n  model: a/b\n  api_key: ${MY_KEY}\n", environment: ["MY_KEY": "sk-or-v1-KEY"])),
        CodeStory(
            ConfigurationCode.contradiction,
            "Two settings cannot both hold. Both places are shown where both were chosen; else the other one is the default.",
            wrong: "openrouter:\n  timeout_seconds: 10\n  first_byte_timeout_seconds: 20\n",
            right: "openrouter:\n  timeout_seconds: 60\n  first_byte_timeout_seconds: 20\n"),
        CodeStory(
            ConfigurationCode.unreachableLimit,
            "The limit can never be reached, because another one is reached before. It does no harm, but it is not what was meant.",
            wrong: "sessions:\n  max_sessions: 10\n  max_sessions_per_user: 20\n",
            right: "sessions:\n  max_sessions: 10\n  max_sessions_per_user: 2\n"),
        CodeStory(
            ConfigurationCode.openBind,
            "A server on an address that others can reach answers everybody, at your cost, unless it asks for tokens. Where "
                + "something else guards it, `server.auth.insecure: true` says that this is meant.",
            wrong: "server:\n  host: 0.0.0.0\n",
            right: CodeExample(
                "server:\n  host: 0.0.0.0\n  auth:\n    tokens_file: tokens\n",
                files: ["tokens": "a-long-random-token\n"])),
        CodeStory(
            ConfigurationCode.secretFile,
            "The file that should hold a secret is not there, cannot be read, is empty, or holds what cannot be sent in an HTTP "
                + "header. A key's file holds the key alone, a tokens' file one token a line; lines that begin with `#` are skipped.",
            wrong: "server:\n  auth:\n    tokens_file: tokens\n",
            right: CodeExample("server:\n  auth:\n    tokens_file: tokens\n", files: ["tokens": "token\n"])),
        CodeStory(
            ConfigurationCode.plainTransport,
            "Over `http://` the key and every conversation can be read on the way. That is fine on this machine only.",
            wrong: CodeExample(
                "openrouter:\n  model: a/b\n  base_url: http://models.example.org/v1\n  api_key: ${MY_KEY}\n",
                environment: ["MY_KEY": "key"]),
            right: CodeExample(
                "openrouter:\n  model: a/b\n  base_url: https://models.example.org/v1\n  api_key: ${MY_KEY}\n",
                environment: ["MY_KEY": "key"])),
        CodeStory(
            ConfigurationCode.withoutEffect,
            "The setting changes nothing, because of another one. Whoever wrote it expects something else.",
            wrong: "openrouter:\n  max_retries: 0\n  retry_base_seconds: 2\n",
            right: "openrouter:\n  max_retries: 3\n  retry_base_seconds: 2\n"),
        CodeStory(
            ConfigurationCode.modelName,
            "OpenRouter's models are named by their author and their own name, with a slash between. Without the author no model is "
                + "found. Other endpoints name models as they like.",
            wrong: "openrouter:\n  model: gpt-4o-mini\n", right: "openrouter:\n  model: openai/gpt-4o-mini\n"),
        CodeStory(
            ConfigurationCode.maskedSecret,
            "Asterisks stand where a secret should be: the file comes from `--show-effective`, or from somebody who masked it.",
            wrong: "openrouter:\n  model: a/b\n  api_key: \"********\"\n",
            right: CodeExample("openrouter:\n  model: a/b\n  api_key: ${MY_KEY}\n", environment: ["MY_KEY": "key"])),
        CodeStory(
            ConfigurationCode.overlappingFiles,
            "Two keys name one file. A log would be appended to it, a key would be handed out as a token, or the configuration itself "
                + "would be overwritten.",
            wrong: CodeExample(
                "server:\n  auth:\n    tokens_file: ./tokens\nlogging:\n  file: tokens\n",
                files: ["./tokens": "token\n", "tokens": "token\n"]),
            right: CodeExample(
                "server:\n  auth:\n    tokens_file: tokens\nlogging:\n  file: log\n", files: ["tokens": "token\n"])),
    ]

    // MARK: - The machine

    private static let machine: [CodeStory] = [
        CodeStory(
            ConfigurationCode.exposedSecret,
            "The file's mode lets every user of the machine read the secret. Only the user that runs the program, or a group, "
                + "should. `--no-env` leaves this out.",
            wrong: CodeExample(
                "server:\n  auth:\n    tokens_file: tokens\n", files: ["tokens": "token\n"], exposedFiles: ["tokens"],
                note: "server:\n  auth:\n    tokens_file: tokens   # mode 0644"),
            right: CodeExample(
                "server:\n  auth:\n    tokens_file: tokens\n", files: ["tokens": "token\n"],
                note: "server:\n  auth:\n    tokens_file: tokens   # mode 0640")),
        CodeStory(
            ConfigurationCode.unusablePath,
            "The log cannot be written there: the directory does not exist, the name is that of a directory, or the user that runs "
                + "the program may not write. Or the tools' workspace is no directory that can be entered. `--no-env` leaves "
                + "this out.",
            wrong: "logging:\n  file: no-such-directory/ailoop.log\n", right: "logging:\n  file: ailoop.log\n"),
        CodeStory(
            ConfigurationCode.missingProgram,
            "A tool's program is not there, or may not be run. Without a slash its name is looked for in the directories of PATH; "
                + "a path that does not begin with `/` counts from `tools.workspace`, for an MCP server from the directory that "
                + "the program runs in. No shell is involved: `~`, `|` and `&&` mean nothing. `--no-env` leaves this out.",
            wrong: "tools:\n  commands: [{name: weather, command: [no-such-program]}]\n",
            right: CodeExample(
                "tools:\n  commands: [{name: weather, command: [/opt/weather]}]\n",
                files: ["/opt/weather": "#!/bin/sh\n"],
                note: "tools:\n  commands: [{name: weather, command: [/opt/weather]}]")),
        CodeStory(
            ConfigurationCode.reachableSecret,
            "Tools that show what stands in files are offered, and in their workspace stands a file with secrets: `.env`, the "
                + "configuration with a secret in it, or a file that it names. Whoever talks to the model may have it read them. "
                + "`--no-env` leaves this out.",
            wrong: CodeExample("tools:\n  builtin: [read_file]\n  workspace: .\n", dotEnv: "OPENROUTER_API_KEY=key\n"),
            right: CodeExample(
                "tools:\n  builtin: [read_file]\n  workspace: public\n", dotEnv: "OPENROUTER_API_KEY=key\n")),
    ]

    // MARK: - The endpoint

    private static let local = "openrouter:\n  base_url: http://localhost:11434/v1\n  model: llama3.2\n"
    private static let listed = EndpointFacts(
        models: .success([
            .init(id: "llama3.2", contextLength: 8192, supportedParameters: ["temperature"]), .init(id: "qwen3"),
        ]), key: .success(.init(limitRemaining: 5)))

    private static func asked(_ yaml: String = local, _ facts: EndpointFacts = listed, note: String? = nil)
        -> CodeExample
    {
        CodeExample(yaml, endpoint: facts, note: note)
    }

    private static let endpoint: [CodeStory] = [
        CodeStory(
            ConfigurationCode.unreachableEndpoint,
            "With `--online` the endpoint is asked for its models. It could not be reached, broke the connection, failed, or took "
                + "longer than 15 seconds (or `openrouter.timeout_seconds`, where that is less).",
            wrong: asked(local, EndpointFacts(models: .failure(.unreachable("connection refused")))), right: asked()),
        CodeStory(
            ConfigurationCode.refusedKey,
            "The endpoint answered that the key is not good: it is mistyped, was deleted, has expired, or belongs to another "
                + "service.",
            wrong: asked(local, EndpointFacts(models: .failure(.refusedKey("User not found.")))), right: asked()),
        CodeStory(
            ConfigurationCode.spentKey,
            "OpenRouter tells how much a key may still spend. This one may spend nothing more, so that every call will fail until "
                + "its limit is raised or reset.",
            wrong: asked(
                local, EndpointFacts(models: listed.models, key: .success(.init(limitRemaining: 0)))), right: asked()),
        CodeStory(
            ConfigurationCode.unlistedModels,
            "The endpoint answers, but not with a list of models at `/models`. Some services have none; but it may also be that "
                + "`openrouter.base_url` is not the URL that `/chat/completions` is appended to.",
            wrong: asked(local, EndpointFacts(models: .failure(.unreadable("status 404")))), right: asked()),
        CodeStory(
            ConfigurationCode.unknownModel,
            "The model, or one of the fallback models, is not among those that the endpoint lists. Where the endpoint says nothing "
                + "of what its models support this is a warning: servers of a single open model often take any name for it.",
            wrong: asked("openrouter:\n  base_url: http://localhost:11434/v1\n  model: lama3.2\n"), right: asked()),
        CodeStory(
            ConfigurationCode.unsupportedFeature,
            "The endpoint lists what each model supports, and something that is configured is not among it: a parameter, which would be "
                + "ignored, or tools, which the model would never call.",
            wrong: asked(local + "  params: {top_k: 40}\n"), right: asked(local + "  params: {temperature: 0.2}\n")),
        CodeStory(
            ConfigurationCode.contextBeyondModel,
            "Conversations may grow longer than what the model takes, and calls fail then. Without `ai_loop.max_context_tokens` the "
                + "model's own limit holds.",
            wrong: asked(local + "ai_loop:\n  max_context_tokens: 100000\n"), right: asked()),
        CodeStory(
            ConfigurationCode.duplicateName,
            "Two items of a list have one name. The model calls tools by their names, so each must have its own.",
            wrong: CodeExample(
                "tools:\n  commands: [{name: a, command: [/b]}, {name: a, command: [/b]}]\n", files: ["/b": ""],
                note: "tools:\n  commands: [{name: a, command: [/b]}, {name: a, command: [/b]}]"),
            right: CodeExample(
                "tools:\n  commands: [{name: a, command: [/b]}, {name: c, command: [/b]}]\n", files: ["/b": ""],
                note: "tools:\n  commands: [{name: a, command: [/b]}, {name: c, command: [/b]}]")),
        CodeStory(
            ConfigurationCode.toolSchema,
            "`parameters` is a JSON Schema that tells the model which arguments a tool takes. It describes an object, as arguments "
                + "have names; services refuse a request with anything else. The place within the schema is named as a JSON Pointer.",
            wrong: CodeExample(
                "tools:\n  commands: [{name: a, command: [/b], parameters: {type: objct}}]\n", files: ["/b": ""],
                note: "tools:\n  commands: [{name: a, command: [/b], parameters: {type: objct}}]"),
            right: CodeExample(
                "tools:\n  commands: [{name: a, command: [/b], parameters: {type: object}}]\n", files: ["/b": ""],
                note: "tools:\n  commands: [{name: a, command: [/b], parameters: {type: object}}]")),
    ]
}
