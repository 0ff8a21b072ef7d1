import EventLoops
import Foundation
import HTTP1
import InteractiveClient
import JSON
import Synchronization
import TestSupport
import Testing

/// `serve` as a process under what befalls a server: no permission, changed tokens, a log that nobody reads, clients that
/// vanish or never read.
@Suite(.timeLimit(.minutes(5))) struct LifecycleTests {
    private let program = BuiltProgram(name: "ailoopctl")
    private static let quick = [
        "AILOOP_MOCK__FIRST_CHUNK_MS": "1", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0", "AILOOP_MOCK__CHUNKS": "1",
    ]

    // MARK: Starting

    /// Where the system gives every port to everybody, nobody can be refused one.
    private static let portsAreGuarded =
        (try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding: .utf8))
        .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }.map { $0 > 1 } ?? true

    @Test(.enabled(if: portsAreGuarded, "this system gives port 1 to everybody"))
    func aPortWithoutPermissionIsOneClearLine() async throws {
        let drop = "--bounding-set=-net_bind_service --inh-caps=-net_bind_service"
        let prefix = getuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups \(drop) " : ""
        let result = try await program.shell("\(prefix)\"$PROGRAM\" serve --ai-service mock --port 1")
        #expect(result.status == 69)
        #expect(
            result.errors.contains(
                "cannot listen on 127.0.0.1:1: permission denied. Ports below 1024 need privileges"))
    }

    @Test func aHostThatDoesNotExistIsSaid() async throws {
        let result = try await program.run(
            ["serve", "--ai-service", "mock", "--host", "no-such-host.invalid"],
            environment: ["AILOOP_SERVER__AUTH__INSECURE": "true"])
        #expect(result.status == 69)
        #expect(result.errors.contains("cannot listen on no-such-host.invalid: no such host or address"))
    }

    @Test func descriptorsAreAskedForAsTheConnectionsNeedThem() async throws {
        let result = try await program.shell(
            """
            ulimit -Sn 100
            "$PROGRAM" serve --ai-service mock --port 0 2>err &
            until grep -q health err || ! kill -0 $!; do sleep 0.1; done
            awk '/^Max open files/ { print $4 }' /proc/$!/limits
            kill $!
            wait $!
            """, environment: ["AILOOP_SERVER__MAX_CONNECTIONS": "150"])
        #expect(result.output == "364\n")
        #expect(result.status == 0)
    }

    /// Waits in a shell until the server has said something; it ends with the server.
    private static func said(_ words: String) -> String {
        "until grep -q '\(words)' err || ! kill -0 $!; do sleep 0.1; done"
    }

    @Test func moreConnectionsThanTheSystemAllowsAreWarnedOf() async throws {
        let result = try await program.shell(
            """
            ulimit -n 100
            "$PROGRAM" serve --ai-service mock --port 0 2>err &
            \(Self.said("health"))
            grep -c 'fewer descriptors' err
            grep -o '"max_connections":150,"needed":364,"allowed":100' err
            kill $!
            wait $!
            """, environment: ["AILOOP_SERVER__MAX_CONNECTIONS": "150"])
        #expect(result.output == "1\n\"max_connections\":150,\"needed\":364,\"allowed\":100\n")
        #expect(result.status == 0)
    }

    @Test func descriptorsFollowTheConnectionsThatAReloadAllows() async throws {
        let result = try await program.shell(
            """
            ulimit -Sn 100
            echo 'server: {max_connections: 20}' > own.yaml
            "$PROGRAM" serve --config own.yaml --ai-service mock --port 0 2>err &
            \(Self.said("health"))
            awk '/^Max open files/ { print $4 }' /proc/$!/limits
            echo 'server: {max_connections: 150}' > own.yaml
            kill -HUP $!
            \(Self.said("configuration reloaded"))
            awk '/^Max open files/ { print $4 }' /proc/$!/limits
            kill $!
            wait $!
            """)
        #expect(result.output == "104\n364\n")
        #expect(result.status == 0)
    }

    /// No thread can have a stack that the address space does not hold: as where a limit of processes is reached, which does not
    /// hold for every user.
    @Test(arguments: ["serve --port 0", "chat Hello", "replay talk.txt", "bench --sessions 1 --messages 1"])
    func threadsThatCannotBeStartedAreSaid(command: String) async throws {
        let result = try await program.shell(
            """
            echo Hello > talk.txt
            ulimit -s 200000000000
            "$PROGRAM" \(command) --ai-service mock
            """)
        #expect(result.status == 69, "\(result.errors)")
        #expect(result.errors.contains("pthread_create: Resource temporarily unavailable"), "\(result.errors)")
    }

    // MARK: Running

    @Test func aHangupReadsTheTokensAgain() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("tokens", "old-token\nkept-token\n")
        let server = try await RunningServer(
            environment: ["AILOOP_SERVER__AUTH__TOKENS_FILE": file].merging(Self.quick) { $1 })
        let old = try await server.connect(token: "old-token")
        let kept = try await server.connect(token: "kept-token")
        try directory.write("tokens", "kept-token\nnew-token\n")
        server.signal(SIGHUP)
        for await event in old.events {
            guard case .closed(let code, _) = event else { continue }
            #expect(code == 1008)
        }
        #expect(try await kept.call("echo", ["message": 1]) == 1)
        #expect(try await server.connect(token: "new-token").call("echo", ["message": 2]) == 2)
        await #expect(throws: RPCClient.CallError.self) { _ = try await server.connect(token: "old-token") }
        server.signal(SIGTERM)
        #expect(await server.exitCode() == 0)
    }

    @Test func aLogThatNobodyReadsStopsNothing() async throws {
        let server = try await RunningServer(
            environment: ["AILOOP_LOGGING__LEVEL": "debug"].merging(Self.quick) { $1 }, readsLog: false)
        let client = try await server.connect()
        var dropped = 0
        while dropped == 0 {
            for _ in 0..<1000 {
                let session = try #require(try await client.call("startSession", ["userId": "u"])["sessionId"])
                _ = try await client.call("stopSession", ["sessionId": session])
            }
            dropped = try await server.metric("ailoop_log_lines_dropped_total")
        }
        let session = try #require(try await client.call("startSession", ["userId": "u"])["sessionId"])
        _ = try await client.call("sendUserMessage", ["sessionId": session, "message": "hello"])
        for await event in client.events {
            if case .notification("AIMessageChunkNotification", let params) = event, params?["isFinal"] == true {
                break
            }
        }
        server.signal(SIGTERM)
        #expect(await server.exitCode() == 0)
    }

    // MARK: What is freed

    private func descriptors(_ server: RunningServer) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(server.pid)/fd").count
    }

    @Test func clientsThatVanishLeaveNothingBehind() async throws {
        let server = try await RunningServer(environment: ["AILOOP_SESSIONS__RESUME_WINDOW_SECONDS": "0"])
        let loop = try EventLoop(name: "clients")
        try loop.start()
        let before = try descriptors(server)
        var clients: [(transport: WebSocketTransport, client: RPCClient)] = []
        for _ in 0..<50 {
            let client = RPCClient()
            let transport = await WebSocketTransport.open(
                try HTTPURL("ws://\(server.address)/ws"), loop: loop, onEvent: { client.receive($0) })
            client.use(transport)
            try await client.waitUntilOpen()
            let session = try #require(try await client.call("startSession", ["userId": "u"])["sessionId"])
            _ = try await client.call("sendUserMessage", ["sessionId": session, "message": "long"])
            clients.append((transport, client))
        }
        #expect(try descriptors(server) == before + 50)
        for (transport, _) in clients { transport.abort() }
        try await wait { try descriptors(server) <= before }
        #expect(try await server.metric("ailoop_sessions_active") == 0)
        #expect(try await server.metric("ailoop_upstream_requests_active") == 0)
        loop.stop()
    }

    private func residentBytes(_ server: RunningServer) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(server.pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return try #require(line?.split(separator: " ").compactMap { Int($0) }.first) * 1024
    }

    /// Three clients ask for 30 MB each and read nothing. The kernel takes some of it; the server keeps what its limits allow.
    @Test func whatIsKeptForClientsThatNeverReadIsBounded() async throws {
        let server = try await RunningServer(environment: ["AILOOP_SERVER__MAX_QUEUED_BYTES": "100000"])
        let loop = try EventLoop(name: "clients")
        try loop.start()
        let before = try residentBytes(server)
        let echo = Array(
            #"{"jsonrpc":"2.0","id":1,"method":"echo","params":"\#(String(repeating: "z", count: 50_000))"}"#.utf8)
        var transports: [WebSocketTransport] = []
        for _ in 0..<3 {
            let client = RPCClient()
            let transport = await WebSocketTransport.open(
                try HTTPURL("ws://\(server.address)/ws"), loop: loop, onEvent: { client.receive($0) })
            try await client.waitUntilOpen()
            transport.pauseReading()
            for _ in 0..<600 { transport.send(echo) }
            transports.append(transport)
        }
        // The server has answered all that it will when two looks at what it has read find the same.
        var read = -1
        while true {
            let now = try await server.metric("ailoop_received_bytes_total")
            if now == read, now > 0 { break }
            read = now
        }
        #expect(try residentBytes(server) - before < 30_000_000)
        let other = try await server.connect()
        #expect(try await other.call("echo", ["message": 1]) == 1)
        for transport in transports { transport.abort() }
        loop.stop()
    }
}
