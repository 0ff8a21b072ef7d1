import HTTP1

/// A transport whose responses the test plays.
final class FakeTransport: HTTPTransport {
    private(set) var exchanges: [FakeExchange] = []

    func send(_ request: HTTPRequestMessage, receiver: any HTTPResponseReceiver) -> any HTTPExchange {
        let exchange = FakeExchange(request: request, receiver: receiver)
        exchanges.append(exchange)
        return exchange
    }
}

final class FakeExchange: HTTPExchange {
    let request: HTTPRequestMessage
    private var receiver: (any HTTPResponseReceiver)?
    private(set) var isCancelled = false
    private(set) var isPaused = false

    init(request: HTTPRequestMessage, receiver: any HTTPResponseReceiver) {
        self.request = request
        self.receiver = receiver
    }

    func cancel() {
        isCancelled = true
        receiver = nil
    }

    func pauseReading() { isPaused = true }
    func resumeReading() { isPaused = false }

    // MARK: What the upstream does

    func head(_ status: Int = 200, _ fields: [(String, String)] = [("Content-Type", "text/event-stream")]) {
        receiver?.received(head: ResponseHead(status: status, headers: HTTPHeaders(fields)))
    }

    func body(_ text: String) {
        Array(text.utf8).withUnsafeBytes { receiver?.received(body: $0) }
    }

    func finish() {
        let receiver = receiver
        self.receiver = nil
        receiver?.finished()
    }

    func fail(_ kind: HTTPTransportError.Kind, _ detail: String = "no connection") {
        let receiver = receiver
        self.receiver = nil
        receiver?.failed(HTTPTransportError(kind: kind, detail: detail))
    }

    /// A whole response.
    func respond(_ status: Int = 200, _ fields: [(String, String)] = [], body text: String) {
        head(status, fields)
        body(text)
        finish()
    }
}
