/// A number of a run, named as `--fail-if` names it: `ttft.p99`, `errors`.
package enum MetricReference: Sendable, Equatable {
    package enum Statistic: Sendable, Equatable {
        /// Of 1: 0.99 for `p99`.
        case quantile(Double)
        case minimum, maximum, mean
    }

    case latency(LatencyMetric, Statistic)
    case figure(FigureMetric)

    /// nil where there is no such number.
    package init?(_ name: String) {
        if let figure = FigureMetric(rawValue: name) {
            self = .figure(figure)
            return
        }
        guard let dot = name.firstIndex(of: "."), let metric = LatencyMetric(rawValue: String(name[..<dot])),
            let statistic = Self.statistic(name[name.index(after: dot)...])
        else { return nil }
        self = .latency(metric, statistic)
    }

    private static func statistic(_ name: Substring) -> Statistic? {
        switch name {
        case "min": return .minimum
        case "max": return .maximum
        case "mean": return .mean
        default:
            // p50, p99, p99.9
            guard name.first == "p", name.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }),
                let percent = Double(name.dropFirst()), percent > 0, percent <= 100
            else { return nil }
            return .quantile(percent / 100)
        }
    }

    package var unit: FigureMetric.Unit {
        switch self {
        case .latency: .nanoseconds
        case .figure(let metric): metric.unit
        }
    }

    /// In the unit's base; nil where the run has no samples of it.
    package func value(in result: RunResult) -> Double? {
        switch self {
        case .figure(let metric): return metric.value(in: result)
        case .latency(let metric, let statistic):
            let histogram = result.figures[metric]
            guard histogram.count > 0 else { return nil }
            return switch statistic {
            case .quantile(let quantile): histogram.value(at: quantile).map { Double($0) }
            case .minimum: Double(histogram.minimum)
            case .maximum: Double(histogram.maximum)
            case .mean: histogram.mean
            }
        }
    }

    /// All that can be named.
    package static var catalog: String {
        let times = LatencyMetric.allCases.map(\.rawValue).joined(separator: ", ")
        let figures = FigureMetric.allCases.map(\.rawValue).joined(separator: ", ")
        return
            "times \(times), each with .p50, .p90, .p99, .p99.9 (any percentile), .min, .max or .mean; figures \(figures)"
    }
}
