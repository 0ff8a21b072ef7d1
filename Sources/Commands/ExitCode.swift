import CommandLineSpec

/// How the program ends, as its caller sees it.
package enum ExitCode: Int32, Sendable, CaseIterable {
    /// All went well.
    case success = 0
    /// What was asked about failed: findings, a broken answer.
    case failed = 1
    /// The command line cannot be understood.
    case usage = 2
    /// An input cannot be read.
    case unreadable = 3
    /// A scripted message did not end well.
    case replayFailed = 4
    /// Cannot listen, cannot reach.
    case unavailable = 69
    case configuration = 78
    case interrupted = 130
    case terminated = 143

    var spec: ExitCodeSpec {
        let meaning =
            switch self {
            case .success: "success"
            case .failed: "what was asked about failed: findings, a broken answer"
            case .usage: "the command line cannot be understood"
            case .unreadable: "a file cannot be read"
            case .replayFailed: "a message did not end well"
            case .unavailable: "a service is unavailable: cannot listen, cannot reach"
            case .configuration: "the configuration is invalid"
            case .interrupted: "ended by SIGINT (Ctrl-C)"
            case .terminated: "ended by SIGTERM"
            }
        return ExitCodeSpec(Int(rawValue), meaning)
    }
}
