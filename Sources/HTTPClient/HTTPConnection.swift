import EventLoops
import HTTP1

/// One connection of a pool: carries one exchange at a time, and waits in the pool between them.
///
/// The server's bytes pass in place from the link through the decoder to the receiver.
///
///     opening ─► carrying ◄─► idle        each ─► closed
final class HTTPConnection {
    private enum State {
        case opening(ClientExchange)
        case carrying(ClientExchange)
        case idle
        case closed
    }

    /// What has come in answer to the exchange at hand.
    private enum Progress {
        case nothing
        case some
        /// The response is whole.
        case whole
        /// Whole, and followed by bytes that nobody asked for.
        case wholeWithExcess
    }

    /// When it became idle, on the loop's clock.
    private(set) var idleSince: UInt64 = 0
    private let pool: OriginPool
    private let context: ClientContext
    private var state: State
    private var progress = Progress.nothing
    private var decoder: HTTPResponseDecoder
    /// Exchanges carried to their end.
    private var finishedExchanges = 0
    /// Of the link, when the request at hand was written.
    private var acknowledgedBytesBefore: Int64?
    private(set) lazy var link = Link(context: context, origin: pool.origin, proxy: pool.proxy, delegate: self)

    /// A connection that is to be opened for `exchange`.
    init(pool: OriginPool, context: ClientContext, exchange: ClientExchange) {
        self.pool = pool
        self.context = context
        state = .opening(exchange)
        decoder = HTTPResponseDecoder(limits: context.limits.responses)
        exchange.assign(to: self)
    }

    /// Opens it, in a later turn of the loop.
    func startLater() {
        LoopBound(link, loop: context.loop).submit { $0.start() }
    }

    // MARK: Requests

    /// Carries an exchange; the connection must be idle.
    func carry(_ exchange: ClientExchange) {
        state = .carrying(exchange)
        progress = .nothing
        exchange.assign(to: self)
        decoder.expectResponse(to: exchange.method)
        // Needed only where an earlier exchange has left the connection for the server to close.
        acknowledgedBytesBefore = finishedExchanges > 0 ? link.acknowledgedBytes : nil
        if exchange.isReadingPaused { link.pauseReading() }
        link.write(head: exchange.head, body: exchange.body)
    }

    /// The exchange is cancelled: what is left of its response is not wanted.
    func abandon() {
        close { link.close() }
    }

    func closeIdle() {
        close { link.closePolitely() }
    }

    private func close(_ closeLink: () -> Void) {
        if case .closed = state { return }
        state = .closed
        closeLink()
        pool.connectionClosed(self)
    }

    // MARK: Responses

    private func take(_ bytes: UnsafeRawBufferPointer, for exchange: ClientExchange) throws(HTTPParseError) {
        if case .nothing = progress {
            progress = .some
            exchange.forgetRequest()
        }
        var offset = 0
        while let event = try decoder.next(in: bytes, at: &offset) {
            switch event {
            case .body(let range): exchange.received(body: UnsafeRawBufferPointer(rebasing: bytes[range]))
            case .head(let head): take(head, for: exchange)
            case .end:
                progress = offset == bytes.count ? .whole : .wholeWithExcess
                return
            }
            // The receiver may have cancelled it.
            if exchange.isOver { return }
        }
    }

    private func take(_ head: ResponseHead, for exchange: ClientExchange) {
        if !pool.tellsRedirects, let location = head.headers.first("Location"),
            [301, 302, 303, 307, 308].contains(head.status)
        {
            fail(exchange, TransportFailure.redirect(pool.origin, status: head.status, location: location))
        } else {
            exchange.received(head: head)
        }
    }

    /// The response is whole: the connection takes the next exchange, or ends.
    private func finish(_ exchange: ClientExchange) {
        finishedExchanges += 1
        var isReusable = decoder.isReusable && link.isReusable
        if case .wholeWithExcess = progress { isReusable = false }
        if isReusable {
            if exchange.isReadingPaused { link.resumeReading() }
            state = .idle
            idleSince = context.loop.now
            pool.connectionBecameIdle(self)
        } else {
            closeIdle()
        }
        exchange.finish()
    }

    private func fail(_ exchange: ClientExchange, _ error: HTTPTransportError) {
        close { link.close() }
        var error = error
        if case .some = progress { error.responseStarted = true }
        exchange.fail(error)
    }

    // MARK: Repeating

    /// Whether the server closed an idle connection at the moment at which the request was sent, so that the request may be
    /// sent again: nothing of a response came, and the request may be carried out twice or has not arrived at all.
    private func mayBeRepeated(_ exchange: ClientExchange) -> Bool {
        guard finishedExchanges > 0, !exchange.isRepeated, case .nothing = progress else { return false }
        if Self.idempotentMethods.contains(exchange.method) { return true }
        guard let acknowledgedBytesBefore, let now = link.acknowledgedBytes else { return false }
        return now == acknowledgedBytesBefore
    }

    /// RFC 9110 §9.2.2.
    private static let idempotentMethods: Set<String> = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]
}

extension HTTPConnection: LinkDelegate {
    func linkOpened(_ link: Link) {
        if case .opening(let exchange) = state { carry(exchange) }
    }

    func link(_ link: Link, received bytes: UnsafeRawBufferPointer) {
        switch state {
        case .carrying(let exchange):
            if case .whole = progress { progress = .wholeWithExcess }
            if case .wholeWithExcess = progress { return }
            do throws(HTTPParseError) {
                try take(bytes, for: exchange)
            } catch {
                fail(exchange, TransportFailure.malformed(pool.origin, error))
            }
        case .opening, .idle:
            // Whatever it is, the next request would take it for its response.
            abandon()
        case .closed:
            break
        }
    }

    func linkDelivered(_ link: Link) {
        guard case .carrying(let exchange) = state else { return }
        switch progress {
        case .whole, .wholeWithExcess: finish(exchange)
        case .nothing, .some: break
        }
    }

    func link(_ link: Link, ended error: HTTPTransportError?) {
        switch state {
        case .opening(let exchange): fail(exchange, error ?? TransportFailure.endedEarly(pool.origin))
        case .carrying(let exchange): ended(exchange, error)
        case .idle: abandon()
        case .closed: break
        }
    }

    private func ended(_ exchange: ClientExchange, _ error: HTTPTransportError?) {
        switch progress {
        case .whole, .wholeWithExcess:
            return finish(exchange)
        case .nothing where mayBeRepeated(exchange):
            state = .closed
            exchange.repeatRequest()
            return pool.connectionClosed(self, leaving: exchange)
        case .nothing, .some:
            break
        }
        if let error { return fail(exchange, error) }
        do throws(HTTPParseError) {
            guard try decoder.inputEnded() == .end else {
                return fail(exchange, TransportFailure.endedEarly(pool.origin))
            }
            finish(exchange)
        } catch {
            fail(exchange, TransportFailure.endedEarly(pool.origin))
        }
    }
}
