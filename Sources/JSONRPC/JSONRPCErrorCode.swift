/// The number of a JSON-RPC error: those of JSON-RPC 2.0 §5.1, and two of its range for implementations.
package struct JSONRPCErrorCode: RawRepresentable, Sendable, Hashable {
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    package static let parseError = JSONRPCErrorCode(rawValue: -32700)
    package static let invalidRequest = JSONRPCErrorCode(rawValue: -32600)
    package static let methodNotFound = JSONRPCErrorCode(rawValue: -32601)
    package static let invalidParams = JSONRPCErrorCode(rawValue: -32602)
    package static let internalError = JSONRPCErrorCode(rawValue: -32603)
    package static let serverBusy = JSONRPCErrorCode(rawValue: -32000)
    package static let unauthorized = JSONRPCErrorCode(rawValue: -32001)

    /// Every code that this server sends.
    package static let all: [JSONRPCErrorCode] = [
        parseError, invalidRequest, methodNotFound, invalidParams, internalError, serverBusy, unauthorized,
    ]

    /// The words that the message of such an error begins with.
    package var standardMessage: String {
        switch self {
        case .parseError: "Parse error"
        case .invalidRequest: "Invalid Request"
        case .methodNotFound: "Method not found"
        case .invalidParams: "Invalid params"
        case .internalError: "Internal error"
        case .serverBusy: "Server busy"
        case .unauthorized: "Unauthorized"
        default: "Error \(rawValue)"
        }
    }
}
