import AILoop
import HTTP1
import JSON
import OpenRouter

/// A service on a fake transport and virtual time.
final class ServiceBench {
    let scheduler = VirtualScheduler()
    let transport = FakeTransport()
    let observer = AttemptLog()
    let service: OpenRouterService

    init(
        timeout: Duration = .seconds(60), firstByte: Duration? = nil, idle: Duration? = nil,
        retries: RetryPolicy = RetryPolicy(), jitter: Double = 1,
        configure: (inout OpenRouterConfiguration) -> Void = { _ in }
    ) {
        var configuration = OpenRouterConfiguration(
            baseURL: "https://openrouter.ai/api/v1", apiKey: Self.key, timeout: timeout, firstByteTimeout: firstByte,
            idleTimeout: idle, retries: retries)
        configure(&configuration)
        service = OpenRouterService(
            configuration: configuration, transport: transport, scheduler: scheduler, observer: observer,
            random: { jitter })
    }

    static let key = "sk-or-v1-0123456789abcdef0123456789abcdef"

    var exchanges: [FakeExchange] { transport.exchanges }
    /// The newest request.
    var exchange: FakeExchange? { transport.exchanges.last }

    func ask(_ text: String = "Why is the sky blue?", session: String = "s1") -> (call: any ModelCall, log: EventLog) {
        let log = EventLog()
        let request = ModelRequest(model: "test/model", messages: [.user(text)], sessionID: session)
        return (service.start(request, receiver: log), log)
    }
}

final class AttemptLog: OpenRouterObserver {
    private(set) var attempts: [OpenRouterAttempt] = []

    func attemptEnded(_ report: OpenRouterAttempt) {
        attempts.append(report)
    }
}

/// Pieces of streams.
enum Stream {
    static func text(_ text: String) -> String {
        frame(["choices": [["index": 0, "delta": ["content": .string(text)]]]])
    }

    static func finish(_ reason: String = "stop") -> String {
        frame(["choices": [["index": 0, "delta": ["content": ""], "finish_reason": .string(reason)]]])
    }

    static func frame(_ value: JSONValue) -> String { "data: \(value.jsonText)\n\n" }

    static let done = "data: [DONE]\n\n"
    static let comment = ": OPENROUTER PROCESSING\n\n"
}
