import Configuration
import HTTP1
import Observability
import Sessions

/// The plain HTTP side of the server: health, metrics, the web page, and the door to the WebSocket.
struct HTTPEndpoints {
    enum Response {
        case answer(HTTPAnswer)
        /// The 101 that turns the connection into a WebSocket, and the token that it was admitted by.
        case upgrade(ResponseHead, token: Secret?)
    }

    let environment: ServerEnvironment
    /// Where this loop counts what it turns away.
    let metrics: MetricsShard

    func respond(to head: RequestHead) -> Response {
        if environment.isOverConnectionLimit {
            metrics.add(to: .connectionsRefused)
            return .answer(
                HTTPAnswer(
                    status: 503, text: "Too many connections. Try again later.", headers: [("Retry-After", "1")],
                    endsConnection: true))
        }
        if head.path == environment.settings.server.path { return openWebSocket(head) }
        guard head.method == "GET" || head.method == "HEAD" else {
            return .answer(
                HTTPAnswer(status: 405, text: "Only GET and HEAD are answered here.", headers: [("Allow", "GET, HEAD")])
            )
        }
        switch head.path {
        case "/healthz":
            return .answer(HTTPAnswer(status: 200, text: "ok"))
        case "/readyz":
            return .answer(
                environment.isDraining
                    ? HTTPAnswer(status: 503, text: "draining") : HTTPAnswer(status: 200, text: "ready"))
        case "/metrics" where environment.settings.server.metrics:
            return .answer(metricsPage(head))
        case "/" where environment.settings.server.webUI:
            return .answer(environment.webPage)
        default:
            return .answer(
                HTTPAnswer(
                    status: 404, text: "Nothing is here. The WebSocket is at \(environment.settings.server.path)."))
        }
    }

    private func metricsPage(_ head: RequestHead) -> HTTPAnswer {
        guard environment.accessPolicy.admits(header: head.headers.first("Authorization")) else { return .unauthorized }
        return HTTPAnswer(
            status: 200, contentType: Metrics.contentType, body: Array(environment.metrics.prometheusText().utf8))
    }

    private func openWebSocket(_ head: RequestHead) -> Response {
        let upgrade: WebSocketHandshake.Upgrade
        do {
            upgrade = try WebSocketHandshake.validate(head)
        } catch {
            return refuse(
                HTTPAnswer(
                    status: error.response.status, text: error.detail,
                    headers: error.response.headers.fields.map { ($0.name, $0.value) }))
        }
        if environment.isDraining {
            return refuse(
                HTTPAnswer(status: 503, text: "The server is shutting down.", headers: [("Retry-After", "5")]))
        }
        switch environment.accessPolicy.judge(head) {
        case .admitted(let subprotocol, let token):
            return .upgrade(upgrade.response(subprotocol: subprotocol), token: token)
        case .unauthorized:
            return refuse(.unauthorized)
        case .forbiddenOrigin:
            return refuse(
                HTTPAnswer(
                    status: 403,
                    text: "Pages of this origin may not connect. See server.allowed_origins in the configuration."))
        }
    }

    private func refuse(_ answer: HTTPAnswer) -> Response {
        metrics.add(to: .connectionsRefused)
        return .answer(answer)
    }
}

extension HTTPAnswer {
    fileprivate static let unauthorized = HTTPAnswer(
        status: 401,
        text: "A token is needed: Authorization: Bearer <token>, or the WebSocket subprotocol bearer.<token>.",
        headers: [("WWW-Authenticate", "Bearer")])
}
