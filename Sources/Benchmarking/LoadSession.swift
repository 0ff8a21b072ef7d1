import EventLoops
import JSON
import WebSocket
import WebSocketConnections

/// What a session tells the load, on its loop.
protocol LoadSessionOwner: AnyObject {
    func sessionStarted(_ session: LoadSession, after nanoseconds: UInt64)
    /// A chunk with text came; `sentByUpstream` where it says when that was.
    func chunkArrived(at now: UInt64, sentByUpstream: UInt64?)
    func answerEnded(_ session: LoadSession, _ timing: MessageTiming, at now: UInt64)
    /// `isUsable`: whether the session can be asked again at once.
    func answerFailed(_ session: LoadSession, _ timing: MessageTiming, kind: String, detail: String, isUsable: Bool)
    /// A message that had failed for want of time is over on the server's side, too.
    func sessionRecovered(_ session: LoadSession)
    /// The connection is gone; the last call.
    func sessionEnded(_ session: LoadSession, kind: String, detail: String)
}

/// One connection with one session, which is asked and listened to. Times are taken here, where the bytes are read.
///
///     starting ──▶ idle ◀──▶ asking ── no answer in time ──▶ cancelling ──▶ idle
///        └───────────┴──────────┴── connection gone, session over ─┴──▶ ended
final class LoadSession: WebSocketConnectionDelegate {
    enum State: Equatable {
        case starting
        case idle
        case asking(request: Int)
        /// Its message was given up at this time; the server has been asked to stop.
        case cancelling(since: UInt64)
        case ended
    }

    private(set) var state = State.starting
    private let connection: WebSocketConnection
    private let beganAt: UInt64
    private var owner: (any LoadSessionOwner)?
    private var sessionID = ""
    private var timing: MessageTiming?
    private var nextRequest = 1
    private var endedKind: (kind: String, detail: String)?

    /// - Parameter beganAt: when its connection was begun.
    init(connection: WebSocketConnection, userID: String, beganAt: UInt64, owner: any LoadSessionOwner) {
        self.connection = connection
        self.beganAt = beganAt
        self.owner = owner
        connection.delegate = self
        call("startSession", ["userId": .string(userID)])
    }

    @discardableResult
    private func call(_ method: String, _ params: JSONObject) -> Int {
        let id = nextRequest
        nextRequest += 1
        let request: JSONValue = [
            "jsonrpc": "2.0", "id": .number(JSONNumber(id)), "method": .string(method), "params": .object(params),
        ]
        connection.sendText(request.encoded())
        return id
    }

    /// The server has opened it, whatever became of it since.
    var wasStarted: Bool { !sessionID.isEmpty }

    // MARK: From the load

    /// Sends a message. The session must be idle.
    func ask(_ text: String, intendedAt: UInt64?, isMeasured: Bool) {
        let now = MonotonicClock.now()
        timing = MessageTiming(intendedAt: intendedAt ?? now, sentAt: now, isMeasured: isMeasured)
        let request = call("sendUserMessage", ["sessionId": .string(sessionID), "message": .string(text)])
        state = .asking(request: request)
    }

    /// Gives up a message whose answer takes longer than `limit`, and then a session that does not even end it.
    func checkTime(now: UInt64, limit: UInt64) {
        switch state {
        case .asking:
            guard let timing, now - timing.sentAt > limit else { return }
            state = .cancelling(since: now)
            call("cancelMessage", ["sessionId": .string(sessionID)])
            fail(
                kind: "noAnswerInTime", detail: "The answer had not ended after \(FigureText.time(Double(limit))).",
                isUsable: false)
        case .cancelling(let since):
            guard now - since > limit else { return }
            endedKind = ("noAnswerInTime", "The server did not end a message that was cancelled.")
            connection.abort()
            end()
        case .starting:
            // The limit is that of an answer; to start takes as long as to connect may.
            guard now - beganAt > max(limit, WebSocketConnector.defaultTimeoutNanoseconds) else { return }
            endedKind = ("noAnswerInTime", "The server did not answer startSession.")
            connection.abort()
            end()
        case .idle, .ended: break
        }
    }

