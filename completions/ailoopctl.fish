# fish completion for ailoopctl, made by `ailoopctl --generate-completions fish`; not to be edited.

# Whether the command on the line is $argv[1]; without an argument: whether there is none yet.
function __ailoopctl_at
    set -l words (commandline -opc)
    set words $words[2..]
    while set -q words[1]
        switch $words[1]
            case --color --generate-completions
                set words $words[2..]
            case '-?*'
            case '*'
                test "$words[1]" = "$argv[1]"
                return
        end
        set words $words[2..]
    end
    not set -q argv[1]
end

# Whether no word of the line up to $argv[1] (-1: the last one) is one of the spellings that follow.
function __ailoopctl_is_free
    set -l words (commandline -opc)
    set words $words[..$argv[1]]
    for option in $argv[2..]
        switch $option
            case '--*'
                string match -qr -- "^$option(=|\$)" $words; and return 1
            case '*'
                string match -qr -- '^-[^-]*'(string sub -s 2 -- $option) $words; and return 1
        end
    end
    return 0
end

# Whether the line lacks an option, given by its spellings.
function __ailoopctl_lacks
    __ailoopctl_is_free -1 $argv
end

# As above; or its value is awaited.
function __ailoopctl_may_take
    set -l words (commandline -opc)
    set -l last -1
    contains -- $words[-1] $argv; and set last -2
    __ailoopctl_is_free $last $argv
end

# Files are offered only where a file is wanted.
complete -c ailoopctl -f

complete -c ailoopctl -n '__ailoopctl_lacks -h --help' -s h -l help -d 'Show help and leave; -h is the short of it'
complete -c ailoopctl -n '__ailoopctl_lacks -V --version' -s V -l version -d 'Show the version and leave'
complete -c ailoopctl -n '__ailoopctl_may_take --color' -l color -x -a 'auto always never' -d 'Colour in messages; auto: on a terminal where NO_COLOR is unset'
complete -c ailoopctl -n '__ailoopctl_at' -a serve -d 'serve AI-loop sessions to WebSocket clients'
complete -c ailoopctl -n '__ailoopctl_at' -a chat -d 'talk to a model, or to a server'
complete -c ailoopctl -n '__ailoopctl_at' -a bench -d 'measure a server: time to first chunk, gaps, rates'
complete -c ailoopctl -n '__ailoopctl_at' -a replay -d 'play scripted conversations and check how they end'
complete -c ailoopctl -n '__ailoopctl_at' -a validate-config -d 'find everything that is wrong with a configuration'

# Without a command
complete -c ailoopctl -n '__ailoopctl_at; and __ailoopctl_may_take --generate-completions' -l generate-completions -x -a 'bash zsh fish' -d 'Print the completions for a shell'
complete -c ailoopctl -n '__ailoopctl_at; and __ailoopctl_lacks --generate-man' -l generate-man -d 'Print the manual page'

# serve
complete -c ailoopctl -n '__ailoopctl_at serve; and __ailoopctl_may_take -c --config' -s c -l config -r -F -d 'Configuration file (config.yaml where there is one)'
complete -c ailoopctl -n '__ailoopctl_at serve; and __ailoopctl_may_take --ai-service' -l ai-service -x -a 'openrouter mock' -d 'Who answers; mock needs no key'
complete -c ailoopctl -n '__ailoopctl_at serve; and __ailoopctl_may_take --host' -l host -x -d 'Address or host name to listen on'
complete -c ailoopctl -n '__ailoopctl_at serve; and __ailoopctl_may_take -p --port' -s p -l port -x -d 'Port to listen on; 0: any free one'
complete -c ailoopctl -n '__ailoopctl_at serve; and __ailoopctl_may_take -m --model' -s m -l model -x -d 'The model that answers'
complete -c ailoopctl -n '__ailoopctl_at serve; and __ailoopctl_may_take --log-level' -l log-level -x -a 'trace debug info warning error' -d 'The least important messages to log'
complete -c ailoopctl -n '__ailoopctl_at serve; and __ailoopctl_may_take --log-format' -l log-format -x -a 'auto text json' -d 'How log lines look'
complete -c ailoopctl -n '__ailoopctl_at serve; and __ailoopctl_may_take --log-file' -l log-file -r -F -d 'File to append the log to'

