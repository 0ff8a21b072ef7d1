import Quantities

/// What is told of the keys to people: the page docs/configuration.md, and the descriptions in the schema.
package enum SettingReference {
    /// The page, in Markdown.
    package static func page() -> String {
        var lines = [introduction]
        var section: String?
        for key in SettingTable.keys {
            let own = SettingTable.enclosingSections(of: key.path).first ?? ""
            if own != section {
                section = own
                let summary = SettingTable.sectionSummaries[own].map { [$0 + ".", ""] } ?? []
                lines += ["", own.isEmpty ? "## Top level" : "## `\(own)`", ""] + summary + [header]
            }
            lines.append(row(key))
        }
        lines += ["", closing]
        return lines.joined(separator: "\n")
    }

    private static let header = """
        | key | type | default | range | example | live | meaning |
        |---|---|---|---|---|---|---|
        """

    private static let introduction = """
        # Configuration

        Every key of `config.yaml`. This page is made from the table that the program reads configurations by.

        - A value comes from the first of these that has it: an option on the command line, an environment variable, the file
          `.env` in the working directory, `config.yaml`, the default. The variable of a key is `AILOOP_` and its path in
          capitals, with two underscores between levels: `AILOOP_SERVER__PORT`. An empty one counts as unset.
        - `${NAME}` and `${NAME:-default}` in a value stand for environment variables; a literal `${` is written `$${`.
        - Durations are numbers in the unit that the key's name says, or have units of their own: `500ms`, `30s`, `5m`, `1h30m`,
          `2d`. Sizes are bytes, or have units: `64KiB`, `1MiB`, `10MB`.
        - Keys that begin with `x-` are yours. Anything else that is not listed here is an error.
        - *live*: whether a running server takes a changed value over when it gets SIGHUP. Sessions that run keep what they
          were started with, connections keep their limits; limits of the server as a whole hold for all at once.

        `ailoopctl validate-config` finds everything that is wrong with a configuration; `ailoopctl validate-config
        --show-effective` shows the values in force and where each comes from. Editors that know JSON Schema complete and check
        by `docs/config.schema.json`, which `ailoopctl validate-config --schema` prints: name it in the file's first line, as
        `# yaml-language-server: $schema=config.schema.json`. They check neither the range of a value with a unit, nor what a variable
        holds, nor whether two keys contradict each other.
        """

    private static let closing = """
        ## Older keys

        `prompts`, `task_models`, `task_prompts` and `workspace_ignore_patterns` at the top level are taken with a warning; nothing
        comes of them.

        """

    private static func row(_ key: SettingKey) -> String {
        let cells = [
            "`\(key.path)`", typeName(key.type), defaultText(key), range(key.type), code(key.example),
            key.isReloadable ? "yes" : "no", key.summary,
        ]
        return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }

    private static func typeName(_ type: SettingType) -> String {
        switch type {
        case .boolean: "boolean"
        case .integer: "whole number"
        case .number: "number"
        case .duration(_, .seconds): "duration (seconds)"
        case .duration(_, .milliseconds): "duration (milliseconds)"
        case .size: "size (bytes)"
        case .text: "text"
        case .choice: "choice"
        case .texts, .command: "list of texts"
        case .object, .schema: "mapping"
        case .secret: "secret"
        case .secrets: "list of secrets"
        case .records: "list of mappings"
        case .namedRecords: "mappings by name"
        case .choiceMap: "choices by name"
        case .secretMap: "secrets by name"
        }
    }

    private static func defaultText(_ key: SettingKey) -> String {
        key.defaultValue.map { code($0.yaml(of: key.type)) } ?? key.defaultNote ?? ""
    }

    private static func range(_ type: SettingType) -> String {
        switch type {
        case .boolean, .object, .schema, .secret: ""
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .duration(let range, _): "\(Quantity.text(of: range.lowerBound)) to \(Quantity.text(of: range.upperBound))"
        case .size(let range):
            "\(Quantity.text(ofBytes: range.lowerBound)) to \(Quantity.text(ofBytes: range.upperBound))"
        case .text(let form): form.phrase
        case .choice(let choices): choices.map(code).joined(separator: ", ")
        case .texts(let form, let count):
            [form.phrase, "at most \(count)"].filter { !$0.isEmpty }.joined(separator: "; ")
        case .secrets(let count), .secretMap(let count), .command(let count): "at most \(count)"
        case .records(let members, let count), .namedRecords(_, let members, let count):
            members.map { code($0.name) }.joined(separator: ", ") + "; at most \(count)"
        case .choiceMap(let choices, let count): choices.map(code).joined(separator: ", ") + "; at most \(count)"
        }
    }

    private static func code(_ text: String) -> String { text.contains("`") ? text : "`\(text)`" }

    /// For the schema: meaning, units, what stands for the default.
    static func description(of key: SettingKey) -> String {
        var sentences = [key.summary.replacing("`", with: "")]
        switch key.type {
        case .duration(_, .seconds): sentences.append("Plain numbers are seconds; units: 500ms, 30s, 5m, 1h30m")
        case .duration(_, .milliseconds): sentences.append("Plain numbers are milliseconds; units: 500ms, 30s, 5m")
        case .size: sentences.append("Plain numbers are bytes; units: 64KiB, 1MiB, 10MB")
        default: break
        }
        if let value = key.defaultValue { sentences.append("Default: \(value.yaml(of: key.type))") }
        if let note = key.defaultNote { sentences.append("Unset: \(note.replacing("`", with: ""))") }
        sentences.append(
            key.isReloadable ? "A running server takes a change over (SIGHUP)" : "A change needs a restart")
        return sentences.map { $0.hasSuffix(".") || $0.hasSuffix("…") ? $0 : $0 + "." }.joined(separator: " ")
    }
}

extension SettingKey {
    /// A value as it may stand in a file, as YAML.
    package var example: String {
        if let ownExample { return ownExample }
        switch type {
        case .boolean: return defaultValue == .boolean(true) ? "false" : "true"
        case .size(let range): return Quantity.text(ofBytes: min(range.upperBound, max(range.lowerBound, 64 << 10)))
        default: return defaultValue?.yaml(of: type) ?? ""
        }
    }
}

extension TextForm {
    /// What texts have this form; empty: any.
    var phrase: String {
        switch self {
        case .oneOf(let choices): choices.map { "`\($0)`" }.joined(separator: ", ")
        case .toolName: "letters, digits, `_` and `-`"
        case .toolPrefix: "letters, digits, `_` and `-`"
        case .variableName: "a variable's name"
        case .hostPattern: "a host, or `*.` and a domain"
        case .any, .argument: ""
        case .nonEmpty: "not empty"
        case .modelName: "a name without blanks"
        case .headerValue: "printable ASCII"
        case .endpointURL: "an http or https URL without query"
        case .optionalURL: "an http or https URL, or empty"
        case .host: "a host name or an address"
        case .requestPath: "a path that begins with `/`"
        case .filePath: "a path"
        case .origin: "an origin, or `*`"
        }
    }
}
