import EventLoops
import Glibc
import HTTP1
import WebSocket
import WebSocketConnections

/// Lets an Autobahn|Testsuite fuzzing server test our client role: asks for the number of cases, connects once for each
/// and echoes, then has the report written. Ends the process.
final class AutobahnClient {
    private static let agent = "ailoopctl"

    private let loop: EventLoop
    private let address: SocketAddress
    private let server: HTTPURL
    private var caseCount = 0

    init(loop: EventLoop, address: SocketAddress, server: HTTPURL) {
        self.loop = loop
        self.address = address
        self.server = server
    }

    func start() {
        connect("/getCaseCount") { connection in
            connection.delegate = CaseCount { count in
                guard let count else { return self.fail("the server told no number of cases") }
                self.caseCount = count
                self.runCase(1)
            }
        }
    }

    private func runCase(_ number: Int) {
        guard number <= caseCount else { return updateReports() }
        connect("/runCase?case=\(number)&agent=\(Self.agent)") { connection in
            connection.delegate = Echo { _ in self.runCase(number + 1) }
        }
    }

    private func updateReports() {
        connect("/updateReports?agent=\(Self.agent)") { connection in
            connection.delegate = Echo { _ in exit(0) }
        }
    }

    private func connect(_ target: String, then use: @escaping (WebSocketConnection) -> Void) {
        let url: HTTPURL
        do { url = try HTTPURL(server.origin + target) } catch { return fail(error.detail) }
        WebSocketConnector(loop: loop, address: address, url: url, limits: Echo.limits) { result in
            switch result {
            case .success(let connection): use(connection)
            case .failure(let error): self.fail("\(target): \(error)")
            }
        }
    }

    private func fail(_ message: String) {
        Console.complain(message)
        exit(ExitStatus.failed)
    }
}

/// Waits for the one message that tells how many cases there are, and for the connection's end.
private final class CaseCount: WebSocketConnectionDelegate {
    private var count: Int?
    private let onEnd: (Int?) -> Void

    init(onEnd: @escaping (Int?) -> Void) {
        self.onEnd = onEnd
    }

    func connection(_ connection: WebSocketConnection, receivedText message: [UInt8]) {
        count = Int(String(decoding: message, as: UTF8.self))
    }

    func connection(_ connection: WebSocketConnection, receivedBinary message: [UInt8]) {}
    func connection(_ connection: WebSocketConnection, receivedPong payload: [UInt8]) {}
    func connectionDrained(_ connection: WebSocketConnection) {}

    func connection(_ connection: WebSocketConnection, ended ending: WebSocketEnding) {
        onEnd(count)
    }
}
