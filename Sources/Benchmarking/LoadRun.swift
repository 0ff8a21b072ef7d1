package import EventLoops
import Synchronization

/// One run of a load, on an event loop of its own. Thread-safe.
package final class LoadRun: Sendable {
    private struct State {
        var generator: LoopBound<LoadGenerator>?
        var result: RunResult
    }

    private let loop: EventLoop
    private let state: Mutex<State>

    /// - Throws: where the process has no descriptors left.
    package init(_ plan: BenchPlan, target: LoadTarget) throws(SystemError) {
        loop = try EventLoop(name: "load")
        state = Mutex(State(generator: nil, result: RunResult(plan: plan)))
        let loop = loop
        // The first that is submitted, so that whatever is asked of the run finds it.
        loop.submit { [weak self] in
            let generator = LoadGenerator(plan: plan, target: target, loop: loop) { result in
                self?.state.withLock { $0 = State(generator: nil, result: result) }
                loop.stop()
            }
            let bound = LoopBound(generator, loop: loop)
            self?.state.withLock { $0.generator = bound }
            generator.start()
        }
    }

    /// Runs the load on the calling thread until it is over. To be called once.
    package func run() -> RunResult {
        loop.run()
        return state.withLock { $0.result }
    }

    /// Ends the run; what was measured so far counts.
    package func interrupt() {
        loop.submit { self.state.withLock { $0.generator }?.value.interrupt() }
    }

    /// Gives `receive` how far the run is, on the run's thread; not where it is over.
    package func readProgress(_ receive: @escaping @Sendable (LoadProgress) -> Void) {
        loop.submit {
            if let progress = self.state.withLock({ $0.generator })?.value.progress { receive(progress) }
        }
    }
}
