import Diagnostics
import Quantities

/// When a benchmark counts as failed: `ttft.p99>200ms`, `errors>0`, `chunks_per_second<1000`, `server_resident>=64MiB`.
package struct FailCondition: Sendable, Equatable {
    package enum Comparison: String, Sendable, CaseIterable {
        // The longer ones first: they start like the others.
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"

        func holds(_ value: Double, _ limit: Double) -> Bool {
            switch self {
            case .atLeast: value >= limit
            case .atMost: value <= limit
            case .above: value > limit
            case .below: value < limit
            }
        }
    }

    /// Why a text is no condition, and what would be.
    package struct ParseError: Error, Sendable, Equatable {
        package var message: String
        package var help: String
    }

    package enum Outcome: Sendable, Equatable {
        /// The condition does not hold: all is well.
        case passed(Double)
        case failed(Double)
        /// There is nothing to compare, so that nothing is shown to be well.
        case noSamples
    }

    /// As it was written.
    package let text: String
    package let metric: MetricReference
    package let comparison: Comparison
    /// In the metric's base unit.
    package let limit: Double

    package init(_ text: String) throws(ParseError) {
        self.text = text
        let written = text.filter { !$0.isWhitespace }
        guard let range = Self.comparisonRange(in: written),
            let comparison = Comparison(rawValue: String(written[range]))
        else {
            throw ParseError(
                message: "\(quotedForDisplay(text)) has no comparison",
                help: "write METRIC>VALUE, with >, >=, < or <=, as in `ttft.p99>200ms`")
        }
        let name = String(written[..<range.lowerBound])
        guard let metric = MetricReference(name) else {
            throw ParseError(
                message: "\(quotedForDisplay(name)) in \(quotedForDisplay(text)) is no metric",
                help: Self.nearest(to: name) + MetricReference.catalog)
        }
        let value = String(written[range.upperBound...])
        guard let limit = Self.value(value, in: metric.unit) else {
            throw ParseError(
                message:
                    "\(quotedForDisplay(value)) in \(quotedForDisplay(text)) is no value of \(quotedForDisplay(name))",
                help: Self.expectation(metric.unit))
        }
        self.metric = metric
        self.comparison = comparison
        self.limit = limit
    }

    private static func comparisonRange(in text: String) -> Range<String.Index>? {
        guard let start = text.firstIndex(where: { $0 == "<" || $0 == ">" }) else { return nil }
        var end = text.index(after: start)
        if end < text.endIndex, text[end] == "=" { end = text.index(after: end) }
        return start..<end
    }

    private static func nearest(to name: String) -> String {
        let statistics = ["p50", "p90", "p99", "min", "max", "mean"]
        let times = LatencyMetric.allCases.flatMap { metric in statistics.map { "\(metric.rawValue).\($0)" } }
        if LatencyMetric(rawValue: name) != nil { return "write for example `\(name).p99`; there are: " }
        let known = FigureMetric.allCases.map(\.rawValue) + times
        return nearestName(to: name, among: known).map { "did you mean `\($0)`? there are: " } ?? "there are: "
    }

    private static func value(_ text: String, in unit: FigureMetric.Unit) -> Double? {
        switch unit {
        case .count: return number(text[...])
        case .share: return text.hasSuffix("%") ? number(text.dropLast()).map { $0 / 100 } : nil
        case .nanoseconds:
            return Quantity.duration(text).map { Double($0.nanoseconds) }
        case .bytes: return Quantity.size(text).map { Double($0) }
        }
    }

    private static func number(_ text: Substring) -> Double? {
        guard text.first?.isNumber == true, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    private static func expectation(_ unit: FigureMetric.Unit) -> String {
        switch unit {
        case .count: "it is a plain number, as in `1000`"
        case .share: "it is a percentage, as in `2.5%`"
        case .nanoseconds: "it is a time with its unit (ns, us, ms, s, m), as in `200ms`"
        case .bytes: "it is a size with its unit (B, KiB, MiB, GiB, kB, MB, GB), as in `64MiB`"
        }
    }

    // MARK: Checking

    package func check(_ result: RunResult) -> Outcome {
        guard let value = metric.value(in: result) else { return .noSamples }
        return comparison.holds(value, limit) ? .failed(value) : .passed(value)
    }

    /// A value of the metric, for a person.
    package func text(of value: Double) -> String {
        FigureMetric.text(of: value, in: metric.unit)
    }
}
