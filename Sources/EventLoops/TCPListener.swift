import CLinux
import Glibc

/// A listening TCP socket on an event loop.
package final class TCPListener {
    /// Connections taken in one turn, so that a flood of them does not starve the connections that are open.
    package static let maximumAcceptsPerTick = 64
    /// Connections that the kernel completes ahead of us.
    package static let backlog: Int32 = 1024
    /// How long accepting rests when the process has no descriptors left.
    package static let exhaustionPauseNanoseconds: UInt64 = 100_000_000

    package let loop: EventLoop
    /// Where it listens, with the port that the system chose where 0 was asked for.
    package let address: SocketAddress
    private let descriptor: Int32
    private var token: RegistrationToken?
    private var isStopped = false
    private let onAccept: (Int32) -> Void
    private let onExhaustion: (SystemError) -> Void

    /// On the loop. Binds and listens; accepting starts with ``start()``.
    ///
    /// - Parameters:
    ///   - onAccept: gets each connection's descriptor, and owns it.
    ///   - onExhaustion: told when a connection could not be taken for want of descriptors or memory.
    /// - Throws: `bind` with `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`; `socket`, `listen`.
    package init(
        loop: EventLoop, address: SocketAddress, onAccept: @escaping (Int32) -> Void,
        onExhaustion: @escaping (SystemError) -> Void = { _ in }
    ) throws(SystemError) {
        let descriptor = try Socket.make(family: address.family)
        Socket.set(descriptor, level: SOL_SOCKET, SO_REUSEADDR, 1)
        if address.isIPv6 { Socket.set(descriptor, level: Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        let bound = address.withSockaddr { bind(descriptor, $0, $1) }
        guard bound == 0 else {
            let error = SystemError.last("bind")
            close(descriptor)
            throw error
        }
        guard listen(descriptor, Self.backlog) == 0 else {
            let error = SystemError.last("listen")
            close(descriptor)
            throw error
        }
        self.loop = loop
        self.descriptor = descriptor
        self.address = SocketAddress.local(of: descriptor) ?? address
        self.onAccept = onAccept
        self.onExhaustion = onExhaustion
    }

    /// Starts, or goes on, accepting.
    package func start() throws(SystemError) {
        guard token == nil, !isStopped else { return }
        token = try loop.register(descriptor, interest: .readable, handler: self)
    }

    /// Closes the listening socket; connections already taken live on.
    package func stop() {
        guard !isStopped else { return }
        isStopped = true
        if let token { loop.deregister(token, descriptor: descriptor) }
        token = nil
        close(descriptor)
    }
}

extension TCPListener: ReadinessHandler {
    func handle(_ readiness: Readiness) {
        for _ in 0..<Self.maximumAcceptsPerTick {
            let connection = clinux_accept(descriptor)
            if connection >= 0 {
                Socket.disableNagle(connection)
                onAccept(connection)
                guard token != nil else { return }
                continue
            }
            switch errno {
            case EAGAIN: return
            case EINTR, ECONNABORTED, EPROTO: continue
            default: return rest(after: .last("accept4"))
            }
        }
    }

    /// Level-triggered readiness would spin while no descriptor is free.
    private func rest(after error: SystemError) {
        onExhaustion(error)
        guard let token else { return }
        loop.modify(token, descriptor: descriptor, interest: [])
        loop.schedule(after: Self.exhaustionPauseNanoseconds) { [weak self] in
            guard let self, let token = self.token else { return }
            self.loop.modify(token, descriptor: self.descriptor, interest: .readable)
        }
    }
}
