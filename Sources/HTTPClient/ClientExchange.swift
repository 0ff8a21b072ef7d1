import EventLoops
import HTTP1

/// One request of an ``HTTPClient`` from ``HTTPClient/send(_:receiver:)`` to its end.
final class ClientExchange: HTTPExchange {
    private enum State {
        /// Valid transitions: waiting, assigned, over.
        case new
        /// Waits for a connection.
        case waiting(OriginPool)
        /// A connection carries it, or is being opened for it. Valid transitions: assigned (to another, once), over.
        case assigned(HTTPConnection)
        case over
    }

    let method: String
    /// The request as it is sent; let go of once it can no longer be needed again.
    private(set) var head: [UInt8]
    private(set) var body: [UInt8]
    /// It was sent on a connection that the server had closed, and is on its way anew.
    private(set) var isRepeated = false
    private(set) var isReadingPaused = false
    private var receiver: (any HTTPResponseReceiver)?
    private var state = State.new

    init(method: String, head: [UInt8], body: [UInt8], receiver: any HTTPResponseReceiver) {
        self.method = method
        self.head = head
        self.body = body
        self.receiver = receiver
    }

    var isOver: Bool {
        if case .over = state { true } else { false }
    }

    // MARK: The caller's side

    func cancel() {
        let state = state
        end()
        switch state {
        case .new, .over: break
        case .waiting(let pool): pool.forget(self)
        case .assigned(let connection): connection.abandon()
        }
    }

    func pauseReading() {
        guard !isReadingPaused else { return }
        isReadingPaused = true
        if case .assigned(let connection) = state { connection.link.pauseReading() }
    }

    func resumeReading() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        if case .assigned(let connection) = state { connection.link.resumeReading() }
    }

    // MARK: The client's side

    func wait(in pool: OriginPool) {
        state = .waiting(pool)
    }

    func assign(to connection: HTTPConnection) {
        state = .assigned(connection)
    }

    /// The first byte of a response has come: the request will not be sent again.
    func forgetRequest() {
        head = []
        body = []
    }

    func repeatRequest() {
        isRepeated = true
        state = .new
    }

    func received(head: ResponseHead) {
        receiver?.received(head: head)
    }

    func received(body: UnsafeRawBufferPointer) {
        receiver?.received(body: body)
    }

    func finish() {
        let receiver = receiver
        end()
        receiver?.finished()
    }

    func fail(_ error: HTTPTransportError) {
        let receiver = receiver
        end()
        receiver?.failed(error)
    }

    /// Fails in a later turn of the loop, unless it is cancelled until then.
    func failLater(_ error: HTTPTransportError, on loop: EventLoop) {
        LoopBound(self, loop: loop).submit { $0.fail(error) }
    }

    private func end() {
        state = .over
        receiver = nil
        forgetRequest()
    }
}
