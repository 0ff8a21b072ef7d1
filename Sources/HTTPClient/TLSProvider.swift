import EventLoops
import TLS

/// Gets the process's TLS context for one loop at the first https request: on another thread, as loading the library and
/// the certificates takes some 50 ms.
final class TLSProvider {
    typealias Answer = Result<TLSContext, TLSError>

    private enum State {
        /// Valid transitions: loading.
        case unknown
        /// Valid transitions: ready; unknown after a failure, so that the next request sees what was mended.
        case loading([(Answer) -> Void])
        case ready(TLSContext)
    }

    private let loop: EventLoop
    private let trust: TLSTrust
    private let calls: BlockingCalls
    private var state = State.unknown

    init(loop: EventLoop, trust: TLSTrust, calls: BlockingCalls = .shared) {
        self.loop = loop
        self.trust = trust
        self.calls = calls
    }

    /// Calls `completion` at once where the context is there, else later.
    func context(_ completion: @escaping (Answer) -> Void) {
        switch state {
        case .ready(let context):
            completion(.success(context))
        case .loading(let waiting):
            state = .loading(waiting + [completion])
        case .unknown:
            state = .loading([completion])
            let provider = LoopBound(self, loop: loop)
            let isTaken = calls.run { [trust] in
                let answer = Answer { () throws(TLSError) in try TLSContext.shared(for: trust) }
                provider.submit { $0.take(answer) }
            }
            if !isTaken {
                take(
                    .failure(
                        TLSError(
                            kind: .libraryUnavailable,
                            detail: "TLS cannot be loaded: too much waits, or there is no thread for it.")))
            }
        }
    }

    private func take(_ answer: Answer) {
        guard case .loading(let waiting) = state else { return }
        state =
            switch answer {
            case .success(let context): .ready(context)
            case .failure: .unknown
            }
        for completion in waiting { completion(answer) }
    }
}
