import EventLoops
import Glibc
import HTTP1
import HTTPClient
import ScriptedUpstream
import Testing

/// Names, addresses and the time that connecting takes.
@Suite(.timeLimit(.minutes(5))) struct ConnectingTests {
    /// An address where nothing listens: a port below 1024, which the system gives to nobody else meanwhile.
    private func closedAddress(_ host: String = "127.0.0.1") throws -> SocketAddress {
        try #require(SocketAddress(host: host, port: 1))
    }

    private func names(_ hosts: String...) throws -> NameLookUp {
        let addresses = try hosts.map { try #require(SocketAddress(host: $0, port: 0)) }
        return NameLookUp { _ in .success(addresses) }
    }

    @Test func aPortWhereNothingListensIsSaid() async throws {
        let address = try closedAddress()
        try await TestClient.with { client async throws in
            #expect(
                try await client.get("http://\(address)").failure()
                    == HTTPTransportError(
                        kind: .connectionRefused,
                        detail: """
                            No connection to \(address): Connection refused. \
                            Check the address, and that the server runs.
                            """))
        }
    }

    @Test func aNameThatHasNoAddressIsSaid() async throws {
        let names = NameLookUp { name in .failure(NameError(message: "Name or service not known")) }
        try await TestClient.with(names: names) { client async throws in
            #expect(
                try await client.get("http://nowhere.test").failure()
                    == HTTPTransportError(
                        kind: .unresolvedHost,
                        detail: """
                            The name nowhere.test could not be resolved: Name or service not known. \
                            Check the address and this machine's DNS.
                            """))
        }
    }

    @Test func theSystemKnowsItsOwnName() async throws {
        let addresses = try NameLookUp.system.addresses("localhost").get()
        #expect(addresses.contains { $0.isLoopback })
        guard case .failure(let error) = NameLookUp.system.addresses("no-such-name.invalid") else {
            return #expect(Bool(false))
        }
        #expect(!error.message.isEmpty)
    }

    @Test func theAddressesOfANameAreTriedInTurn() async throws {
        try await ScriptedUpstream.with(replies: [ok("here")]) { upstream in
            // Nothing listens at the first two.
            let names = try names("::ffff:127.0.0.2", "127.0.0.2", "127.0.0.1")
            try await TestClient.with(names: names) { client async throws in
                let response = try await client.get("http://api.test:\(upstream.address.port)").response()
                #expect(response.body == "here")
                let request = try await upstream.request(0)
                #expect(request.head.headers.first("Host") == "api.test:\(upstream.address.port)")
            }
        }
    }

    @Test func noMoreAddressesThanTheMaximumAreTried() async throws {
        try await ScriptedUpstream.with(replies: [ok("here")]) { upstream in
            let port = upstream.address.port
            let names = try names("127.0.0.3", "127.0.0.2", "127.0.0.1")
            for (maximum, isReached) in [(3, true), (2, false)] {
                let limits = HTTPClientLimits(maximumAddresses: maximum)
                try await TestClient.with(limits: limits, names: names) { client async throws in
                    let exchange = try await client.get("http://api.test:\(port)")
                    if isReached {
                        #expect(try await exchange.response().body == "here")
                    } else {
                        #expect(
                            try await exchange.failure().detail == """
                                No connection to api.test:\(port): 127.0.0.3:\(port) Connection refused; \
                                127.0.0.2:\(port) Connection refused. Check the address, and that the server runs.
                                """)
                    }
                }
            }
        }
    }

    @Test func anAddressThatDoesNotAnswerLeavesTimeForTheNext() async throws {
        let loop = try EventLoop(name: "answering")
        try loop.start()
        defer { loop.stop() }
        let accepted = Inbox<Void>()
        let listener = try await loop.run {
            let address = try #require(SocketAddress(host: "127.0.0.1", port: 0))
            let listener = try TCPListener(
                loop: loop, address: address,
                onAccept: { descriptor in
                    accepted.put(())
                    close(descriptor)
                })
            try listener.start()
            return LoopBound(listener, loop: loop)
        }
        let port = try await loop.run { listener.value.address.port }
        let silent = try SilentAddress(host: "127.0.0.2", port: port)
        defer { silent.close() }
        // A part of it is waited for; the rest must do for the second address, on a busy machine too.
        let limits = HTTPClientLimits(connectNanoseconds: 6_000_000_000)
        try await TestClient.with(limits: limits, names: names("127.0.0.2", "127.0.0.1")) { client async throws in
            let exchange = try await client.get("http://api.test:\(port)")
            try await accepted.next()
            #expect(try await exchange.failure().kind == .connectionLost)
        }
        try await loop.run { listener.value.stop() }
    }

    @Test func connectingTakesNoLongerThanItsLimit() async throws {
        let silent = try SilentAddress(host: "127.0.0.1")
        defer { silent.close() }
        let limits = HTTPClientLimits(connectNanoseconds: 30_000_000)
        try await TestClient.with(limits: limits) { client async throws in
            #expect(
                try await client.get("http://127.0.0.1:\(silent.port)").failure()
                    == HTTPTransportError(
                        kind: .connectTimeout,
                        detail: """
                            No connection to 127.0.0.1:\(silent.port) within 0.03 s. \
                            Check the address, the network and whether a proxy is needed.
                            """))
            #expect(try await client.counts() == [0, 0, 0])
        }
    }

    @Test func aRequestCancelledWhileItsNameIsLookedUpIsForgotten() async throws {
        let gate = ScriptGate()
        let names = NameLookUp { _ in
            while gate.current == nil { sched_yield() }
            return .failure(NameError(message: "late"))
        }
        let limits = HTTPClientLimits(connectNanoseconds: 600_000_000_000)
        try await TestClient.with(limits: limits, names: names) { client async throws in
            let cancelled = try await client.get("http://api.test")
            let other = try await client.get("http://api.test")
            try await client.loop.run { cancelled.exchange.value.cancel() }
            gate.open()
            #expect(try await other.failure().kind == .unresolvedHost)
            #expect(try await client.counts() == [0, 0, 0])
        }
    }
}

/// An address that takes no connection and refuses none: its queue is full.
private final class SilentAddress {
    let port: UInt16
    private var descriptors: [Int32] = []

    init(host: String, port: UInt16 = 0) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        descriptors.append(listener)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        try #require(Self.withSockaddr(&address) { bind(listener, $0, $1) } == 0)
        try #require(listen(listener, 0) == 0)
        self.port = try #require(SocketAddress.local(of: listener)).port
        address.sin_port = self.port.bigEndian
        // A queue of 0 takes one connection; more may be half open.
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            descriptors.append(filler)
            _ = Self.withSockaddr(&address) { connect(filler, $0, $1) }
        }
    }

    deinit {
        close()
    }

    /// Idempotent.
    func close() {
        for descriptor in descriptors { Glibc.close(descriptor) }
        descriptors = []
    }

    private static func withSockaddr(
        _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
