package import AILoop

/// The pace of the built-in service, and its script.
package struct MockConfiguration: Sendable {
    /// To the first chunk of an answer.
    package var firstChunk: Duration
    /// Between chunks. Zero: as fast as possible, one chunk a turn of the event loop.
    package var chunkInterval: Duration
    /// How many chunks an answer in prose has; 0: as many as its text needs.
    package var chunks: Int
    /// Bytes of a chunk (characters stay whole); 0: a word each.
    package var chunkBytes: Int
    /// Looked through in order; the first one that matches counts.
    package var rules: [MockRule]
    /// How long the prompt `timeout` keeps silent.
    package var silence: Duration

    package init(
        firstChunk: Duration = .milliseconds(150), chunkInterval: Duration = .milliseconds(30), chunks: Int = 0,
        chunkBytes: Int = 0, rules: [MockRule] = [], silence: Duration = .seconds(3)
    ) {
        self.firstChunk = firstChunk
        self.chunkInterval = chunkInterval
        self.chunks = max(chunks, 0)
        self.chunkBytes = max(chunkBytes, 0)
        self.rules = rules
        self.silence = silence
    }
}

/// The built-in service: streams believable text without a network, the same for the same conversation.
package final class MockService: ModelService {
    private let configuration: MockConfiguration
    private let scheduler: any Scheduler

    package init(configuration: MockConfiguration = MockConfiguration(), scheduler: any Scheduler) {
        self.configuration = configuration
        self.scheduler = scheduler
    }

    package func start(_ request: ModelRequest, receiver: any ModelCallReceiver) -> any ModelCall {
        let answer = MockAuthor(configuration: configuration, request: request).answer()
        let playback = MockPlayback(answer: answer, configuration: configuration, request: request)
        let call = MockCall(playback: playback, scheduler: scheduler, receiver: receiver)
        call.start(
            after: configuration.firstChunk.wholeNanoseconds &+ answer.delay,
            interval: answer.chunkInterval ?? configuration.chunkInterval.wholeNanoseconds)
        return call
    }

    package func listModels(completion: @escaping (Result<[ModelDescription], ModelError>) -> Void) {
        _ = scheduler.schedule(after: 0) {
            completion(.success([ModelDescription(id: "mock", name: "Built-in mock", supportedParameters: ["tools"])]))
        }
    }
}

/// One answer of the built-in service, being played.
final class MockCall: ModelCall {
    private var playback: MockPlayback
    private let scheduler: any Scheduler
    private var receiver: (any ModelCallReceiver)?
    private var interval: UInt64 = 0
    /// When the next event is due, by the scheduler's clock.
    private var due: UInt64 = 0
    /// nil while paused, and once the call has ended.
    private var timer: (any ScheduledWork)?
    private var isPaused = false

    init(playback: MockPlayback, scheduler: any Scheduler, receiver: any ModelCallReceiver) {
        self.playback = playback
        self.scheduler = scheduler
        self.receiver = receiver
    }

    func start(after nanoseconds: UInt64, interval: UInt64) {
        self.interval = interval
        due = scheduler.now &+ nanoseconds
        arm()
    }

    private func arm() {
        let now = scheduler.now
        timer = scheduler.schedule(after: due > now ? due - now : 0) { self.deliverNext() }
    }

    private func deliverNext() {
        timer = nil
        guard let receiver, let event = playback.next() else { return }
        // From when it was due, not from now: the pace does not drift.
        due &+= interval
        if playback.isOver {
            self.receiver = nil
        } else {
            arm()
        }
        receiver.modelCall(self, received: event)
    }

    func cancel() {
        receiver = nil
        disarm()
    }

    func pauseReading() {
        isPaused = true
        disarm()
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        guard receiver != nil else { return }
        due = max(due, scheduler.now)
        arm()
    }

    private func disarm() {
        timer?.cancel()
        timer = nil
    }
}