# chat
complete -c ailoopctl -n '__ailoopctl_at chat; and __ailoopctl_may_take -u --url; and __ailoopctl_may_take -c --config; and __ailoopctl_may_take --ai-service' -s u -l url -x -d 'WebSocket of a running server; else in this process'
complete -c ailoopctl -n '__ailoopctl_at chat; and __ailoopctl_may_take --token-file' -l token-file -r -F -d 'File with the token that the server wants (else AILOOP_TOKEN)'
complete -c ailoopctl -n '__ailoopctl_at chat; and __ailoopctl_may_take -c --config; and __ailoopctl_may_take -u --url' -s c -l config -r -F -d 'Configuration file (config.yaml where there is one)'
complete -c ailoopctl -n '__ailoopctl_at chat; and __ailoopctl_may_take --ai-service; and __ailoopctl_may_take -u --url' -l ai-service -x -a 'openrouter mock' -d 'Who answers; mock needs no key'
complete -c ailoopctl -n '__ailoopctl_at chat; and __ailoopctl_may_take -m --model' -s m -l model -x -d 'The model that answers'
complete -c ailoopctl -n '__ailoopctl_at chat; and __ailoopctl_may_take -s --system' -s s -l system -x -d 'What the model is told before the conversation'
complete -c ailoopctl -n '__ailoopctl_at chat' -l param -x -d 'A parameter of every request, as temperature=0.2'
complete -c ailoopctl -n '__ailoopctl_at chat; and __ailoopctl_may_take --tools' -l tools -r -F -d 'Functions for the model to call, in JSON; you answer the calls'
complete -c ailoopctl -n '__ailoopctl_at chat; and __ailoopctl_lacks --reasoning' -l reasoning -d 'Show what the model thinks, where it tells'
complete -c ailoopctl -n '__ailoopctl_at chat; and __ailoopctl_lacks --json' -l json -d 'One JSON event a line instead of text; the last is `done`'
complete -c ailoopctl -n '__ailoopctl_at chat; and __ailoopctl_lacks --no-history' -l no-history -d 'Keep nothing of what is typed for the next time'

# bench
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take -u --url; and __ailoopctl_may_take -c --config; and __ailoopctl_may_take --ai-service; and __ailoopctl_may_take -m --model' -s u -l url -x -d 'WebSocket of a running server; else one is started in a process of its own'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take -c --config; and __ailoopctl_may_take -u --url' -s c -l config -r -F -d 'Configuration file (config.yaml where there is one)'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take --ai-service; and __ailoopctl_may_take -u --url' -l ai-service -x -a 'openrouter mock' -d 'Who answers; mock needs no key'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take -m --model; and __ailoopctl_may_take -u --url' -s m -l model -x -d 'The model that answers'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take -n --sessions' -s n -l sessions -x -d 'Sessions at the same time (10), up to 10000; several numbers: a run for each'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take -d --duration; and __ailoopctl_lacks --idle' -s d -l duration -x -d 'How long is measured (10s)'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take --messages; and __ailoopctl_lacks --idle' -l messages -x -d 'Measure so many messages of all sessions together, instead of a time'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take --warmup' -l warmup -x -d 'Load before that, left out of the figures (1s)'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take --think; and __ailoopctl_may_take --rate; and __ailoopctl_lacks --idle' -l think -x -d 'Pause of a session between answer and next message (0s)'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take --rate; and __ailoopctl_may_take --think; and __ailoopctl_lacks --idle' -l rate -x -d 'Messages a second, whether or not the ones before are answered; times are counted from when each was due, too'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take --arrivals; and __ailoopctl_lacks --idle' -l arrivals -x -a 'poisson constant' -d 'How the messages of `--rate` fall due (poisson)'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_lacks --idle; and __ailoopctl_may_take -d --duration; and __ailoopctl_may_take --messages; and __ailoopctl_may_take --think; and __ailoopctl_may_take --rate; and __ailoopctl_may_take --arrivals; and __ailoopctl_may_take --message' -l idle -d 'Start the sessions and send nothing: their memory, and how soon it is freed'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_lacks --idle' -l message -x -d 'What is sent, in turn at random'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take --seed' -l seed -x -d 'Makes chance repeatable (1)'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take --timeout' -l timeout -x -d 'An answer that takes longer has failed (60s)'
complete -c ailoopctl -n '__ailoopctl_at bench' -l fail-if -x -d 'Exit with 1 where METRIC>VALUE (or >=, <, <=): times ttft, gap, e2e, ttft_intended, e2e_intended, start, relay, each with .p50, .p90, .p99, .p99.9 (any percentile), .min, .max or .mean; figures chunks_per_second, messages_per_second, errors, error_rate, unsent, server_resident, server_resident_per_session, server_cpu, server_cpu_per_chunk, release'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_lacks --json' -l json -d 'One JSON object instead of a table, with all that the figures are made of'
complete -c ailoopctl -n '__ailoopctl_at bench; and __ailoopctl_may_take --token-file' -l token-file -r -F -d 'File with the token that the server wants (else AILOOP_TOKEN)'

