package import JSON

/// A report for programs. ``version`` is raised by changes that a reader must know of; members may be added without.
package struct JSONReport {
    package static let version = 1

    private let report: BenchReport

    package init(_ report: BenchReport) {
        self.report = report
    }

    /// One JSON object and a line's end.
    package var bytes: [UInt8] { value.encoded() + [UInt8(ascii: "\n")] }

    package var value: JSONValue {
        let host = report.host
        var server: JSONObject = ["url": .string(report.server.url), "isOwn": .bool(report.server.isOwn)]
        server["service"] = report.server.service.map { .string($0) }
        return [
            "version": .number(JSONNumber(Self.version)),
            "program": ["name": .string(report.program.name), "version": .string(report.program.version)],
            "command": .array(report.command.map { .string($0) }),
            "startedAt": .string(report.startedAt),
            "host": [
                "system": .string(host.system), "processor": .string(host.processor),
                "processors": Self.integer(host.processors), "memoryBytes": Self.integer(host.memoryBytes),
            ],
            "server": .object(server),
            "definitions": .object(definitions),
            "runs": .array(report.runs.map(run)),
            "memory": memory,
            "checks": .array(report.checks.map(check)),
        ]
    }

    private var definitions: JSONObject {
        var object = JSONObject()
        for metric in LatencyMetric.allCases {
            object[metric.rawValue] = ["unit": "ns", "meaning": .string(metric.definition)]
        }
        for metric in FigureMetric.allCases {
            object[metric.rawValue] = ["unit": .string(metric.unit.rawValue), "meaning": .string(metric.definition)]
        }
        return object
    }

    // MARK: Runs

    private func run(_ run: RunResult) -> JSONValue {
        let figures = run.figures
        var times = JSONObject()
        for metric in LatencyMetric.allCases where figures[metric].count > 0 {
            times[metric.rawValue] = Self.distribution(figures[metric])
        }
        var numbers = JSONObject()
        for metric in FigureMetric.allCases {
            numbers[metric.rawValue] = metric.value(in: run).flatMap { JSONNumber($0) }.map { .number($0) }
        }
        let errors = figures.errors.entries.map { entry -> JSONValue in
            ["kind": .string(entry.kind), "count": Self.integer(entry.count), "example": .string(entry.example)]
        }
        return [
            "plan": plan(run.plan), "ending": .string(ending(run.ending)),
            "startedSessions": Self.integer(run.startedSessions), "lostSessions": Self.integer(run.lostSessions),
            "measuredNanoseconds": Self.integer(figures.measuredNanoseconds),
            "messages": [
                "warmup": Self.integer(figures.warmupMessages), "warmupFailed": Self.integer(figures.warmupErrors),
                "sent": Self.integer(figures.sentMessages), "answered": Self.integer(figures.answeredMessages),
                "failed": Self.integer(figures.failedMessages), "unsent": Self.integer(figures.unsentMessages),
            ],
            "chunks": Self.integer(figures.chunksInTime),
            "times": .object(times), "figures": .object(numbers), "errors": .array(errors),
            "serverUsage": run.server.map(server) ?? .null,
            "client": [
                "cpuNanoseconds": Self.integer(run.client.cpuNanoseconds), "lag": Self.distribution(run.client.lag),
            ],
            "notes": .array(TextReport.notes(on: run).map { .string($0) }),
        ]
    }

    private func ending(_ ending: RunResult.Ending) -> String {
        switch ending {
        case .complete: "complete"
        case .interrupted: "interrupted"
        case .lost: "lost"
        case .unreachable: "unreachable"
        }
    }

    private func plan(_ plan: BenchPlan) -> JSONValue {
        var object: JSONObject = ["sessions": Self.integer(plan.sessions)]
        switch plan.load {
        case .idle: object["load"] = "idle"
        case .closed(let think):
            object["load"] = "closed"
            object["thinkNanoseconds"] = Self.integer(think)
        case .open(let rate, let arrivals):
            object["load"] = "open"
            object["rate"] = JSONNumber(rate).map { .number($0) }
            object["arrivals"] = .string(arrivals.rawValue)
        }
        object["durationNanoseconds"] = plan.duration.map { Self.integer($0) } ?? .null
        object["messages"] = plan.messages.map { Self.integer($0) } ?? .null
        object["warmupNanoseconds"] = Self.integer(plan.warmup)
        object["timeoutNanoseconds"] = Self.integer(plan.timeout)
        // A seed may be beyond what a double holds exactly.
        object["seed"] = .number(JSONNumber(validated: String(plan.seed)))
        object["texts"] = .array(plan.texts.map { .string($0) })
        return .object(object)
    }

    private func server(_ usage: ServerUsage) -> JSONValue {
        [
            "residentBeforeBytes": Self.integer(usage.residentBefore),
            "residentIdleBytes": usage.residentIdle.map { Self.integer($0) } ?? .null,
            "residentPeakBytes": usage.residentPeak.map { Self.integer($0) } ?? .null,
            "cpuNanoseconds": usage.cpuNanoseconds.map { Self.integer($0) } ?? .null,
            "releaseNanoseconds": usage.releaseNanoseconds.map { Self.integer($0) } ?? .null,
        ]
    }

    /// In nanoseconds. `buckets` has `[upper bound, count]`: the values above the bound before, up to this one.
    private static func distribution(_ histogram: LatencyHistogram) -> JSONValue {
        guard histogram.count > 0 else { return ["unit": "ns", "count": 0] }
        var object: JSONObject = [
            "unit": "ns", "count": integer(histogram.count), "min": integer(histogram.minimum),
            "max": integer(histogram.maximum),
        ]
        object["mean"] = histogram.mean.flatMap { JSONNumber($0) }.map { .number($0) }
        for (name, quantile) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)] {
            object[name] = histogram.value(at: quantile).map { integer($0) }
        }
        object["maximumRelativeError"] = JSONNumber(LatencyHistogram.maximumRelativeError).map { .number($0) }
        object["buckets"] = .array(histogram.buckets.map { [integer($0.upperBound), integer($0.count)] })
        return .object(object)
    }

    private static func integer(_ value: some BinaryInteger) -> JSONValue {
        .number(JSONNumber(validated: "\(value)"))
    }

    // MARK: Over all runs

    private var memory: JSONValue {
        var object = JSONObject()
        for memory in BenchReport.Memory.allCases {
            guard let fit = report.memoryFit(memory) else { continue }
            let numbers = [
                ("interceptBytes", fit.intercept), ("bytesPerSession", fit.slope), ("determination", fit.determination),
            ]
            var members = JSONObject()
            for (name, value) in numbers { members[name] = JSONNumber(value).map { .number($0) } }
            object[memory.rawValue] = .object(members)
        }
        return .object(object)
    }

    private func check(_ check: BenchReport.Check) -> JSONValue {
        var object: JSONObject = [
            "condition": .string(check.condition.text), "sessions": Self.integer(check.sessions),
            "passed": .bool(check.isPassed),
        ]
        switch check.outcome {
        case .passed(let value), .failed(let value): object["value"] = JSONNumber(value).map { .number($0) }
        case .noSamples: object["value"] = .null
        }
        return .object(object)
    }
}
