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
    private var gate: RequestGate.Member?
    private var waiting: [RequestGate.Ticket: OpenRouterCall] = [:]
    /// Calls live until they are over, whoever else drops them.
    private var running: [ObjectIdentifier: AnyObject] = [:]
    /// Reused for the events of each read, so that none allocates a list of its own.
    private var spareEvents: [ModelEvent] = []

    /// - Parameters:
    ///   - observer: hears of every attempt; not retained.
    ///   - random: 0 ..< 1, for the jitter of retries.
    package init(
        configuration: OpenRouterConfiguration, transport: any HTTPTransport, scheduler: any Scheduler,
        observer: (any OpenRouterObserver)? = nil, random: @escaping () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.configuration = configuration
        self.transport = transport
        self.scheduler = scheduler
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
        ModelListCall(service: self, completion: completion).start()
    }

    // MARK: Concurrent requests

    /// Has the service ask `gate` before every request. To be called once, before the first one.
    ///
    /// - Parameter wake: called on any thread, also from within this service; it must have ``gateOpened()`` called on the
    ///   loop later.
    package func share(_ gate: RequestGate, wake: @escaping @Sendable () -> Void) {
        self.gate = gate.join(wake: wake)
    }

    /// Starts the requests whose turn has come.
    package func gateOpened() {
        guard let gate else { return }
        for ticket in gate.takeGranted() {
            if let call = waiting.removeValue(forKey: ticket) {
                call.admitted()
            } else {
                gate.release()
            }
        }
    }

    /// Where the answer is ``RequestGate/Admission/waiting(_:)``, `call` hears of its turn by ``OpenRouterCall/admitted()``.
    func admit(_ call: OpenRouterCall, session: String) -> RequestGate.Admission {
        guard let gate else { return .granted }
        let admission = gate.request(session: session)
        if case .waiting(let ticket) = admission { waiting[ticket] = call }
        return admission
    }

    func withdraw(_ ticket: RequestGate.Ticket) {
        waiting[ticket] = nil
        gate?.withdraw(ticket)
    }

    func requestEnded() {
        gate?.release()
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
