import EventLoops
import HTTP1
import TLS
import Wire

/// What a link tells, on its loop.
protocol LinkDelegate: AnyObject {
    /// Requests can be written.
    func linkOpened(_ link: Link)
    /// Bytes of the server, valid during the call only.
    func link(_ link: Link, received bytes: UnsafeRawBufferPointer)
    /// All that one read from the socket held has been handed out.
    func linkDelivered(_ link: Link)
    /// The link is closed; nothing follows.
    ///
    /// - Parameter error: nil where the server ended it as it should.
    func link(_ link: Link, ended error: HTTPTransportError?)
}

/// A stream of bytes to a server: TCP, through a proxy's tunnel where there is one, and TLS for https.
///
///     new ─► preparing ─► connecting ─► tunnelling ─► handshaking ─► open ─► closed
///
/// Steps that are not needed are passed over; each may lead to closed. The delegate is held until then.
final class Link {
    private enum Phase {
        case new
        /// The TLS library is being loaded.
        case preparing
        case connecting(AddressConnector)
        case tunnelling(ProxyTunnel)
        case handshaking(TCPChannel, TLSClientSession)
        case open(TCPChannel, TLSClientSession?)
        case closed
    }

    private let context: ClientContext
    private let origin: Origin
    private let proxy: Proxy?
    private var delegate: (any LinkDelegate)?
    private var phase = Phase.new
    private var tlsContext: TLSContext?
    private var deadline: (at: UInt64, timer: TimerID)?
    /// Came during the handshake and waits for its turn.
    private var waitingCiphertext: [UInt8] = []
    private var acknowledgedBytesAtEnd: Int64?

    init(context: ClientContext, origin: Origin, proxy: Proxy?, delegate: any LinkDelegate) {
        self.context = context
        self.origin = origin
        self.proxy = proxy
        self.delegate = delegate
    }

    // MARK: Opening

    /// Opens the link. The delegate may be told of a failure from within.
    func start() {
        guard case .new = phase else { return }
        let limit = context.limits.connectNanoseconds
        let timer = context.loop.schedule(after: limit) { [self] in timedOut() }
        deadline = (context.loop.now + limit, timer)
        guard origin.isSecure else { return connect() }
        phase = .preparing
        context.tls.context { answer in
            guard case .preparing = self.phase else { return }
            switch answer {
            case .success(let context):
                self.tlsContext = context
                self.connect()
            case .failure(let error): self.end(TransportFailure.tls(error))
            }
        }
    }

    private func connect() {
        let connector = AddressConnector(
            context: context, host: proxy?.host ?? origin.host, port: proxy?.port ?? origin.port, proxy: proxy,
            deadline: deadline?.at ?? context.loop.now
        ) { [self] result in
            switch result {
            case .success(let channel): connected(channel)
            case .failure(let error): end(error)
            }
        }
        phase = .connecting(connector)
        connector.start()
    }

    private func connected(_ channel: TCPChannel) {
        // Plain http goes to the proxy itself, which passes requests on.
        guard let proxy, origin.isSecure else { return secure(channel) }
        let tunnel = ProxyTunnel(
            channel: channel, proxy: proxy, origin: origin, limits: context.limits.responses
        ) { [self] result in
            switch result {
            case .success(let channel): secure(channel)
            case .failure(let error): end(error)
            }
        }
        phase = .tunnelling(tunnel)
        tunnel.start()
    }

    private func secure(_ channel: TCPChannel) {
        channel.delegate = self
        guard let tlsContext else { return open(channel, nil) }
        do throws(TLSError) {
            let session = try TLSClientSession(
                context: tlsContext, host: origin.host, port: origin.port, sessions: context.sessions)
            phase = .handshaking(channel, session)
        } catch {
            channel.close()
            return end(TransportFailure.tls(error))
        }
        advanceHandshake()
    }

    private func open(_ channel: TCPChannel, _ session: TLSClientSession?) {
        stopDeadline()
        phase = .open(channel, session)
        delegate?.linkOpened(self)
    }

    private func timedOut() {
        let target = proxy.map { "\(origin) by way of the proxy \($0.authority)" } ?? "\(origin)"
        end(TransportFailure.connectTimeout(target, seconds: Double(context.limits.connectNanoseconds) / 1e9))
    }

    private func stopDeadline() {
        if let deadline { context.loop.cancel(deadline.timer) }
        deadline = nil
    }

    // MARK: Writing

    /// Another request can follow: the server has not said goodbye, and the last one is sent whole.
    var isReusable: Bool {
        if case .open(let channel, let session) = phase {
            session?.receivedCloseNotify != true && channel.outboundBytes == 0
        } else {
            false
        }
    }

    /// See ``TCPChannel/acknowledgedBytes``; also after the end.
    var acknowledgedBytes: Int64? {
        if case .open(let channel, _) = phase { channel.acknowledgedBytes } else { acknowledgedBytesAtEnd }
    }

