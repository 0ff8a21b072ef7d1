import EventLoops
import Glibc
import WebSocket
import WebSocketConnections

/// Accepts on one loop and spreads the connections over all.
enum EchoServer {
    /// Serves until SIGINT or SIGTERM, which end the process with 0.
    static func run(address: SocketAddress, loopCount: Int) throws(SystemError) {
        SignalSource.block([SIGINT, SIGTERM])
        var loops: [EventLoop] = []
        for index in 0..<loopCount { loops.append(try EventLoop(name: "echo-\(index)")) }
        for loop in loops.dropFirst() { try loop.start() }
        let first = loops[0]
        first.submit { [loops] in listen(on: first, address: address, loops: loops) }
        first.run()
    }

    private static func listen(on loop: EventLoop, address: SocketAddress, loops: [EventLoop]) {
        var next = 0
        do {
            let listener = try TCPListener(loop: loop, address: address) { descriptor in
                let target = loops[next]
                next = (next + 1) % loops.count
                if target.isCurrent {
                    serve(descriptor, on: target)
                } else {
                    target.submit { serve(descriptor, on: target) }
                }
            }
            try listener.start()
            _ = try SignalSource(loop: loop, signals: [SIGINT, SIGTERM]) { _ in exit(0) }
            Console.print("listening on \(listener.address)")
        } catch {
            Console.complain("cannot listen on \(address): \(error)")
            exit(ExitStatus.unavailable)
        }
    }

    private static func serve(_ descriptor: Int32, on loop: EventLoop) {
        do {
            try WebSocketAcceptor(loop: loop, adopting: descriptor, limits: Echo.limits) { connection, _ in
                connection.delegate = Echo { _ in }
            }
        } catch {
            Console.complain("a connection was dropped: \(error)")
        }
    }
}
