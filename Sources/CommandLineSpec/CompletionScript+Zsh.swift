extension CompletionScript {
    /// For zsh 5.1 and newer.
    func zsh() -> [String] {
        let name = program.name
        return [
            "#compdef \(name)", heading(for: .zsh), "",
            "_\(name)_commands() {", "    local -a commands=(",
        ] + program.commands.map { "        \(Self.zshQuoted("\($0.name):\($0.summary)"))" } + [
            "    )", "    _describe -t commands command commands", "}", "",
            "_\(name)() {",
            "    # The command is the first word that is neither an option nor the value of one.",
            "    local command= word=", "    local -i skip=0",
            "    for word in \"${(@)words[2,CURRENT-1]}\"; do",
            "        if (( skip )); then", "            skip=0", "            continue", "        fi",
            "        case $word in",
            "        (\(globalOptionsWithValue.joined(separator: "|"))) skip=1 ;;",
            "        (-?*) ;;",
            "        (*)", "            command=$word", "            break", "            ;;",
            "        esac", "    done", "",
            "    local -a specs=(",
        ] + globalOptions.map { zshSpec($0, nil) } + [
            "    )", "    case $command in", "    ('')", "        specs+=(",
        ] + ownOptions(of: nil).map { zshSpec($0, nil) } + [
            "            '1:command:_\(name)_commands'", "        )", "        ;;",
        ] + program.commands.flatMap(zshCase) + [
            "    esac", "    _arguments -s -S : $specs", "}", "",
            "# Called by the completion system that loaded this file; or the file was sourced.",
            "if [[ ${funcstack[1]} == _\(name) ]]; then", "    _\(name) \"$@\"", "else",
            "    compdef _\(name) \(name)", "fi",
        ]
    }

    private func zshCase(_ command: CommandSpec) -> [String] {
        var rows = ownOptions(of: command).map { zshSpec($0, command) } + ["            '1: :'"]
        for (index, argument) in command.arguments.enumerated() {
            let position = argument.isRepeatable ? "*" : "\(index + 2)"
            let optional = argument.isRequired || argument.isRepeatable ? "" : ":"
            // An argument without an action would keep options from being completed in its place.
            let action = zshAction(argument.kind) == ": " ? ":_message \(argument.name)" : zshAction(argument.kind)
            rows.append("            " + Self.zshQuoted("\(position):\(optional)\(argument.name)\(action)"))
        }
        return ["    (\(command.name))", "        specs+=("] + rows + ["        )", "        ;;"]
    }

    /// One line of `_arguments`: `'(-c --config)'{-c+,--config=}'[Configuration file]:FILE:_files'`.
    private func zshSpec(_ option: OptionSpec, _ command: CommandSpec?) -> String {
        let exclusive = (option.isRepeatable ? [] : option.spellings) + excluded(by: option, of: command).sorted()
        var head = exclusive.isEmpty ? "" : "(\(exclusive.joined(separator: " ")))"
        if option.isRepeatable { head += "*" }
        var names = ["--\(option.name)" + (option.value == nil ? "" : "=")]
        if let short = option.short { names.insert("-\(short)" + (option.value == nil ? "" : "+"), at: 0) }
        var tail = "[" + option.summary.replacing("[", with: "\\[").replacing("]", with: "\\]") + "]"
        if let value = option.value { tail += ":\(value.name)\(zshAction(value.kind))" }
        let indentation = command == nil && program.globalOptions.contains { $0.name == option.name } ? 8 : 12
        let margin = String(repeating: " ", count: indentation)
        guard names.count > 1 else { return margin + Self.zshQuoted(head + names[0] + tail) }
        let quotedHead = head.isEmpty ? "" : Self.zshQuoted(head)
        return "\(margin)\(quotedHead){\(names.joined(separator: ","))}\(Self.zshQuoted(tail))"
    }

    private func zshAction(_ kind: ValueKind) -> String {
        switch kind {
        case .file: ":_files"
        case .directory: ":_files -/"
        case .choice(let choices): ":(\(choices.joined(separator: " ")))"
        // Nothing to offer; the name of the value is shown.
        case .text, .url, .integer, .number, .duration, .assignment: ": "
        }
    }

    private static func zshQuoted(_ text: String) -> String {
        "'\(text.replacing("'", with: "'\\''"))'"
    }
}