    /// Sends a request. A failure is told later.
    func write(head: [UInt8], body: [UInt8]) {
        guard case .open(let channel, let session) = phase else { return }
        guard let session else {
            return channel.withOutbound { output in
                output.append(contentsOf: head)
                output.append(contentsOf: body)
            }
        }
        do throws(TLSError) {
            // A short request goes out as one record.
            if body.count <= ClientContext.plaintextBufferBytes {
                try (head + body).span.withUnsafeBytes { (bytes) throws(TLSError) in try session.write(bytes) }
            } else {
                try head.span.withUnsafeBytes { (bytes) throws(TLSError) in try session.write(bytes) }
                try body.span.withUnsafeBytes { (bytes) throws(TLSError) in try session.write(bytes) }
            }
        } catch {
            return LoopBound(self, loop: context.loop).submit { $0.end(TransportFailure.tls(error)) }
        }
        send(session, channel)
    }

    private func send(_ session: TLSClientSession, _ channel: TCPChannel) {
        guard session.hasCiphertext else { return }
        channel.withOutbound { session.takeCiphertext(into: &$0) }
    }

    // MARK: Reading

    func pauseReading() {
        if case .open(let channel, _) = phase { channel.pauseReading() }
    }

    func resumeReading() {
        if case .open(let channel, _) = phase { channel.resumeReading() }
    }

    // MARK: Closing

    /// Closes at once; what is not sent is lost, and the delegate hears nothing more. Idempotent.
    func close() {
        delegate = nil
        stopDeadline()
        let phase = phase
        self.phase = .closed
        switch phase {
        case .new, .preparing, .closed: break
        case .connecting(let connector): connector.cancel()
        case .tunnelling(let tunnel): tunnel.cancel()
        case .handshaking(let channel, _): channel.close()
        case .open(let channel, let session):
            acknowledgedBytesAtEnd = channel.acknowledgedBytes
            // Not sent; it keeps the session fit for resumption.
            session?.close()
            channel.close()
        }
    }

    /// Says goodbye (RFC 8446 §6.1) as far as the socket takes it, and closes.
    func closePolitely() {
        if case .open(let channel, let session?) = phase {
            channel.delegate = nil
            session.close()
            send(session, channel)
            channel.flush()
        }
        close()
    }

    private func end(_ error: HTTPTransportError?) {
        let delegate = delegate
        close()
        delegate?.link(self, ended: error)
    }
}

// MARK: - Handshake

extension Link: HandshakeStep {
    /// Takes a step of the handshake now, or has it taken when its turn comes; until then nothing more is read.
    private func advanceHandshake() {
        guard !context.throttle.takeTurn() else { return takeHandshakeStep() }
        if case .handshaking(let channel, _) = phase { channel.pauseReading() }
        context.throttle.enqueue(self)
    }

    func takeHandshakeStep() {
        guard case .handshaking(let channel, let session) = phase else { return }
        channel.resumeReading()
        let ciphertext = waitingCiphertext
        waitingCiphertext = []
        var isUnasked = false
        do throws(TLSError) {
            try session.startHandshake()
            try ciphertext.span.withUnsafeBytes { (bytes) throws(TLSError) in
                try session.receive(bytes, into: context.plaintextBuffer) { _ in isUnasked = true }
            }
        } catch {
            // The alert tells the server why.
            channel.delegate = nil
            send(session, channel)
            channel.flush()
            return end(TransportFailure.tls(error))
        }
        send(session, channel)
        guard !isUnasked else { return end(TransportFailure.broken(origin, "it sent data before it was asked")) }
        if session.isEstablished { open(channel, session) }
    }
}

// MARK: - What the channel tells

extension Link: TCPChannelDelegate {
    func channelConnected(_ channel: TCPChannel) {}
    func channelDrained(_ channel: TCPChannel) {}

    func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
        switch phase {
        case .open(_, nil):
            delegate?.link(self, received: bytes)
            delegate?.linkDelivered(self)
        case .open(_, let session?):
            decrypt(bytes, session, channel)
        case .handshaking:
            waitingCiphertext.append(contentsOf: bytes)
            advanceHandshake()
        case .new, .preparing, .connecting, .tunnelling, .closed:
            break
        }
    }

    private func decrypt(_ bytes: UnsafeRawBufferPointer, _ session: TLSClientSession, _ channel: TCPChannel) {
        do throws(TLSError) {
            try session.receive(bytes, into: context.plaintextBuffer) { delegate?.link(self, received: $0) }
        } catch {
            return end(TransportFailure.tls(error))
        }
        // The delegate may have closed the link.
        guard case .open = phase else { return }
        send(session, channel)
        delegate?.linkDelivered(self)
        if session.receivedCloseNotify { end(nil) }
    }

    func channelReceivedEndOfInput(_ channel: TCPChannel) {
        switch phase {
        case .open(_, let session?), .handshaking(_, let session):
            do throws(TLSError) {
                try session.inputEnded()
                end(nil)
            } catch {
                end(HTTPTransportError(kind: .connectionLost, detail: error.detail))
            }
        case .open(_, nil), .new, .preparing, .connecting, .tunnelling, .closed:
            end(nil)
        }
    }

    func channel(_ channel: TCPChannel, failed error: SystemError) {
        end(TransportFailure.broken(origin, error.message))
    }
}
