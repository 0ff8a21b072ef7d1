import CommandLineSpec

extension Invocation {
    /// Options that only a session in this process could follow, for where `--url` is given.
    var localOptionProblems: [UsageProblem] {
        ["config", "ai-service"].filter { parsed.isGiven($0) }.map {
            UsageProblem("`--\($0)` cannot go with `--url`", help: "the server has its own configuration")
        }
    }
}
