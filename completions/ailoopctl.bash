# bash completion for ailoopctl, made by `ailoopctl --generate-completions bash`; not to be edited.

# For option $2 of command $1: sets kind to what it takes (flag, text, file, directory, choice WORD…), and
# spent to the options that need not be offered beside it. Fails where there is no such option.
_ailoopctl_option() {
    spent= kind=
    case $1:$2 in
    :--generate-completions) spent=--generate-completions kind='choice bash zsh fish' ;;
    :--generate-man) spent=--generate-man kind=flag ;;
    serve:-c | serve:--config) spent=--config kind=file ;;
    serve:--ai-service) spent=--ai-service kind='choice openrouter mock' ;;
    serve:--host) spent=--host kind=text ;;
    serve:-p | serve:--port) spent=--port kind=text ;;
    serve:-m | serve:--model) spent=--model kind=text ;;
    serve:--log-level) spent=--log-level kind='choice trace debug info warning error' ;;
    serve:--log-format) spent=--log-format kind='choice auto text json' ;;
    serve:--log-file) spent=--log-file kind=file ;;
    chat:-u | chat:--url) spent='--url --ai-service --config' kind=text ;;
    chat:--token-file) spent=--token-file kind=file ;;
    chat:-c | chat:--config) spent='--config --url' kind=file ;;
    chat:--ai-service) spent='--ai-service --url' kind='choice openrouter mock' ;;
    chat:-m | chat:--model) spent=--model kind=text ;;
    chat:-s | chat:--system) spent=--system kind=text ;;
    chat:--param) spent='' kind=text ;;
    chat:--tools) spent=--tools kind=file ;;
    chat:--reasoning) spent=--reasoning kind=flag ;;
    chat:--json) spent=--json kind=flag ;;
    chat:--no-history) spent=--no-history kind=flag ;;
    bench:-u | bench:--url) spent='--url --ai-service --config --model' kind=text ;;
    bench:-c | bench:--config) spent='--config --url' kind=file ;;
    bench:--ai-service) spent='--ai-service --url' kind='choice openrouter mock' ;;
    bench:-m | bench:--model) spent='--model --url' kind=text ;;
    bench:-n | bench:--sessions) spent=--sessions kind=text ;;
    bench:-d | bench:--duration) spent='--duration --idle' kind=text ;;
    bench:--messages) spent='--messages --idle' kind=text ;;
    bench:--warmup) spent=--warmup kind=text ;;
    bench:--think) spent='--think --idle --rate' kind=text ;;
    bench:--rate) spent='--rate --idle --think' kind=text ;;
    bench:--arrivals) spent='--arrivals --idle' kind='choice poisson constant' ;;
    bench:--idle) spent='--idle --arrivals --duration --message --messages --rate --think' kind=flag ;;
    bench:--message) spent=--idle kind=text ;;
    bench:--seed) spent=--seed kind=text ;;
    bench:--timeout) spent=--timeout kind=text ;;
    bench:--fail-if) spent='' kind=text ;;
    bench:--json) spent=--json kind=flag ;;
    bench:--token-file) spent=--token-file kind=file ;;
    replay:-u | replay:--url) spent='--url --ai-service --config' kind=text ;;
    replay:-c | replay:--config) spent='--config --url' kind=file ;;
    replay:--ai-service) spent='--ai-service --url' kind='choice openrouter mock' ;;
    replay:-m | replay:--model) spent=--model kind=text ;;
    replay:-t | replay:--timeout) spent=--timeout kind=text ;;
    replay:-k | replay:--keep-going) spent=--keep-going kind=flag ;;
    replay:--check) spent=--check kind=flag ;;
    replay:-f | replay:--format) spent=--format kind='choice text json junit' ;;
    replay:-l | replay:--log) spent=--log kind=file ;;
    replay:--token-file) spent=--token-file kind=file ;;
    validate-config:-f | validate-config:--format) spent=--format kind='choice text json sarif github' ;;
    validate-config:--strict) spent=--strict kind=flag ;;
    validate-config:--no-env) spent=--no-env kind=flag ;;
    validate-config:--online) spent=--online kind=flag ;;
    validate-config:--show-effective) spent=--show-effective kind=flag ;;
    validate-config:--schema) spent=--schema kind=flag ;;
    validate-config:--explain) spent=--explain kind=text ;;
    validate-config:--ai-service) spent=--ai-service kind='choice openrouter mock' ;;
    validate-config:--host) spent=--host kind=text ;;
    validate-config:-p | validate-config:--port) spent=--port kind=text ;;
    validate-config:-m | validate-config:--model) spent=--model kind=text ;;
    validate-config:--log-level) spent=--log-level kind='choice trace debug info warning error' ;;
    validate-config:--log-format) spent=--log-format kind='choice auto text json' ;;
    validate-config:--log-file) spent=--log-file kind=file ;;
    *:-h | *:--help) spent=--help kind=flag ;;
    *:-V | *:--version) spent=--version kind=flag ;;
    *:--color) spent=--color kind='choice auto always never' ;;
    *) return 1 ;;
    esac
}

