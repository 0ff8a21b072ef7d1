/// A number that the product counts: one time series with its labels fixed. ``MetricFamily/all`` names and describes them.
///
/// The raw value is the series' place in a ``MetricsShard``.
package enum Metric: Int, CaseIterable, Sendable {
    case connectionsActive
    case connectionsAccepted
    case connectionsRefused
    case connectionsDroppedSlow
    case sessionsActive
    case sessionsStarted
    case sessionsResumed
    case userMessagesAccepted
    case chunksSent
    case bytesReceived
    case bytesSent
    case requestErrors
    case protocolViolations
    case upstreamRequestsActive
    case upstreamRequestsSucceeded
    case upstreamRequestsFailed
    case upstreamRequestsTimedOut
    case upstreamRequestsCancelled
    case upstreamRetries
    case promptTokens
    case completionTokens
    case toolCallsClient
    case toolCallsServer
    case logLinesDropped
}

/// Durations of which the distribution is kept.
package enum DurationMetric: Int, CaseIterable, Sendable {
    case firstChunk
    case chunkRelay
    case toolRun
}

/// One row of the table of metrics: what `/metrics` and the reference say about it.
package struct MetricFamily: Sendable {
    package enum Kind: String, Sendable { case counter, gauge, histogram }

    package enum Series: Sendable {
        case single(Metric)
        /// One series for each value of a label.
        case labelled(String, [(value: String, metric: Metric)])
        /// Upper bounds in nanoseconds, ascending; one more bucket without a bound follows.
        case durations(DurationMetric, bounds: [Int])
        /// One series for each tool and outcome of ``Metrics/tools``.
        case tools
    }

    /// `ailoop_…`, in base units (`_seconds`, `_bytes`); a counter's ends in `_total`.
    package var name: String
    package var kind: Kind
    /// One sentence.
    package var help: String
    package var series: Series

    private init(_ name: String, _ kind: Kind, _ help: String, _ series: Series) {
        self.name = name
        self.kind = kind
        self.help = help
        self.series = series
    }

    private static let microsecond = 1_000
    private static let millisecond = 1_000_000

    /// Every metric, in the order of the page.
    package static let all: [MetricFamily] = [
        MetricFamily(
            "ailoop_connections_active", .gauge, "WebSocket connections that are open.", .single(.connectionsActive)),
        MetricFamily(
            "ailoop_connections_accepted_total", .counter, "WebSocket connections that were opened.",
            .single(.connectionsAccepted)),
        MetricFamily(
            "ailoop_connections_refused_total", .counter, "Connections that were turned away before the upgrade.",
            .single(.connectionsRefused)),
        MetricFamily(
            "ailoop_connections_dropped_slow_total", .counter,
            "Connections that were dropped because the client read too slowly.", .single(.connectionsDroppedSlow)),
        MetricFamily("ailoop_sessions_active", .gauge, "Sessions that have not ended.", .single(.sessionsActive)),
        MetricFamily(
            "ailoop_sessions_started_total", .counter, "Sessions that were started.", .single(.sessionsStarted)),
        MetricFamily(
            "ailoop_sessions_resumed_total", .counter, "Sessions that another connection took over.",
            .single(.sessionsResumed)),
        MetricFamily(
            "ailoop_user_messages_total", .counter, "User messages that were accepted.", .single(.userMessagesAccepted)),
        MetricFamily(
            "ailoop_chunks_sent_total", .counter, "Chunks of answers that were sent to clients.", .single(.chunksSent)),
        MetricFamily(
            "ailoop_received_bytes_total", .counter, "Bytes that were read from clients.", .single(.bytesReceived)),
        MetricFamily("ailoop_sent_bytes_total", .counter, "Bytes that were queued for clients.", .single(.bytesSent)),
        MetricFamily(
            "ailoop_request_errors_total", .counter, "Requests of clients that were answered with an error.",
            .single(.requestErrors)),
        MetricFamily(
            "ailoop_protocol_violations_total", .counter,
            "Connections that were closed for breaking HTTP or WebSocket rules.", .single(.protocolViolations)),
        MetricFamily(
            "ailoop_upstream_requests_active", .gauge, "Calls to the AI service that are under way.",
            .single(.upstreamRequestsActive)),
        MetricFamily(
            "ailoop_upstream_requests_total", .counter, "Calls to the AI service that ended, by outcome.",
            .labelled(
                "outcome",
                [
                    ("success", .upstreamRequestsSucceeded), ("error", .upstreamRequestsFailed),
                    ("timeout", .upstreamRequestsTimedOut), ("cancelled", .upstreamRequestsCancelled),
                ])),
        MetricFamily(
            "ailoop_upstream_retries_total", .counter, "Calls to the AI service that were tried again.",
            .single(.upstreamRetries)),
        MetricFamily(
            "ailoop_tokens_total", .counter, "Tokens that the AI service reported, by kind.",
            .labelled("kind", [("prompt", .promptTokens), ("completion", .completionTokens)])),
        MetricFamily(
            "ailoop_tool_calls_total", .counter, "Tool calls of the model, by who executes them.",
            .labelled("executor", [("client", .toolCallsClient), ("server", .toolCallsServer)])),
        MetricFamily(
            "ailoop_tool_results_total", .counter,
            "Tool calls that ended, by tool and outcome; an empty tool stands for calls that were not carried out.",
            .tools),
        MetricFamily(
            "ailoop_tool_run_seconds", .histogram, "Runs of tools that the server carries out.",
            .durations(
                .toolRun,
                bounds: [1, 5, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000]
                    .map { $0 * millisecond })),
        MetricFamily(
            "ailoop_first_chunk_seconds", .histogram, "From a user message's acceptance to its first chunk.",
            .durations(
                .firstChunk,
                bounds: [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000]
                    .map { $0 * millisecond })),
        MetricFamily(
            "ailoop_chunk_relay_seconds", .histogram, "From reading a chunk from the AI service to writing its frame.",
            .durations(
                .chunkRelay,
                bounds: [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 1_000_000]
                    .map { $0 * microsecond })),
        MetricFamily(
            "ailoop_log_lines_dropped_total", .counter, "Log lines that were left out because the log was too slow.",
            .single(.logLinesDropped)),
    ]
}
