import Configuration
import EventLoops
import HTTP1
import Observability
import Sessions
import WebSocket
import WebSocketConnections

/// A connection of a client as long as it speaks HTTP: answers requests, and becomes a ``ClientConnection`` by an upgrade.
///
///     reading ──▶ finishing (the last answer is queued) ──▶ ended
///        └─────────────── upgrade, failure ───────────────────▲
final class HTTPConnection {
    private enum State { case reading, finishing, ended }

    /// How long the peer may take to end a connection whose last answer is sent.
    static let lingerNanoseconds: UInt64 = 1_000_000_000
    /// Requests answered on one connection.
    static let maximumRequests = 1000

    let id: ClientID
    private unowned let worker: Worker
    private let settings: ConnectionSettings
    private let channel: TCPChannel
    private var state = State.reading
    private var decoder: HTTPRequestDecoder
    private var head: RequestHead?
    private var requestCount = 0
    private var timer: TimerID?

    init(worker: Worker, id: ClientID, channel: TCPChannel) {
        self.worker = worker
        self.id = id
        self.channel = channel
        settings = worker.environment.connectionSettings
        decoder = HTTPRequestDecoder(limits: settings.httpLimits)
        channel.delegate = self
        setTimer(after: settings.handshakeTimeout) { $0.timedOut() }
    }

    // MARK: Requests

    private func read(_ input: UnsafeRawBufferPointer) {
        var offset = 0
        while case .reading = state {
            do {
                switch try decoder.next(in: input, at: &offset) {
                case nil: return
                case .head(let head): self.head = head
                case .body: break
                case .end:
                    guard let head else { continue }
                    self.head = nil
                    handle(head, behind: UnsafeRawBufferPointer(rebasing: input[offset...]))
                }
            } catch {
                worker.metrics.add(to: .protocolViolations)
                return answer(HTTPAnswer(status: error.status, text: error.detail), isLast: true)
            }
        }
    }

    private func handle(_ head: RequestHead, behind rest: UnsafeRawBufferPointer) {
        requestCount += 1
        switch worker.endpoints.respond(to: head) {
        case .answer(let response):
            let isLast = head.wantsClose || response.endsConnection || requestCount >= Self.maximumRequests
            answer(response, isLast: isLast, withoutBody: head.method == "HEAD")
        case .upgrade(let response, let token):
            upgrade(response, token, rest)
        }
    }

    private func answer(_ answer: HTTPAnswer, isLast: Bool, withoutBody: Bool = false) {
        channel.withOutbound { answer.append(to: &$0, isLast: isLast, withoutBody: withoutBody) }
        if isLast {
            finish()
        } else if channel.outboundBytes > settings.maximumQueuedBytes {
            // It asks and never reads.
            worker.metrics.add(to: .connectionsDroppedSlow)
            drop()
        } else {
            setTimer(after: settings.handshakeTimeout) { $0.timedOut() }
        }
    }

    private func upgrade(_ response: ResponseHead, _ token: Secret?, _ rest: UnsafeRawBufferPointer) {
        channel.withOutbound { queue in
            // The head is made of constants and of a subprotocol that was checked.
            try? response.append(to: &queue)
        }
        cancelTimer()
        state = .ended
        let socket = WebSocketConnection(channel: channel, role: .server, limits: settings.webSocketLimits)
        worker.upgrade(self, to: socket, token: token)
        socket.receive(rest)
    }

    // MARK: Ending

    /// The last answer goes out, then the connection ends.
    private func finish() {
        state = .finishing
        channel.finishWriting()
        setTimer(after: Self.lingerNanoseconds) { $0.drop() }
    }

    func drop() {
        guard state != .ended else { return }
        channel.reset()
        end()
    }

    private func end() {
        state = .ended
        cancelTimer()
        worker.forget(self)
    }

    // MARK: Time

    private func timedOut() {
        guard decoder.isBetweenRequests else {
            return answer(HTTPAnswer(status: 408, text: "The request did not arrive in time."), isLast: true)
        }
        drop()
    }

    private func setTimer(after nanoseconds: UInt64, _ body: @escaping (HTTPConnection) -> Void) {
        cancelTimer()
        guard nanoseconds > 0 else { return }
        timer = worker.loop.schedule(after: nanoseconds) { [weak self] in
            guard let self else { return }
            timer = nil
            body(self)
        }
    }

    private func cancelTimer() {
        if let timer { worker.loop.cancel(timer) }
        timer = nil
    }
}

extension HTTPConnection: TCPChannelDelegate {
    func channelConnected(_ channel: TCPChannel) {}

    func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
        read(bytes)
    }

    func channelReceivedEndOfInput(_ channel: TCPChannel) {
        channel.flushNow()
        guard state != .ended else { return }
        // It has only stopped asking: the answers are still wanted.
        if channel.outboundBytes > 0 { return finish() }
        channel.close()
        end()
    }

    func channelDrained(_ channel: TCPChannel) {}

    func channel(_ channel: TCPChannel, failed error: SystemError) {
        end()
    }
}
