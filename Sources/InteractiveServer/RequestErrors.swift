import AILoop
import JSON
import JSONRPC
import SessionProtocol
import Sessions

/// The errors that this server refuses requests with, in its words; the kinds are the protocol's.
extension JSONRPCError {
    static func methodNotFound(_ name: String) -> JSONRPCError {
        JSONRPCError(.methodNotFound, detail: "there is no method `\(name)`")
    }

    static func sessionNotFound(_ id: String) -> JSONRPCError {
        JSONRPCError(.sessionNotFound, detail: "there is no session `\(id)`; it may have ended")
    }

    static func notSessionOwner(_ id: String) -> JSONRPCError {
        JSONRPCError(
            .notSessionOwner, detail: "session `\(id)` belongs to another connection; attachSession takes it over")
    }

    static func unknownToolCall(_ id: String) -> JSONRPCError {
        JSONRPCError(.unknownToolCall, detail: "no tool call `\(id)` waits for a result")
    }

    static func replayGap(lastSeq: Int) -> JSONRPCError {
        JSONRPCError(
            .replayGap,
            detail: "not everything after \(lastSeq) is kept; attach without lastSeq and read getHistory")
    }

    static let tokenWithdrawn = JSONRPCError(
        .unauthorized, detail: "the token that the connection was opened with is no longer good")

    static let shuttingDown = JSONRPCError(.shuttingDown, detail: "the server is shutting down")

    static func upstreamFailed(_ error: ModelError) -> JSONRPCError {
        JSONRPCError(.upstreamFailed, detail: error.detail, more: ["error": AnswerError(error, messageID: nil).json])
    }

    init(refusal: SessionRegistry.Refusal) {
        switch refusal {
        case .tooManySessions(let limit): self = .limitReached(.maxSessions, maximum: limit)
        case .tooManySessionsOfUser(let limit): self = .limitReached(.maxSessionsPerUser, maximum: limit)
        case .draining: self = .shuttingDown
        }
    }
}
