import Benchmarking
import CommandLineSpec
import Configuration
import EventLoops
import HTTP1
import Quantities

/// What a benchmark was asked for on the command line, and what is wrong with it.
struct BenchRequest: Sendable, Equatable {
    /// nil: a server of our own.
    var url: HTTPURL?
    /// One for each run.
    var plans: [BenchPlan] = []
    var conditions: [FailCondition] = []
    var isJSON = false
    /// As it was called, without what may be secret.
    var command: [String]
    var problems: [UsageProblem] = []

    init(_ parsed: ParsedCommandLine) {
        command = Self.command(parsed)
        isJSON = parsed.isGiven("json")
        if let text = parsed.value(of: "url") { url = readURL(text) }
        let sessions = readSessions(parsed.value(of: "sessions") ?? "10")
        let plan = readPlan(parsed)
        plans = sessions.map { count in
            var plan = plan
            plan.sessions = count
            return plan
        }
        for text in parsed.values(of: "fail-if") {
            do throws(FailCondition.ParseError) {
                conditions.append(try FailCondition(text))
            } catch {
                problems.append(UsageProblem("`--fail-if`: \(error.message)", help: error.help))
            }
        }
        if parsed.isGiven("arrivals"), !parsed.isGiven("rate") {
            problems.append(UsageProblem("`--arrivals` needs `--rate`"))
        }
    }

    private static func command(_ parsed: ParsedCommandLine) -> [String] {
        var words = [CommandTable.program.name, "bench"]
        for option in parsed.options {
            words.append("--\(option.name)")
            guard let value = option.value else { continue }
            // The query of a URL may hold a token.
            let query = option.name == "url" ? value.firstIndex(of: "?") : nil
            words.append(query.map { "\(value[..<$0])?…" } ?? value)
        }
        return words
    }

    // MARK: Values

    private mutating func readURL(_ text: String) -> HTTPURL? {
        do throws(ServerURL.Problem) {
            return try ServerURL(text).url
        } catch {
            problems.append(error.usage)
            return nil
        }
    }

    private mutating func readSessions(_ text: String) -> [Int] {
        let counts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let valid = counts.compactMap(\.self).filter { (1...BenchPlan.maximumSessions).contains($0) }
        guard valid.count == counts.count, valid.count <= BenchPlan.maximumRuns else {
            problems.append(
                UsageProblem(
                    "`--sessions` must be a whole number from 1 to \(BenchPlan.maximumSessions), or up to "
                        + "\(BenchPlan.maximumRuns) of them with commas between", help: "write for example `1,10,100`"))
            return []
        }
        return valid
    }

    private func readPlan(_ parsed: ParsedCommandLine) -> BenchPlan {
        var plan = BenchPlan()
        if let messages = parsed.value(of: "messages").flatMap({ Int($0) }) {
            plan.messages = messages
            plan.duration = nil
        }
        if let duration = parsed.time("duration") { plan.duration = duration }
        plan.warmup = parsed.time("warmup") ?? plan.warmup
        plan.timeout = parsed.time("timeout") ?? plan.timeout
        plan.seed = parsed.value(of: "seed").flatMap { UInt64($0) } ?? plan.seed
        let texts = parsed.values(of: "message")
        if !texts.isEmpty { plan.texts = texts }
        if parsed.isGiven("idle") {
            plan.load = .idle
        } else if let rate = parsed.number(of: "rate") {
            let arrivals = parsed.value(of: "arrivals").flatMap { BenchPlan.Arrivals(rawValue: $0) } ?? .poisson
            plan.load = .open(rate: rate, arrivals: arrivals)
        } else {
            plan.load = .closed(think: parsed.time("think") ?? 0)
        }
        return plan
    }
}

extension ParsedCommandLine {
    /// Nanoseconds.
    fileprivate func time(_ option: String) -> UInt64? {
        duration(of: option).map { UInt64(clamping: $0.nanoseconds) }
    }
}
