import Diagnostics
import Quantities

/// A report for people.
package struct TextReport {
    /// Where the text after a name begins.
    private static let nameColumns = 29

    private static let headingColumns = 10

    private let report: BenchReport

    package init(_ report: BenchReport) {
        self.report = report
    }

    package var text: String {
        var blocks = [heading]
        if report.runs.count > 1 {
            blocks.append(overview)
        } else {
            blocks += report.runs.map(details)
        }
        blocks.append(definitions)
        blocks.append(notes)
        blocks.append(checks)
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    // MARK: What was done

    private var heading: [String] {
        let (host, server) = (report.host, report.server)
        let place = server.isOwn ? "`ailoopctl serve` in a process of its own" : server.url
        var lines = [
            "\(report.program.name) \(report.program.version), \(report.startedAt)",
            Self.row("host", "\(host.processors) × \(host.processor), \(host.system)", columns: Self.headingColumns),
            Self.row("server", place + (server.service.map { "; \($0)" } ?? ""), columns: Self.headingColumns),
        ]
        guard let plan = report.runs.first?.plan else { return lines }
        lines.append(Self.row("load", load(plan), columns: Self.headingColumns))
        if plan.load != .idle { lines.append(Self.row("measured", length(plan), columns: Self.headingColumns)) }
        lines.append(Self.row("seed", "\(plan.seed)", columns: Self.headingColumns))
        return lines
    }

    private func load(_ plan: BenchPlan) -> String {
        let many = report.runs.count > 1 ? "sessions as below" : BenchReport.sessions(plan.sessions)
        switch plan.load {
        case .idle: return "\(many), started and left alone for \(Self.duration(plan.warmup))"
        case .closed(let think):
            let pause = think > 0 ? "\(Self.duration(think)) after" : "when"
            return "\(many), closed loop: each sends its next message \(pause) the answer is over"
        case .open(let rate, let arrivals):
            let kind = arrivals == .poisson ? "Poisson" : "constant"
            return "\(many), open loop: \(FigureText.threeDigits(rate)) messages/s, \(kind) arrivals"
        }
    }

    private func length(_ plan: BenchPlan) -> String {
        let messages = plan.messages.map { "\(FigureText.count($0)) message\($0 == 1 ? "" : "s")" }
        let length = [plan.duration.map(Self.duration), messages].compactMap(\.self).joined(separator: " or ")
        return "\(length), after \(Self.duration(plan.warmup)) of warm-up that is left out"
    }

    private static func duration(_ nanoseconds: UInt64) -> String {
        Quantity.text(of: .nanoseconds(Int64(clamping: nanoseconds)))
    }

    // MARK: One run

    private func details(_ run: RunResult) -> [String] {
        var table = TextTable(["", "p50", "p90", "p99", "max", "samples"])
        for metric in shownLatencies {
            let histogram = run.figures[metric]
            guard histogram.count > 0 else { continue }
            let quantiles = [0.5, 0.9, 0.99].map { histogram.value(at: $0).map(Self.time) ?? "–" }
            table.add(
                [metric.rawValue] + quantiles + [
                    Self.time(histogram.maximum), FigureText.count(Int(clamping: histogram.count)),
                ])
        }
        var lines = table.rows.count > 1 ? table.lines + [""] : []
        for metric in FigureMetric.allCases {
            guard isShown(metric, in: run), let value = metric.value(in: run) else { continue }
            lines.append(Self.row(metric.rawValue, metric.text(of: value)))
        }
        if let server = run.server, let idle = server.residentIdle {
            var parts = [
                "\(FigureText.size(Double(server.residentBefore))) before the sessions",
                "\(FigureText.size(Double(idle))) idle",
            ]
            if let peak = server.residentPeak { parts.append("\(FigureText.size(Double(peak))) at most under load") }
            lines.append(Self.row("server memory", parts.joined(separator: ", ")))
        }
        return lines
    }

    private static func row(_ name: String, _ text: String, columns: Int = nameColumns) -> String {
        name + String(repeating: " ", count: max(1, columns - name.count)) + text
    }

    private static func time(_ nanoseconds: UInt64) -> String { FigureText.time(Double(nanoseconds)) }

    /// Those of which any run has samples.
    private var shownLatencies: [LatencyMetric] {
        LatencyMetric.allCases.filter { metric in report.runs.contains { $0.figures[metric].count > 0 } }
    }

    private func isShown(_ metric: FigureMetric, in run: RunResult) -> Bool {
        switch metric {
        case .chunksPerSecond, .messagesPerSecond, .errorRate: run.plan.load != .idle
        case .unsent: if case .open = run.plan.load { true } else { false }
        default: true
        }
    }

    // MARK: Several runs

    private var overview: [String] {
        let latencies = shownLatencies.filter { [.ttft, .gap, .e2e, .intendedTTFT, .relay].contains($0) }
        var header = ["sessions"]
        for metric in latencies { header += ["\(metric.rawValue) p50", "p99"] }
        let figures: [FigureMetric] = [
            .chunksPerSecond, .messagesPerSecond, .errors, .serverCPU, .serverCPUPerChunk, .release,
        ].filter { metric in report.runs.contains { isShown(metric, in: $0) && metric.value(in: $0) != nil } }
        header += figures.map { Self.short($0) } + ["memory idle", "peak"]
        var table = TextTable(header)
        for run in report.runs {
            var row = [FigureText.count(run.startedSessions)]
            for metric in latencies {
                row += [0.5, 0.99].map { run.figures[metric].value(at: $0).map(Self.time) ?? "–" }
            }
            row += figures.map { metric in metric.value(in: run).map(metric.text) ?? "–" }
            row += [run.server?.residentIdle, run.server?.residentPeak].map {
                $0.map { FigureText.size(Double($0)) } ?? "–"
            }
            table.add(row)
        }
        return table.lines + [""] + BenchReport.Memory.allCases.compactMap(memoryLine)
    }

    private static func short(_ metric: FigureMetric) -> String {
        switch metric {
        case .chunksPerSecond: "chunks/s"
        case .messagesPerSecond: "messages/s"
        case .serverCPU: "server CPU"
        case .serverCPUPerChunk: "CPU a chunk"
        default: metric.rawValue
        }
    }

    private func memoryLine(_ memory: BenchReport.Memory) -> String? {
        guard let fit = report.memoryFit(memory) else { return nil }
        return "server memory, \(memory == .idle ? "sessions idle" : "peak under load"): "
            + "\(FigureText.size(fit.intercept)) + \(FigureText.size(fit.slope)) a session "
            + "(least squares, R² \(FigureText.fixed(fit.determination, decimals: 3)))"
    }

    // MARK: What it means

    private var definitions: [String] {
        var lines = shownLatencies.map { Self.row($0.rawValue, $0.definition) }
        for metric in FigureMetric.allCases
        where report.runs.contains(where: { isShown(metric, in: $0) && metric.value(in: $0) != nil }) {
            lines.append(Self.row(metric.rawValue, metric.definition))
        }
        return lines.isEmpty
            ? []
            : ["What the names mean (failed messages are in no time; percentiles are off by less than 1 %):"]
                + lines.map { "  " + $0 }
    }

    private var notes: [String] {
        var lines: [String] = []
        for run in report.runs {
            let place = report.runs.count > 1 ? "with \(BenchReport.sessions(run.plan.sessions)): " : ""
            for entry in run.figures.errors.entries {
                let example = entry.example.isEmpty ? "" : ": \(escapedForDisplay(entry.example))"
                lines.append(
                    "\(place)errors: \(FigureText.count(entry.count)) × \(escapedForDisplay(entry.kind))\(example)")
            }
            lines += Self.notes(on: run).map { place + $0 }
        }
        return lines
    }

    /// What a reader of the figures must know.
    package static func notes(on run: RunResult) -> [String] {
        var lines: [String] = []
        switch run.ending {
        case .complete: break
        case .interrupted: lines.append("warning: interrupted; the figures are of what was measured until then")
        case .lost(let reason): lines.append("warning: all sessions were lost: \(escapedForDisplay(reason))")
        case .unreachable(let reason): lines.append("warning: no session: \(escapedForDisplay(reason))")
        }
        if run.plan.load != .idle, run.figures.warmupMessages > 0 || run.plan.warmup > 0 {
            let failed =
                run.figures.warmupErrors > 0 ? ", \(FigureText.count(run.figures.warmupErrors)) of them failed" : ""
            lines.append("warm-up: \(FigureText.count(run.figures.warmupMessages)) messages left out\(failed)")
        }
        if run.startedSessions < run.plan.sessions, run.startedSessions > 0 {
            lines.append(
                "warning: \(FigureText.count(run.startedSessions)) of \(FigureText.count(run.plan.sessions)) sessions started"
            )
        }
        if run.lostSessions > 0 { lines.append("warning: \(FigureText.count(run.lostSessions)) sessions were lost") }
        if run.figures.unsentMessages > 0 {
            lines.append(
                "warning: \(FigureText.count(run.figures.unsentMessages)) messages were never sent, as no session was free: "
                    + "the rate is more than the sessions can take")
        }
        lines += run.client.warnings(over: run.figures.measuredNanoseconds).map { "warning: \($0)" }
        return lines
    }

    private var checks: [String] {
        report.checks.map { "\($0.isPassed ? "passed" : "FAILED")  \($0.sentence)" }
    }
}
