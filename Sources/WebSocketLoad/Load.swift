import Benchmarking
import EventLoops
import Glibc
import HTTP1
import WebSocket
import WebSocketConnections

/// Drives the connections and prints what came of it. Ends the process.
///
///     connecting ── all stand ──▶ warming up ── time ──▶ counting ── time ──▶ exit
final class Load {
    /// Connections under way at the same time, so that the server's backlog holds them.
    static let maximumConnecting = 128

    private let plan: Plan
    private let loop: EventLoop
    private let message: [UInt8]
    private var isCounting = false
    private var started = 0
    private var connections: [WebSocketConnection] = []
    private var roundTrips = LatencyHistogram()
    private var countingSince: UInt64 = 0
    private var usageBefore: ProcessUsage?

    init(_ plan: Plan, loop: EventLoop) {
        self.plan = plan
        self.loop = loop
        message = [UInt8](repeating: UInt8(ascii: "m"), count: plan.messageBytes)
    }

    func start() {
        for _ in 0..<min(Self.maximumConnecting, plan.connections) { connectNext() }
    }

    private func connectNext() {
        guard started < plan.connections else { return }
        started += 1
        let url: HTTPURL
        do { url = try HTTPURL("ws://\(plan.address)/") } catch { return Load.fail(error.detail) }
        let limits = WebSocketConnectionLimits(messages: WebSocketLimits(maximumMessageBytes: plan.messageBytes))
        WebSocketConnector(loop: loop, address: plan.address, url: url, limits: limits) { result in
            switch result {
            case .success(let connection): self.opened(connection)
            case .failure(let error): Load.fail("no connection: \(error)")
            }
        }
    }

    private func opened(_ connection: WebSocketConnection) {
        connections.append(connection)
        connectNext()
        guard connections.count == plan.connections else { return }
        for connection in connections {
            let echoes = EchoRunner(message: message) { self.completed(roundTrip: $0) }
            connection.delegate = echoes
            echoes.send(on: connection)
        }
        loop.schedule(after: UInt64(plan.warmUpSeconds) * 1_000_000_000) { self.startCounting() }
    }

    private func completed(roundTrip nanoseconds: UInt64) {
        if isCounting { roundTrips.record(nanoseconds) }
    }

    private func startCounting() {
        isCounting = true
        usageBefore = plan.serverProcess.flatMap(ProcessUsage.init(pid:))
        countingSince = MonotonicClock.now()
        loop.schedule(after: UInt64(plan.seconds) * 1_000_000_000) { self.report() }
    }

    private func report() {
        let elapsed = Double(MonotonicClock.now() - countingSince)
        let usageAfter = plan.serverProcess.flatMap(ProcessUsage.init(pid:))
        guard let median = roundTrips.value(at: 0.5), let high = roundTrips.value(at: 0.99) else {
            return Load.fail("no message came back")
        }
        let count = Double(roundTrips.count)
        var parts = [
            "\(plan.connections) connections, \(plan.messageBytes) bytes:",
            "\(Int(count / elapsed * 1e9)) messages/s,",
            "round trip p50 \(Self.milliseconds(median)) ms p99 \(Self.milliseconds(high)) ms",
        ]
        if plan.serverProcess != nil {
            guard let usageBefore, let usageAfter else { return Load.fail("the server's process cannot be seen") }
            let cpu = Double(usageAfter.cpuNanoseconds - usageBefore.cpuNanoseconds)
            let perMessage = (cpu / count / 10).rounded() / 100
            parts.append(
                "— server CPU \(perMessage) µs/message (\(Int(cpu / elapsed * 100)) % of a core), "
                    + "\(usageAfter.residentBytes >> 10) KiB resident")
        }
        Console.print(parts.joined(separator: " "))
        exit(0)
    }

    private static func milliseconds(_ nanoseconds: UInt64) -> Double {
        (Double(nanoseconds) / 10_000).rounded() / 100
    }

    static func fail(_ message: String) {
        Console.complain(message)
        exit(ExitStatus.failed)
    }
}

/// One connection: a message out, its echo back, the next.
private final class EchoRunner: WebSocketConnectionDelegate {
    private let message: [UInt8]
    private let onRoundTrip: (UInt64) -> Void
    private var sentAt: UInt64 = 0

    init(message: [UInt8], onRoundTrip: @escaping (UInt64) -> Void) {
        self.message = message
        self.onRoundTrip = onRoundTrip
    }

    func send(on connection: WebSocketConnection) {
        sentAt = MonotonicClock.now()
        connection.sendText(message)
    }

    func connection(_ connection: WebSocketConnection, receivedText message: [UInt8]) {
        guard message == self.message else { return Load.fail("an echo differs from its message") }
        onRoundTrip(MonotonicClock.now() - sentAt)
        send(on: connection)
    }

    func connection(_ connection: WebSocketConnection, receivedBinary message: [UInt8]) {
        Load.fail("a text message came back as binary")
    }

    func connection(_ connection: WebSocketConnection, receivedPong payload: [UInt8]) {}
    func connectionDrained(_ connection: WebSocketConnection) {}

    func connection(_ connection: WebSocketConnection, ended ending: WebSocketEnding) {
        Load.fail("a connection ended: \(ending)")
    }
}
