import Diagnostics
import JSON
import JSONRPC

@testable import Replaying

/// Plays a script against answers that a test writes down, on a clock of its own.
struct PlayerHarness {
    var player: ScriptPlayer
    /// Nanoseconds.
    var now: UInt64 = 1_000_000_000
    private(set) var sent: [JSONValue] = []
    private(set) var events: [PlayEvent] = []
    private(set) var connects = 0
    private(set) var closes = 0
    var seq = 0

    init(_ text: String, _ name: String = "a.txt", options: ScriptPlayer.Options = .init()) {
        let reading = ScriptReader.read(Array(text.utf8), origin: .file(name))
        precondition(!reading.containsError, "\(reading.diagnostics)")
        player = ScriptPlayer(reading.script, options: options)
    }

    mutating func feed(_ input: ScriptPlayer.Input) {
        for action in player.receive(input, now: now) {
            switch action {
            case .connect: connects += 1
            case .send(let message): sent.append((try? JSONParser.parse(message)) ?? .string("not JSON"))
            case .close: closes += 1
            case .tell(let event): events.append(event)
            }
        }
    }

    /// Feeds a message of the server.
    mutating func say(_ value: JSONValue) { feed(.message(value.encoded())) }

    /// Answers the request that was sent last.
    mutating func answer(_ result: JSONValue) {
        say(["jsonrpc": "2.0", "id": sent.last?["id"] ?? .null, "result": result])
    }

    mutating func refuse(_ code: Int, _ detail: String, id: JSONValue? = nil) {
        say([
            "jsonrpc": "2.0", "id": id ?? sent.last?["id"] ?? .null,
            "error": [
                "code": .number(JSONNumber(code)), "message": "words",
                "data": ["kind": "k", "detail": .string(detail)],
            ],
        ])
    }

    /// Tells something of session `s`, with the next number.
    mutating func notify(_ method: String, _ params: JSONObject) {
        seq += 1
        var params = params
        params["sessionId"] = "s"
        params["seq"] = .number(JSONNumber(seq))
        say(["jsonrpc": "2.0", "method": .string(method), "params": .object(params)])
    }

    mutating func chunk(_ text: String, of id: String = "m1") {
        notify("AIMessageChunkNotification", ["messageId": .string(id), "chunk": .string(text), "isFinal": false])
    }

    mutating func final(of id: String = "m1") {
        notify("AIMessageChunkNotification", ["messageId": .string(id), "chunk": "", "isFinal": true])
    }

    mutating func fail(_ detail: String, of id: String = "m1") {
        notify(
            "SessionStatusNotification",
            [
                "messageId": .string(id), "status": 3, "reason": .string("Error: " + detail),
                "error": ["kind": "other", "detail": .string(detail), "retryable": false],
            ])
    }

    mutating func toolCall(_ name: String, id: String, of message: String = "m1") {
        notify(
            "ToolCallNotification",
            [
                "messageId": .string(message), "toolCallId": .string(id), "toolName": .string(name), "arguments": [:],
                "executor": "client",
            ])
    }

    /// Connects and answers `startSession`.
    mutating func begin() {
        feed(.start)
        feed(.opened)
        answer(["sessionId": "s", "status": 1, "resumeToken": "t"])
        notify("SessionStatusNotification", ["status": 1, "reason": "Session started"])
    }

    /// Accepts the message that was sent last.
    mutating func accept(_ id: String = "m1") { answer(["messageId": .string(id), "status": 0]) }

    /// Method and params of each request.
    var requests: [String] {
        sent.map { "\($0["method"]?.string ?? $0.jsonText) \(($0["params"] ?? .null).jsonText)" }
    }

    /// One line an event.
    var story: [String] { events.map(Self.describe) }

    static func describe(_ event: PlayEvent) -> String {
        switch event {
        case .messageSent(let command): "sent \(command.message?.text ?? "")"
        case .chunk(let text): "chunk \(text)"
        case .toolCall(let call): "calls \(call.name)"
        case .toolResult(let name, let value): "gives \(name) \(value.jsonText)"
        case .disconnected: "disconnected"
        case .reconnected: "reconnected"
        case .messageEnded(let result): "\(result.command.line) \(describe(result))"
        case .commandFailed(let command, let failure):
            "\(command.line) \(command.name) \(failure.kind): \(failure.detail)"
        case .ended(let outcome): "ended \(outcome)"
        }
    }

    private static func describe(_ result: MessageResult) -> String {
        switch result.status {
        case .ok: "ok \(JSONValue.string(result.answer).jsonText)"
        case .failed(let failure): "\(failure.kind): \(failure.detail)"
        case .skipped: "skipped"
        }
    }
}
