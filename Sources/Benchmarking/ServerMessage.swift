import JSON
import Wire

/// What a message of the server means for a benchmark.
enum ServerMessage: Equatable {
    /// `sentByUpstream`: when the upstream wrote it, where it says so.
    case chunk(hasText: Bool, isFinal: Bool, sentByUpstream: UInt64?)
    /// The message has no answer, or no more of it.
    case failure(kind: String, detail: String)
    /// The session is over.
    case sessionEnded(reason: String)
    case result(id: Int, sessionID: String?)
    case refusal(id: Int?, kind: String, detail: String)
    /// Nothing that concerns the measurement.
    case other
    case malformed

    static func read(_ message: [UInt8]) -> ServerMessage {
        var reader = Reader()
        do throws(JSONParseError) {
            try withJSONCursor(over: message.span) { (cursor) throws(JSONParseError) in try reader.read(&cursor) }
        } catch {
            return .malformed
        }
        return reader.message
    }

    /// The members that matter, as far as they are read.
    private struct Reader {
        private enum Method { case chunk, status, other }

        private var method: Method?
        private var id: Int?
        private var hasResult = false
        private var sessionID: String?
        private var error: (kind: String?, code: Int?, detail: String)?
        private var chunk: String?
        private var isFinal = false
        private var status: Int?
        private var reason = ""

        mutating func read(_ cursor: inout JSONCursor) throws(JSONParseError) {
            try cursor.readObject { (name, cursor) throws(JSONParseError) in
                switch name {
                case "method": method = try readMethod(&cursor)
                case "id": if try cursor.peekKind() == .number { id = try cursor.readNumber().int }
                case "params": try readParams(&cursor)
                case "result":
                    hasResult = true
                    if try cursor.peekKind() == .object { sessionID = try cursor.readValue()["sessionId"]?.string }
                case "error": readError(try cursor.readValue())
                default: break
                }
            }
        }

        private func readMethod(_ cursor: inout JSONCursor) throws(JSONParseError) -> Method {
            switch try cursor.readString() {
            case "AIMessageChunkNotification": .chunk
            case "SessionStatusNotification": .status
            default: .other
            }
        }

        private mutating func readParams(_ cursor: inout JSONCursor) throws(JSONParseError) {
            guard try cursor.peekKind() == .object else { return }
            try cursor.readObject { (name, cursor) throws(JSONParseError) in
                switch name {
                case "chunk": if try cursor.peekKind() == .string { chunk = try cursor.readString() }
                case "isFinal": if try cursor.peekKind() == .bool { isFinal = try cursor.readBool() }
                case "status": if try cursor.peekKind() == .number { status = try cursor.readNumber().int }
                case "reason": if try cursor.peekKind() == .string { reason = try cursor.readString() }
                case "error": readError(try cursor.readValue())
                default: break
                }
            }
        }

        private mutating func readError(_ value: JSONValue) {
            let data = value["data"] ?? value
            error = (
                data["kind"]?.string, value["code"]?.int,
                data["detail"]?.string ?? value["message"]?.string ?? ""
            )
        }

        var message: ServerMessage {
            switch method {
            case .chunk:
                return .chunk(
                    hasText: chunk?.isEmpty == false, isFinal: isFinal,
                    sentByUpstream: chunk.flatMap { SendStamp.nanoseconds(in: $0.utf8) })
            case .status:
                switch status {
                case 2: return .sessionEnded(reason: reason)
                case 3: return .failure(kind: error?.kind ?? "answerFailed", detail: error?.detail ?? reason)
                default: return .other
                }
            case .other: return .other
            case nil:
                if let error {
                    return .refusal(
                        id: id, kind: error.kind ?? error.code.map { "error \($0)" } ?? "refused", detail: error.detail)
                }
                guard hasResult, let id else { return .malformed }
                return .result(id: id, sessionID: sessionID)
            }
        }
    }
}
