import EventLoops
import JSON
import ScriptedUpstream
import WebSocketConnections

/// One connection with one session, which asks and listens.
final class LoadClient: WebSocketConnectionDelegate {
    private let connection: WebSocketConnection
    /// Lives as long as the process.
    private let load: SessionLoad
    private var sessionID = ""
    private var askedAt: UInt64 = 0

    init(connection: WebSocketConnection, load: SessionLoad) {
        self.connection = connection
        self.load = load
        connection.delegate = self
    }

    func startSession() {
        connection.sendText(#"{"jsonrpc":"2.0","id":1,"method":"startSession","params":{"userId":"load"}}"#)
    }

    func ask(_ message: String) {
        let request: JSONValue = [
            "jsonrpc": "2.0", "id": 2, "method": "sendUserMessage",
            "params": ["sessionId": .string(sessionID), "message": .string(message)],
        ]
        askedAt = MonotonicClock.now()
        connection.sendText(request.encoded())
    }

    func abort() {
        connection.abort()
    }

    // MARK: Messages

    private static let chunkStart = Array(#"{"jsonrpc":"2.0","method":"AIMessageChunkNotification""#.utf8)

    func connection(_ connection: WebSocketConnection, receivedText message: [UInt8]) {
        // Chunks are many: they are told by their first bytes, and read no further than needed.
        guard message.starts(with: Self.chunkStart) else { return receive(message) }
        let now = MonotonicClock.now()
        if askedAt != 0 {
            load.answerBegan(after: now - askedAt)
            askedAt = 0
        }
        let stamp = SendStamp.nanoseconds(in: message)
        guard stamp == nil, isFinal(message) else { return load.received(stamp: stamp, now: now) }
        load.answerEnded(self, isError: false)
    }

    private func isFinal(_ message: [UInt8]) -> Bool {
        (try? JSONParser.parse(message))?["params"]?["isFinal"]?.bool == true
    }

    private func receive(_ message: [UInt8]) {
        guard let value = try? JSONParser.parse(message) else {
            Console.fail("the server sent something that is no JSON")
        }
        if let error = value["error"] { Console.fail("the server refused: \(error.jsonText)") }
        if value["id"]?.int == 1 {
            sessionID = value["result"]?["sessionId"]?.string ?? ""
            load.sessionStarted()
        } else if value["params"]?["status"]?.int == 3 {
            askedAt = 0
            load.answerEnded(self, isError: true)
        }
    }

    func connection(_ connection: WebSocketConnection, receivedBinary message: [UInt8]) {}
    func connection(_ connection: WebSocketConnection, receivedPong payload: [UInt8]) {}
    func connectionDrained(_ connection: WebSocketConnection) {}

    func connection(_ connection: WebSocketConnection, ended ending: WebSocketEnding) {
        Console.fail("a connection ended: \(ending)")
    }
}
