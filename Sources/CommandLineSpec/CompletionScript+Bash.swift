extension CompletionScript {
    /// For bash 4.4 and newer, with the package bash-completion or without it.
    func bash() -> [String] {
        let name = program.name
        let knowledge =
            [
                heading(for: .bash), "",
                "# For option $2 of command $1: sets kind to what it takes (flag, text, file, directory, choice WORD…), and",
                "# spent to the options that need not be offered beside it. Fails where there is no such option.",
                "_\(name)_option() {", "    spent= kind=", "    case $1:$2 in",
            ] + bashOptionRows() + [
                "    *) return 1 ;;", "    esac", "}", "",
                "# Sets options to those that command $1 takes.",
                "_\(name)_options() {", "    case $1 in",
            ] + bashOptionLists() + [
                "    *) options= ;;", "    esac", "    options+='\(globalOptions.map { " --" + $0.name }.joined())'",
                "}", "",
                "# Sets kind to what argument $2 (counted from 0) of command $1 is; empty: there is none.",
                "_\(name)_argument() {", "    case $1:$2 in",
            ] + bashArgumentRows() + [
                "    *) kind= ;;", "    esac", "}", "",
            ]
        return knowledge + Self.bashMachinery.map { $0.replacing("PROGRAM", with: name) }
    }

    private func bashOptionRows() -> [String] {
        let commands: [CommandSpec?] = [nil] + program.commands
        let own = commands.flatMap { command in
            ownOptions(of: command).map { option in
                let excluded = excluded(by: option, of: command).filter { $0.hasPrefix("--") }
                return bashOptionRow(option, command: command?.name ?? "", excluded: excluded.sorted())
            }
        }
        return own + globalOptions.map { bashOptionRow($0, command: "*", excluded: []) }
    }

    private func bashOptionRow(_ option: OptionSpec, command: String, excluded: [String]) -> String {
        let pattern = option.spellings.map { "\(command):\($0)" }.joined(separator: " | ")
        let spent = (option.isRepeatable ? [] : ["--\(option.name)"]) + excluded
        let names = spent.count == 1 ? spent[0] : "'\(spent.joined(separator: " "))'"
        return "    \(pattern)) spent=\(names) kind=\(Self.bashKind(option.value?.kind)) ;;"
    }

    private func bashOptionLists() -> [String] {
        let commands: [CommandSpec?] = [nil] + program.commands
        return commands.map { command in
            let names = ownOptions(of: command).map { "--" + $0.name }.joined(separator: " ")
            return "    '\(command?.name ?? "")') options='\(names)' ;;"
        }
    }

    private func bashArgumentRows() -> [String] {
        let commands = "    :*) kind='choice \(program.commands.map(\.name).joined(separator: " "))' ;;"
        return [commands]
            + program.commands.flatMap { command in
                command.arguments.enumerated().map { index, argument in
                    let position = argument.isRepeatable ? "*" : String(index)
                    return "    \(command.name):\(position)) kind=\(Self.bashKind(argument.kind)) ;;"
                }
            }
    }

    private static func bashKind(_ kind: ValueKind?) -> String {
        switch kind {
        case nil: "flag"
        case .file: "file"
        case .directory: "directory"
        case .choice(let choices): "'choice \(choices.joined(separator: " "))'"
        case .text, .url, .integer, .number, .duration, .assignment: "text"
        }
    }

    /// What is the same for every program.
    private static let bashMachinery = #"""
        # Offers what begins with $2 and is of kind $1; $3 stands before it in the same word.
        _PROGRAM_value() {
            # Where bash takes the word apart at =, what stands before it is not part of what is completed.
            local before=$3
            [[ $before == *= && $COMP_WORDBREAKS == *=* ]] && before=
            case $1 in
            choice*) mapfile -t COMPREPLY < <(compgen -P "$before" -W "${1#choice }" -- "$2") ;;
            file | directory)
                if [[ $before ]]; then
                    compopt -o filenames
                    [[ $1 == file ]] && mapfile -t COMPREPLY < <(compgen -P "$before" -f -- "$2")
                    [[ $1 == directory ]] && mapfile -t COMPREPLY < <(compgen -P "$before" -d -- "$2")
                else
                    # Readline knows best about quotes, blanks and ~.
                    [[ $1 == file ]] && compopt -o default
                    [[ $1 == directory ]] && compopt -o dirnames
                fi
                ;;
            esac
        }

        # Offers the options that are not on the line yet and begin with $1; $2 is the command.
        _PROGRAM_unused_options() {
            local options spent kind option unused=
            _PROGRAM_options "$2"
            for option in $options; do
                [[ $given == *" $option "* ]] || unused+=" $option"
            done
            # A letter that means something is complete.
            if [[ $1 == -[!-] ]] && _PROGRAM_option "$2" "$1"; then unused=$1; fi
            mapfile -t COMPREPLY < <(compgen -W "$unused" -- "$1")
        }

        _PROGRAM() {
            local IFS=$' \t\n' i word rest=${COMP_LINE:0:COMP_POINT}
            local -a words=()
            COMPREPLY=()

            # The words as the program would get them: bash takes them apart at = and : as well.
            for ((i = 0; i <= COMP_CWORD; i++)); do
                word=${rest#"${rest%%[![:space:]]*}"}
                if ((i == 0)) || [[ $word != "$rest" ]]; then words+=(''); fi
                if ((i == COMP_CWORD)); then
                    words[-1]+=$word
                else
                    words[-1]+=${COMP_WORDS[i]}
                    rest=${word#"${COMP_WORDS[i]}"}
                fi
            done

            # What stands before the cursor.
            local command= given=' ' awaited= count=0 ended= spent kind
            for word in "${words[@]:1:${#words[@]}-2}"; do
                if [[ $awaited ]]; then
                    awaited=
                elif [[ $word == [\<\>]* || $word == [0-9][\<\>]* ]]; then
                    [[ $word == *[\<\>\&\|] ]] && awaited=file
                elif [[ $ended || $word != -?* ]]; then
                    if [[ $command ]]; then ((count += 1)); else command=$word; fi
                elif [[ $word == -- ]]; then
                    ended=1
                elif [[ $word == --* ]]; then
                    if _PROGRAM_option "$command" "${word%%=*}"; then
                        given+="$spent "
                        [[ $kind == flag || $word == *=* ]] || awaited=$kind
                    fi
                else
                    for ((i = 1; i < ${#word}; i++)); do
                        _PROGRAM_option "$command" "-${word:i:1}" || break
                        given+="$spent "
                        [[ $kind == flag ]] && continue
                        ((i == ${#word} - 1)) && awaited=$kind
                        break
                    done
                fi
            done

            # The word at the cursor.
            word=${words[-1]}
            if [[ $awaited ]]; then
                _PROGRAM_value "$awaited" "$word" ''
            elif [[ $word == [\<\>]* || $word == [0-9][\<\>]* ]]; then
                compopt -o default
            elif [[ ! $ended && $word == --*=* ]]; then
                if _PROGRAM_option "$command" "${word%%=*}"; then
                    _PROGRAM_value "$kind" "${word#*=}" "${word%%=*}="
                fi
            elif [[ ! $ended && $word == -[!-]?* ]]; then
                if _PROGRAM_option "$command" "${word:0:2}" && [[ $kind != flag ]]; then
                    rest=${word:2}
                    rest=${rest#=}
                    _PROGRAM_value "$kind" "$rest" "${word%"$rest"}"
                fi
            elif [[ ! $ended && $word == -* ]]; then
                _PROGRAM_unused_options "$word" "$command"
            else
                _PROGRAM_argument "$command" "$count"
                if [[ $kind ]]; then
                    _PROGRAM_value "$kind" "$word" ''
                elif [[ ! $word && ! $ended ]]; then
                    _PROGRAM_unused_options '' "$command"
                fi
            fi
        }

        complete -F _PROGRAM PROGRAM
        """#.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