# replay
complete -c ailoopctl -n '__ailoopctl_at replay; and __ailoopctl_may_take -u --url; and __ailoopctl_may_take -c --config; and __ailoopctl_may_take --ai-service' -s u -l url -x -d 'WebSocket of a running server; else in this process'
complete -c ailoopctl -n '__ailoopctl_at replay; and __ailoopctl_may_take -c --config; and __ailoopctl_may_take -u --url' -s c -l config -r -F -d 'Configuration file (config.yaml where there is one)'
complete -c ailoopctl -n '__ailoopctl_at replay; and __ailoopctl_may_take --ai-service; and __ailoopctl_may_take -u --url' -l ai-service -x -a 'openrouter mock' -d 'Who answers; mock needs no key'
complete -c ailoopctl -n '__ailoopctl_at replay; and __ailoopctl_may_take -m --model' -s m -l model -x -d 'The model that answers'
complete -c ailoopctl -n '__ailoopctl_at replay; and __ailoopctl_may_take -t --timeout' -s t -l timeout -x -d 'How long a message may take to its end (300s)'
complete -c ailoopctl -n '__ailoopctl_at replay; and __ailoopctl_lacks -k --keep-going' -s k -l keep-going -d 'Go on with a script after a message that failed'
complete -c ailoopctl -n '__ailoopctl_at replay; and __ailoopctl_lacks --check' -l check -d 'Look for mistakes in the scripts, and play nothing'
complete -c ailoopctl -n '__ailoopctl_at replay; and __ailoopctl_may_take -f --format' -s f -l format -x -a 'text json junit' -d 'What standard output gets: the conversation, or a report'
complete -c ailoopctl -n '__ailoopctl_at replay; and __ailoopctl_may_take -l --log' -s l -l log -r -F -d 'File for every message of the connection, both ways'
complete -c ailoopctl -n '__ailoopctl_at replay; and __ailoopctl_may_take --token-file' -l token-file -r -F -d 'File with the token that the server wants (else AILOOP_TOKEN)'
complete -c ailoopctl -n '__ailoopctl_at replay' -F

# validate-config
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_may_take -f --format' -s f -l format -x -a 'text json sarif github' -d 'How findings are printed'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_lacks --strict' -l strict -d 'Warnings count as findings too'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_lacks --no-env' -l no-env -d 'Judge the file alone: no variables, no .env, no other files, nothing of this machine'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_lacks --online' -l online -d 'Also ask the endpoint: does it answer, is the key good, does it have the models'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_lacks --show-effective' -l show-effective -d 'Print the values in force as YAML, each with its origin, secrets masked'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_lacks --schema' -l schema -d 'Print the JSON Schema of configurations'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_may_take --explain' -l explain -x -d 'Tell the longer story of a code, with an example'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_may_take --ai-service' -l ai-service -x -a 'openrouter mock' -d 'Who answers; mock needs no key'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_may_take --host' -l host -x -d 'Address or host name to listen on'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_may_take -p --port' -s p -l port -x -d 'Port to listen on; 0: any free one'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_may_take -m --model' -s m -l model -x -d 'The model that answers'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_may_take --log-level' -l log-level -x -a 'trace debug info warning error' -d 'The least important messages to log'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_may_take --log-format' -l log-format -x -a 'auto text json' -d 'How log lines look'
complete -c ailoopctl -n '__ailoopctl_at validate-config; and __ailoopctl_may_take --log-file' -l log-file -r -F -d 'File to append the log to'
complete -c ailoopctl -n '__ailoopctl_at validate-config' -F
