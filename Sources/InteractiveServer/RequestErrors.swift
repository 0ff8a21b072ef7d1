import AILoop
import JSON
import JSONRPC
import SessionProtocol
import Sessions

/// The errors that requests are refused with; kinds are those of the documented list.
extension JSONRPCError {
    static func methodNotFound(_ name: String) -> JSONRPCError {
        JSONRPCError(.methodNotFound, kind: "methodNotFound", detail: "there is no method `\(name)`")
    }

    static func sessionNotFound(_ id: String) -> JSONRPCError {
        JSONRPCError(.invalidParams, kind: "sessionNotFound", detail: "there is no session `\(id)`; it may have ended")
    }

    static func notSessionOwner(_ id: String) -> JSONRPCError {
        JSONRPCError(
            .invalidParams, kind: "notSessionOwner",
            detail: "session `\(id)` belongs to another connection; attachSession takes it over")
    }

    static func unknownToolCall(_ id: String) -> JSONRPCError {
        JSONRPCError(
            .invalidParams, kind: "unknownToolCall", detail: "no tool call `\(id)` waits for a result")
    }

    static func replayGap(lastSeq: Int) -> JSONRPCError {
        JSONRPCError(
            .invalidParams, kind: "replayGap",
            detail: "not everything after \(lastSeq) is kept; attach without lastSeq and read getHistory")
    }

    static func limitReached(_ what: String, limit: Int) -> JSONRPCError {
        JSONRPCError(
            .serverBusy, kind: "limitReached", detail: "the limit of \(limit) \(what) is reached",
            more: ["limit": .number(JSONNumber(limit))])
    }

    static let shuttingDown = JSONRPCError(.serverBusy, kind: "shuttingDown", detail: "the server is shutting down")

    static func upstreamFailed(_ error: ModelError) -> JSONRPCError {
        JSONRPCError(
            .internalError, kind: "upstreamFailed", detail: error.detail, more: ["error": .object(error.object(messageID: nil))])
    }

    init(refusal: SessionRegistry.Refusal) {
        switch refusal {
        case .tooManySessions(let limit): self = .limitReached("sessions", limit: limit)
        case .tooManySessionsOfUser(let limit): self = .limitReached("sessions of one user", limit: limit)
        case .draining: self = .shuttingDown
        }
    }

    func isInvalid(param: String) -> Bool {
        kind == "invalidParam" && data?["param"]?.string == param
    }
}
