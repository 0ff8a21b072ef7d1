/// What a caller of an HTTP client needs, without saying how the bytes travel: the real client, a scripted one in tests
/// and a replaying one stand behind the same three protocols.
///
/// Isolation: transport, exchange and receiver live on one event loop and are used only there.
package protocol HTTPTransport: AnyObject {
    /// Starts a request. The receiver is called later, never from within this function.
    func send(_ request: HTTPRequestMessage, receiver: any HTTPResponseReceiver) -> any HTTPExchange
}

/// A request with its whole body.
package struct HTTPRequestMessage: Sendable {
    package var method: String
    /// Absolute, `http` or `https`.
    package var url: String
    /// Without `Host`, `Content-Length` and `Connection`, which the transport adds.
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(method: String, url: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// One request under way.
package protocol HTTPExchange: AnyObject {
    /// Closes the connection at once; nothing is received after.
    func cancel()
    /// Stops reading from the socket, so that TCP holds the sender back. Idempotent.
    func pauseReading()
    func resumeReading()
}

/// Hears of a response in order: head, body pieces, then exactly one of finished and failed.
package protocol HTTPResponseReceiver: AnyObject {
    func received(head: ResponseHead)
    /// Body bytes without transfer coding, valid during the call only.
    func received(body: UnsafeRawBufferPointer)
    func finished()
    func failed(_ error: HTTPTransportError)
}

/// Why no whole response arrived.
package struct HTTPTransportError: Error, Sendable, Hashable {
    package enum Kind: String, Sendable {
        /// The URL, the method or a header field is none that can be sent.
        case invalidRequest
        /// Too many requests to this server wait already.
        case limitReached
        case unresolvedHost
        case connectionRefused
        case connectTimeout
        /// The connection broke or ended before the response was whole.
        case connectionLost
        case tlsUnavailable
        case tlsHandshakeFailed
        case certificateRefused
        case proxyRefused
        /// The server wants the request sent elsewhere.
        case redirectRefused
        case malformedResponse
    }
    package var kind: Kind
    /// A sentence for a person: what failed, with which host, and what to do.
    package var detail: String
    /// Whether any byte of a response had arrived.
    package var responseStarted: Bool

    package init(kind: Kind, detail: String, responseStarted: Bool = false) {
        self.kind = kind
        self.detail = detail
        self.responseStarted = responseStarted
    }
}
