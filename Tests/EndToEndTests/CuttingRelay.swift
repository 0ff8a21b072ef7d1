import EventLoops
import Foundation
import Synchronization
import TestSupport

/// Stands between a client and a server, and breaks connections when so many bytes have gone to the client.
final class CuttingRelay: Sendable {
    private struct State {
        /// Bytes after which each connection in turn is cut; those behind them are not.
        var cuts: [Int]
        var connectionCount = 0
    }

    private let listener: Int32
    private let target: UInt16
    let port: UInt16
    /// Whether nobody is let in once all cuts were made.
    private let closesAfterCuts: Bool
    private let state: Mutex<State>

    /// Connections taken so far.
    var connectionCount: Int { state.withLock { $0.connectionCount } }

    init(to address: String, cuts: [Int], closesAfterCuts: Bool = false) throws {
        target = UInt16(address.split(separator: ":").last ?? "") ?? 0
        self.closesAfterCuts = closesAfterCuts
        state = Mutex(State(cuts: cuts))
        let listener = Self.newSocket()
        var place = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        self.listener = listener
        port = UInt16(bigEndian: place.sin_port)
        guard isBound else { throw ProgramFailure(description: "the relay cannot listen") }
        try Thread.start(name: "relay") { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                serve(client)
            }
            // Here, where nobody accepts on the number any more that somebody else may get now.
            close(listener)
        }
    }

    private static func newSocket() -> Int32 {
        socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        place.sin_port = port.bigEndian
        return place
    }

    /// Lets nobody in any more.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func serve(_ client: Int32) {
        let server = Self.newSocket()
        var place = Self.loopback(port: target)
        _ = withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let (limit, isLast): (Int?, Bool) = state.withLock { state in
            state.connectionCount += 1
            let limit = state.cuts.isEmpty ? nil : state.cuts.removeFirst()
            return (limit, limit != nil && state.cuts.isEmpty)
        }
        let pair = SocketPair(client: client, server: server)
        _ = try? Thread.start(name: "up") { pair.pump(from: pair.client, to: pair.server, limit: nil) }
        _ = try? Thread.start(name: "down") { [self] in
            if isLast, closesAfterCuts { stop() }
            pair.pump(from: pair.server, to: pair.client, limit: limit)
        }
    }
}

/// Both ends of a connection, closed once nobody pumps between them.
private final class SocketPair: Sendable {
    let client: Int32
    let server: Int32

    init(client: Int32, server: Int32) {
        self.client = client
        self.server = server
    }

    deinit {
        close(client)
        close(server)
    }

    func pump(from source: Int32, to target: Int32, limit: Int?) {
        var chunk = [UInt8](repeating: 0, count: 4096)
        var room = limit ?? .max
        while room > 0 {
            let count = recv(source, &chunk, min(chunk.count, room), 0)
            guard count > 0, send(target, chunk, count, Int32(MSG_NOSIGNAL)) == count else { break }
            room -= count
        }
        shutdown(target, Int32(SHUT_RDWR))
        shutdown(source, Int32(SHUT_RDWR))
    }
}
