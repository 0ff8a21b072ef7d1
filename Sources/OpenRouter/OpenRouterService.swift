package import AILoop
package import HTTP1

/// Answers conversations through OpenRouter, or an OpenAI-compatible endpoint.
///
/// Isolation: the service, its transport, its scheduler and its calls live on one event loop.
package final class OpenRouterService: ModelService {
    let configuration: OpenRouterConfiguration
    let transport: any HTTPTransport
    let scheduler: any Scheduler
    weak let observer: (any OpenRouterObserver)?
    private let random: () -> Double
    let turns: RequestTurns
    /// Calls live until they are over, whoever else drops them.
    private var running: [ObjectIdentifier: AnyObject] = [:]
    /// Reused for the events of each read, so that none allocates a list of its own.
    private var spareEvents: [ModelEvent] = []

    /// - Parameters:
    ///   - turns: where requests wait for their turn; by default each has it at once.
    ///   - observer: hears of every attempt; not retained.
    ///   - random: 0 ..< 1, for the jitter of retries.
    package init(
        configuration: OpenRouterConfiguration, transport: any HTTPTransport, scheduler: any Scheduler,
        turns: RequestTurns = RequestTurns(), observer: (any OpenRouterObserver)? = nil,
        random: @escaping () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.configuration = configuration
        self.transport = transport
        self.scheduler = scheduler
        self.turns = turns
        self.observer = observer
        self.random = random
    }

    package func start(_ request: ModelRequest, receiver: any ModelCallReceiver) -> any ModelCall {
        let call = OpenRouterCall(request, service: self, receiver: receiver)
        retain(call)
        call.start()
        return call
    }

    package func listModels(completion: @escaping (Result<[ModelDescription], ModelError>) -> Void) {
        EndpointQuery(
            "/models", "list of models", maximumBodyBytes: ModelList.maximumBodyBytes, service: self,
            decode: ModelList.models, completion: completion
        ).start()
    }

    /// What the service tells of the key that it is called with. Only OpenRouter does.
    package func describeKey(completion: @escaping (Result<KeyDescription, ModelError>) -> Void) {
        EndpointQuery(
            "/key", "description of a key", maximumBodyBytes: KeyDescription.maximumBodyBytes, service: self,
            decode: { KeyDescription($0) }, completion: completion
        ).start()
    }

    // MARK: For calls

    func jitter() -> Double { random() }

    func retain(_ call: AnyObject) {
        running[ObjectIdentifier(call)] = call
    }

    func ended(_ call: AnyObject) {
        running[ObjectIdentifier(call)] = nil
    }

    /// A list that grew beyond this is given back to the allocator.
    private static let retainedEvents = 256

    /// An empty list, with the memory of the last one where that is free. To be given back by ``putBack(_:)``.
    func takeEvents() -> [ModelEvent] {
        var events: [ModelEvent] = []
        swap(&events, &spareEvents)
        return events
    }

    func putBack(_ events: inout [ModelEvent]) {
        guard events.capacity <= Self.retainedEvents else { return }
        events.removeAll(keepingCapacity: true)
        swap(&events, &spareEvents)
    }
}

/// Hears how the attempts of model calls went: for metrics and the log.
package protocol OpenRouterObserver: AnyObject {
    /// A request to the upstream is over.
    func attemptEnded(_ report: OpenRouterAttempt)
}

/// One request to the upstream, when it is over.
package struct OpenRouterAttempt: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case answered
        case cancelled
        case failed(ModelError)
    }

    package var outcome: Outcome
    /// Nanoseconds from the request to its end.
    package var duration: UInt64
    /// Nanoseconds from the request to the first piece of the answer; nil: none came.
    package var firstChunk: UInt64?
    /// Nanoseconds until the next attempt; nil: there is none.
    package var retryAfter: UInt64?
}