# Sets options to those that command $1 takes.
_ailoopctl_options() {
    case $1 in
    '') options='--generate-completions --generate-man' ;;
    'serve') options='--config --ai-service --host --port --model --log-level --log-format --log-file' ;;
    'chat') options='--url --token-file --config --ai-service --model --system --param --tools --reasoning --json --no-history' ;;
    'bench') options='--url --config --ai-service --model --sessions --duration --messages --warmup --think --rate --arrivals --idle --message --seed --timeout --fail-if --json --token-file' ;;
    'replay') options='--url --config --ai-service --model --timeout --keep-going --check --format --log --token-file' ;;
    'validate-config') options='--format --strict --no-env --online --show-effective --schema --explain --ai-service --host --port --model --log-level --log-format --log-file' ;;
    *) options= ;;
    esac
    options+=' --help --version --color'
}

# Sets kind to what argument $2 (counted from 0) of command $1 is; empty: there is none.
_ailoopctl_argument() {
    case $1:$2 in
    :*) kind='choice serve chat bench replay validate-config' ;;
    chat:0) kind=text ;;
    replay:*) kind=file ;;
    validate-config:*) kind=file ;;
    *) kind= ;;
    esac
}

# Offers what begins with $2 and is of kind $1; $3 stands before it in the same word.
_ailoopctl_value() {
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
_ailoopctl_unused_options() {
    local options spent kind option unused=
    _ailoopctl_options "$2"
    for option in $options; do
        [[ $given == *" $option "* ]] || unused+=" $option"
    done
    # A letter that means something is complete.
    if [[ $1 == -[!-] ]] && _ailoopctl_option "$2" "$1"; then unused=$1; fi
    mapfile -t COMPREPLY < <(compgen -W "$unused" -- "$1")
}

_ailoopctl() {
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
            if _ailoopctl_option "$command" "${word%%=*}"; then
                given+="$spent "
                [[ $kind == flag || $word == *=* ]] || awaited=$kind
            fi
        else
            for ((i = 1; i < ${#word}; i++)); do
                _ailoopctl_option "$command" "-${word:i:1}" || break
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
        _ailoopctl_value "$awaited" "$word" ''
    elif [[ $word == [\<\>]* || $word == [0-9][\<\>]* ]]; then
        compopt -o default
    elif [[ ! $ended && $word == --*=* ]]; then
        if _ailoopctl_option "$command" "${word%%=*}"; then
            _ailoopctl_value "$kind" "${word#*=}" "${word%%=*}="
        fi
    elif [[ ! $ended && $word == -[!-]?* ]]; then
        if _ailoopctl_option "$command" "${word:0:2}" && [[ $kind != flag ]]; then
            rest=${word:2}
            rest=${rest#=}
            _ailoopctl_value "$kind" "$rest" "${word%"$rest"}"
        fi
    elif [[ ! $ended && $word == -* ]]; then
        _ailoopctl_unused_options "$word" "$command"
    else
        _ailoopctl_argument "$command" "$count"
        if [[ $kind ]]; then
            _ailoopctl_value "$kind" "$word" ''
        elif [[ ! $word && ! $ended ]]; then
            _ailoopctl_unused_options '' "$command"
        fi
    fi
}

complete -F _ailoopctl ailoopctl
