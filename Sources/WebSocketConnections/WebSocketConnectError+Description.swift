import EventLoops
import HTTP1
import TLS

extension WebSocketConnectError {
    /// A phrase for a person.
    ///
    /// - Parameter place: where the connection was to go, as `127.0.0.1:8000`.
    package func description(place: String) -> String {
        switch self {
        case .tcp(let error): "cannot connect to \(place): \(error.message)"
        case .tls(let error): error.detail
        case .ended: "\(place) closed the connection within the handshake"
        case .malformed(let error): "\(place) does not speak HTTP: \(error.detail)"
        case .refused(let refusal): refusal.detail
        case .invalidRequest(let error): "the request cannot be sent: \(error.detail)"
        case .timedOut: "\(place) did not accept the connection in time"
        }
    }
}
