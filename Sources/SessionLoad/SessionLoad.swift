import Benchmarking
import EventLoops
import Glibc
import HTTP1
import JSON
import WebSocket
import WebSocketConnections

/// Drives the sessions and prints what came of it. Ends the process.
///
///     starting ── all sessions stand ──▶ warming up ── time ──▶ counting ── time ──▶ exit
final class SessionLoad {
    /// Connections under way at the same time, so that the server's backlog holds them.
    static let maximumConnecting = 64

    private let plan: LoadPlan
    private let loop: EventLoop
    private let url: HTTPURL
    private var opened = 0
    private var clients: [LoadClient] = []
    private var isCounting = false
    private var chunks = 0
    private var errors = 0
    private var answers = 0
    private var relay = LatencyHistogram()
    private var firstChunks = LatencyHistogram()
    private var countingSince: UInt64 = 0
    private var usageAtStart: ProcessUsage?
    private var usageBefore: ProcessUsage?

    init(_ plan: LoadPlan, url: HTTPURL, loop: EventLoop) {
        self.plan = plan
        self.url = url
        self.loop = loop
    }

    func start() {
        usageAtStart = plan.serverProcess.flatMap(ProcessUsage.init(pid:))
        for _ in 0..<min(Self.maximumConnecting, plan.sessions) { openNext() }
    }

    private func openNext() {
        guard opened < plan.sessions else { return }
        opened += 1
        WebSocketConnector(loop: loop, address: plan.address, url: url) { result in
            switch result {
            case .success(let connection):
                let client = LoadClient(connection: connection, load: self)
                self.clients.append(client)
                client.startSession()
            case .failure(let error):
                Console.fail("no connection: \(error)")
            }
        }
    }

    // MARK: From the clients

    func sessionStarted() {
        openNext()
        started += 1
        guard started == plan.sessions else { return }
        if plan.isIdle { return reportIdle() }
        for client in clients { client.ask(plan.message) }
        loop.schedule(after: UInt64(plan.warmUpSeconds) * 1_000_000_000) { self.startCounting() }
    }

    private var started = 0

    func received(stamp: UInt64?, now: UInt64) {
        guard isCounting else { return }
        chunks += 1
        if let stamp, stamp <= now { relay.record(now - stamp) }
    }

    func answerBegan(after nanoseconds: UInt64) {
        if isCounting { firstChunks.record(nanoseconds) }
    }

    func answerEnded(_ client: LoadClient, isError: Bool) {
        if isCounting {
            answers += 1
            if isError { errors += 1 }
        }
        client.ask(plan.message)
    }

    // MARK: Reporting

    private func startCounting() {
        isCounting = true
        usageBefore = plan.serverProcess.flatMap(ProcessUsage.init(pid:))
        countingSince = MonotonicClock.now()
        loop.schedule(after: UInt64(plan.seconds) * 1_000_000_000) { self.report() }
    }

    private func report() {
        let elapsed = Double(MonotonicClock.now() - countingSince)
        let usageAfter = plan.serverProcess.flatMap(ProcessUsage.init(pid:))
        guard chunks > 0 else { Console.fail("no chunk came") }
        var parts = [
            "\(plan.sessions) sessions: \(Int(Double(chunks) / elapsed * 1e9)) chunks/s,",
            "\(answers) answers ended, \(errors) errors,",
        ]
        if let median = relay.value(at: 0.5), let high = relay.value(at: 0.99) {
            parts.append(
                "upstream write to client read p50 \(milliseconds(median)) p99 \(milliseconds(high)) "
                    + "max \(milliseconds(relay.maximum)) ms,")
        }
        if let median = firstChunks.value(at: 0.5), let high = firstChunks.value(at: 0.99) {
            parts.append("first chunk p50 \(milliseconds(median)) p99 \(milliseconds(high)) ms,")
        }
        if let usageBefore, let usageAfter {
            let cpu = Double(usageAfter.cpuNanoseconds - usageBefore.cpuNanoseconds)
            parts.append(
                "server CPU \((cpu / Double(chunks) / 10).rounded() / 100) µs/chunk (\(Int(cpu / elapsed * 100)) % of a core), "
                    + "\(usageAfter.residentBytes >> 10) KiB resident")
        }
        Console.print(parts.joined(separator: " "))
        exit(0)
    }

    private func reportIdle() {
        loop.schedule(after: UInt64(plan.warmUpSeconds) * 1_000_000_000) { [self] in
            guard let before = usageAtStart, let after = plan.serverProcess.flatMap(ProcessUsage.init(pid:)) else {
                Console.fail("--idle needs --pid, and a process that can be seen")
            }
            let grown = Double(after.residentBytes - before.residentBytes) / 1024
            Console.print(
                "\(plan.sessions) idle sessions: \(before.residentBytes >> 10) KiB before, "
                    + "\(after.residentBytes >> 10) KiB after, \((grown / Double(plan.sessions) * 100).rounded() / 100) KiB a session, "
                    + "\(after.openDescriptors) descriptors")
            reportRelease(before)
        }
    }

    /// How long the server takes to give everything back once the clients are gone.
    private func reportRelease(_ before: ProcessUsage) {
        let start = MonotonicClock.now()
        for client in clients { client.abort() }
        clients = []
        checkRelease(before, since: start)
    }

    private func checkRelease(_ before: ProcessUsage, since start: UInt64) {
        let now = MonotonicClock.now()
        guard let usage = plan.serverProcess.flatMap(ProcessUsage.init(pid:)) else {
            Console.fail("the server is gone")
        }
        if usage.openDescriptors <= before.openDescriptors || now - start > UInt64(plan.seconds) * 1_000_000_000 {
            Console.print(
                "after the disconnect of all: \(usage.openDescriptors) descriptors (\(before.openDescriptors) before), "
                    + "\(usage.residentBytes >> 10) KiB, \(milliseconds(now - start)) ms")
            exit(0)
        }
        loop.schedule(after: 10_000_000) { self.checkRelease(before, since: start) }
    }

    private func milliseconds(_ nanoseconds: UInt64) -> Double {
        (Double(nanoseconds) / 10_000).rounded() / 100
    }
}
