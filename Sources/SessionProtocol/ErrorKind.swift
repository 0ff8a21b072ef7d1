package import JSON
package import JSONRPC

/// `data.kind` of the errors that requests are refused with: a closed list.
package enum ErrorKind: String, Sendable, Hashable, CaseIterable {
    case parseError
    case invalidRequest
    case batchTooLarge
    case methodNotFound
    case invalidParam
    case sessionNotFound
    case notSessionOwner
    case unknownToolCall
    case replayGap
    case upstreamFailed
    case limitReached
    case shuttingDown
    case unauthorized

    package var code: JSONRPCErrorCode {
        switch self {
        case .parseError: .parseError
        case .invalidRequest, .batchTooLarge: .invalidRequest
        case .methodNotFound: .methodNotFound
        case .invalidParam, .sessionNotFound, .notSessionOwner, .unknownToolCall, .replayGap: .invalidParams
        case .upstreamFailed: .internalError
        case .limitReached, .shuttingDown: .serverBusy
        case .unauthorized: .unauthorized
        }
    }

    /// For the reference.
    package var summary: String {
        switch self {
        case .parseError: "the message is not JSON, or nested deeper than \(JSONParser.maximumDepth)"
        case .invalidRequest: "JSON, but no request object: `jsonrpc`, `method` or `id` is wrong, or a batch is empty"
        case .batchTooLarge: "a batch of more than \(JSONRPCCalls.maximumBatchCount) requests"
        case .methodNotFound: "there is no such method"
        case .invalidParam: "a param is missing, of the wrong type, or not what it should be"
        case .sessionNotFound: "the session is unknown or has ended, or the resume token is wrong"
        case .notSessionOwner: "the session is another connection's"
        case .unknownToolCall: "no such tool call waits for a result; it may have been answered, or have timed out"
        case .replayGap: "not all notifications after `lastSeq` are kept; attach without it and call `getHistory`"
        case .upstreamFailed: "the AI service failed to answer a request that is no message"
        case .limitReached: "the limit named is reached; the same request may succeed later"
        case .shuttingDown: "the server takes no new sessions and messages, as it is about to end"
        case .unauthorized: "the token that the connection was opened with is no longer good"
        }
    }

    /// What `data` carries besides `kind` and `detail`.
    package var fields: [FieldSpecification] {
        switch self {
        case .parseError: [.required("offset", .integer, "bytes before the fault")]
        case .batchTooLarge: [.required("maximum", .integer, "the most requests in a batch")]
        case .invalidParam:
            [.required("param", .string, "the param's name, with its path: `sessionParams.tools[0].type`")]
        case .limitReached:
            [
                .required("limit", .string, "its name in `getServerInfo`'s `limits`"),
                .required("maximum", .integer, "its value"),
            ]
        case .upstreamFailed: [.required("error", .object, "as in `SessionStatusNotification`, without `messageId`")]
        default: []
        }
    }
}

extension JSONRPCError {
    /// - Parameters:
    ///   - detail: a sentence for a person.
    ///   - more: the kind's ``ErrorKind/fields``.
    package init(_ kind: ErrorKind, detail: String, more: JSONObject = [:]) {
        self.init(kind.code, kind: kind.rawValue, detail: detail, more: more)
    }

    /// - Parameter param: the name, with its path.
    package static func invalidParam(_ param: String, _ detail: String) -> JSONRPCError {
        JSONRPCError(.invalidParam, detail: detail, more: ["param": .string(param)])
    }

    package static func limitReached(_ limit: ServerLimit, maximum: Int) -> JSONRPCError {
        JSONRPCError(
            .limitReached, detail: "the limit of \(maximum) \(limit.phrase) is reached",
            more: ["limit": .string(limit.rawValue), "maximum": .number(JSONNumber(maximum))])
    }

    /// The param that an ``ErrorKind/invalidParam`` is about.
    package var invalidParam: String? {
        kind == ErrorKind.invalidParam.rawValue ? data?["param"]?.string : nil
    }
}
