import Benchmarking
import EventLoops
import HTTP1
import JSON
import WebSocket
import WebSocketConnections

/// A WebSocket server whose answers a test writes: it gets each request and says what is sent back.
final class FakeServer: Sendable {
    enum Reply: Sendable {
        case message(JSONValue)
        case text(String)
        /// Ends TCP without a word.
        case breakOff

        static func result(_ request: JSONValue, _ result: JSONValue) -> Reply {
            .message(["jsonrpc": "2.0", "id": request["id"] ?? .null, "result": result])
        }

        static func chunk(_ text: String, isFinal: Bool = false) -> Reply {
            .message([
                "jsonrpc": "2.0", "method": "AIMessageChunkNotification",
                "params": ["sessionId": "s", "chunk": .string(text), "isFinal": .bool(isFinal)],
            ])
        }

        static func status(_ status: Int, reason: String) -> Reply {
            .message([
                "jsonrpc": "2.0", "method": "SessionStatusNotification",
                "params": ["sessionId": "s", "status": .number(JSONNumber(status)), "reason": .string(reason)],
            ])
        }
    }

    typealias Script = @Sendable (_ method: String, _ request: JSONValue) -> [Reply]

    let target: LoadTarget
    private let loop: EventLoop

    private init(loop: EventLoop, target: LoadTarget) {
        self.loop = loop
        self.target = target
    }

    static func start(_ script: @escaping Script) async throws -> FakeServer {
        let loop = try EventLoop(name: "fake-server")
        try loop.start()
        let address: SocketAddress = try await withCheckedThrowingContinuation { continuation in
            loop.submit {
                do throws(SystemError) {
                    guard let any = SocketAddress(host: "127.0.0.1", port: 0) else { return }
                    let listener = try TCPListener(loop: loop, address: any) { descriptor in
                        _ = try? WebSocketAcceptor(loop: loop, adopting: descriptor) { connection, _ in
                            connection.delegate = Peer(script: script)
                        }
                    }
                    try listener.start()
                    continuation.resume(returning: listener.address)
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
        return FakeServer(
            loop: loop, target: LoadTarget(address: address, url: try HTTPURL("ws://\(address)/ws")))
    }

    deinit {
        loop.stop()
    }

    /// Starts sessions, and lets the test answer the rest.
    static func session(_ rest: @escaping Script) -> Script {
        { method, request in
            switch method {
            case "startSession": [.result(request, ["sessionId": "s", "status": 1])]
            case "stopSession": [.result(request, ["status": 2])]
            default: rest(method, request)
            }
        }
    }

    private final class Peer: WebSocketConnectionDelegate {
        private let script: Script

        init(script: @escaping Script) {
            self.script = script
        }

        func connection(_ connection: WebSocketConnection, receivedText message: [UInt8]) {
            guard let request = try? JSONParser.parse(message), let method = request["method"]?.string else { return }
            for reply in script(method, request) {
                switch reply {
                case .message(let value): connection.sendText(value.encoded())
                case .text(let text): connection.sendText(text)
                case .breakOff: connection.abort()
                }
            }
        }

        func connection(_ connection: WebSocketConnection, receivedBinary message: [UInt8]) {}
        func connection(_ connection: WebSocketConnection, receivedPong payload: [UInt8]) {}
        func connectionDrained(_ connection: WebSocketConnection) {}
        func connection(_ connection: WebSocketConnection, ended ending: WebSocketEnding) {}
    }
}