    /// Ends the session and the connection in good order; the owner hears of its end.
    func close() {
        timing = nil
        if !sessionID.isEmpty { call("stopSession", ["sessionId": .string(sessionID)]) }
        connection.close(.normalClosure)
    }

    /// Breaks the connection without a word, to either side.
    func abort() {
        owner = nil
        state = .ended
        connection.abort()
    }

    private func fail(kind: String, detail: String, isUsable: Bool = true) {
        guard let timing else { return }
        self.timing = nil
        owner?.answerFailed(self, timing, kind: kind, detail: detail, isUsable: isUsable)
    }

    private func end() {
        guard state != .ended else { return }
        let (kind, detail) = endedKind ?? ("connectionLost", "The connection ended.")
        state = .ended
        fail(kind: kind, detail: detail, isUsable: false)
        let owner = owner
        self.owner = nil
        owner?.sessionEnded(self, kind: kind, detail: detail)
    }

    // MARK: From the server

    func connection(_ connection: WebSocketConnection, receivedText message: [UInt8]) {
        let now = MonotonicClock.now()
        switch ServerMessage.read(message) {
        case .chunk(let hasText, let isFinal, let sentByUpstream):
            if hasText { noteChunk(at: now, sentByUpstream: sentByUpstream) }
            if isFinal { answerEnded(at: now) }
        case .failure(let kind, let detail):
            messageOver { fail(kind: kind, detail: detail) }
        case .sessionEnded(let reason):
            endedKind = ("sessionEnded", reason)
            connection.close(.normalClosure)
        case .result(_, let sessionID?):
            guard state == .starting else { return }
            self.sessionID = sessionID
            state = .idle
            owner?.sessionStarted(self, after: now - beganAt)
        case .refusal(let id, let kind, let detail):
            refused(id, kind: kind, detail: detail)
        case .malformed:
            endedKind = ("malformedMessage", "The server sent something that is no JSON-RPC message.")
            connection.close(.protocolError)
        case .result, .other: break
        }
    }

    private func noteChunk(at now: UInt64, sentByUpstream: UInt64?) {
        timing?.noteChunk(at: now)
        owner?.chunkArrived(at: now, sentByUpstream: sentByUpstream)
    }

    private func answerEnded(at now: UInt64) {
        messageOver {
            guard let timing else { return }
            guard timing.firstChunkAt != nil else {
                return fail(kind: "emptyAnswer", detail: "The answer ended without any text.")
            }
            self.timing = nil
            owner?.answerEnded(self, timing, at: now)
        }
    }

    /// The server is done with the message at hand; `tell` says how.
    private func messageOver(_ tell: () -> Void) {
        switch state {
        case .asking:
            state = .idle
            tell()
        case .cancelling:
            state = .idle
            owner?.sessionRecovered(self)
        case .starting, .idle, .ended: break
        }
    }

    private func refused(_ id: Int?, kind: String, detail: String) {
        switch state {
        case .starting:
            endedKind = (kind, detail)
            connection.close(.normalClosure)
        case .asking(let request) where id == request:
            messageOver { fail(kind: kind, detail: detail) }
        default: break
        }
    }

    func connection(_ connection: WebSocketConnection, receivedBinary message: [UInt8]) {
        connection.close(.unsupportedData)
    }

    func connection(_ connection: WebSocketConnection, receivedPong payload: [UInt8]) {}
    func connectionDrained(_ connection: WebSocketConnection) {}

    func connection(_ connection: WebSocketConnection, ended ending: WebSocketEnding) {
        if endedKind == nil { endedKind = ("connectionLost", Self.describe(ending)) }
        end()
    }

    private static func describe(_ ending: WebSocketEnding) -> String {
        switch ending {
        case .closed(let code, let reason):
            let words = reason.isEmpty ? "" : ": \(reason)"
            return "The server closed the connection (\(code.map { "\($0.rawValue)" } ?? "no code"))\(words)."
        case .failed(_, let reason): return "The server broke the protocol: \(reason)."
        case .lost(let error?): return error.detail ?? "The connection broke: \(error.message)."
        case .lost(nil): return "The connection ended."
        }
    }
}
