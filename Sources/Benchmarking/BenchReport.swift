/// All that a call of the benchmark has to tell.
package struct BenchReport: Sendable {
    package struct Program: Sendable, Equatable {
        package var name: String
        package var version: String

        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// What was measured.
    package struct Server: Sendable, Equatable {
        /// Without its query, which may hold a secret.
        package var url: String
        /// It was started for this, one for each run.
        package var isOwn: Bool
        /// Who answers, where it is known, as a phrase.
        package var service: String?

        package init(url: String, isOwn: Bool, service: String? = nil) {
            self.url = url
            self.isOwn = isOwn
            self.service = service
        }
    }

    package struct Check: Sendable {
        package var condition: FailCondition
        package var sessions: Int
        package var outcome: FailCondition.Outcome

        package var isPassed: Bool {
            if case .passed = outcome { true } else { false }
        }

        /// What came of it, as a sentence.
        package var sentence: String {
            let place = "with \(BenchReport.sessions(sessions))"
            return switch outcome {
            case .passed(let value): "`\(condition.text)` \(place): no, it is \(condition.text(of: value))"
            case .failed(let value): "`\(condition.text)` \(place): yes, it is \(condition.text(of: value))"
            case .noSamples: "`\(condition.text)` \(place): cannot be told, nothing of it was measured"
            }
        }
    }

    /// `1 session`, `1,000 sessions`
    static func sessions(_ count: Int) -> String {
        "\(FigureText.count(count)) \(count == 1 ? "session" : "sessions")"
    }

    package var program: Program
    package var host: HostDescription
    /// RFC 3339.
    package var startedAt: String
    /// As it was called, without secrets.
    package var command: [String]
    package var server: Server
    package var runs: [RunResult] = []
    package var conditions: [FailCondition]

    package init(
        program: Program, host: HostDescription, startedAt: String, command: [String], server: Server,
        conditions: [FailCondition]
    ) {
        self.program = program
        self.host = host
        self.startedAt = startedAt
        self.command = command
        self.server = server
        self.conditions = conditions
    }

    /// Every condition, for every run.
    package var checks: [Check] {
        runs.flatMap { run in
            conditions.map { Check(condition: $0, sessions: run.plan.sessions, outcome: $0.check(run)) }
        }
    }

    package enum Memory: String, Sendable, CaseIterable { case idle, peak }

    /// The server's memory over the number of sessions: started and idle, and at its highest under load. nil for fewer than
    /// two numbers of sessions.
    package func memoryFit(_ memory: Memory) -> LineFit? {
        LineFit(
            runs.compactMap { run in
                let bytes = memory == .idle ? run.server?.residentIdle : run.server?.residentPeak
                return bytes.map { (Double(run.startedSessions), Double($0)) }
            })
    }
}
