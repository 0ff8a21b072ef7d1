import Glibc
package import Wire

/// What happens on a channel, told on its loop.
package protocol TCPChannelDelegate: AnyObject {
    /// A connection that was being opened stands.
    func channelConnected(_ channel: TCPChannel)
    /// Bytes came; they are valid during the call only.
    func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer)
    /// The peer will send no more (FIN). The channel stays open for writing until it is closed.
    func channelReceivedEndOfInput(_ channel: TCPChannel)
    /// What waited for the socket to take it has been sent.
    func channelDrained(_ channel: TCPChannel)
    /// The connection broke, or could not be opened. The channel is closed; nothing follows.
    func channel(_ channel: TCPChannel, failed error: SystemError)
}

/// A TCP connection on an event loop: bytes out of a queue, bytes in to a delegate.
///
/// Writes of one turn of the loop go out together at its end. The owner bounds ``outboundBytes``; the channel does not.
/// The delegate is held until the channel closes. Calling ``close()`` causes no delegate call.
package final class TCPChannel {
    /// Reads from one channel in one turn, so that a fast sender does not starve the others.
    static let maximumReadsPerTick = 4

    private enum State {
        /// Valid transitions: open, closed.
        case connecting
        /// Valid transitions: closed.
        case open
        case closed
    }

    package let loop: EventLoop
    package var delegate: (any TCPChannelDelegate)?
    private var state: State
    private var descriptor: Int32
    private var token: RegistrationToken?
    private var interest: Readiness
    /// For the socket.
    private var outbound = ByteQueue()
    private let filter: (any ChannelFilter)?
    /// With a filter: what it has not taken yet.
    private var unsealed = ByteQueue()
    private var isReadingPaused = false
    private var receivedEndOfInput = false
    private var isFlushScheduled = false
    private var closesWhenDrained = false
    private var acknowledgedBytesAtFailure: Int64?

    /// On the loop. Takes over a connected socket, and owns its descriptor.
    ///
    /// - Throws: where the loop cannot watch it (out of memory); the descriptor is closed then.
    package init(loop: EventLoop, adopting descriptor: Int32, delegate: (any TCPChannelDelegate)? = nil)
        throws(SystemError)
    {
        self.loop = loop
        self.descriptor = descriptor
        self.delegate = delegate
        filter = nil
        state = .open
        interest = .readable
        try watch()
    }

    /// On the loop. Opens a connection: ``TCPChannelDelegate/channelConnected(_:)`` or `failed` follows, not within this call.
    ///
    /// - Parameter filter: what the owner writes and reads goes through it.
    package init(
        loop: EventLoop, connectingTo address: SocketAddress, filter: (any ChannelFilter)? = nil,
        delegate: any TCPChannelDelegate
    ) throws(SystemError) {
        let descriptor = try Socket.make(family: address.family)
        Socket.disableNagle(descriptor)
        let result = address.withSockaddr { connect(descriptor, $0, $1) }
        guard result == 0 || errno == EINPROGRESS else {
            let error = SystemError.last("connect")
            Glibc.close(descriptor)
            throw error
        }
        self.loop = loop
        self.descriptor = descriptor
        self.delegate = delegate
        self.filter = filter
        state = .connecting
        interest = .writable
        try watch()
    }

    deinit {
        // The loop holds an open channel, so this one was closed, or abandoned together with its loop.
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Closes a connection that no channel is made for.
    package static func discard(_ descriptor: Int32) {
        Glibc.close(descriptor)
    }

    // MARK: State

    package var isOpen: Bool {
        if case .open = state { true } else { false }
    }

    package var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// Bytes written that the kernel has not taken yet.
    package var outboundBytes: Int { outbound.count + unsealed.count }

    /// How far the peer's kernel has acknowledged what was sent, counted from an arbitrary start: where the number is what it
    /// was before a write, nothing of that write has arrived. After a failure the number as it was then; nil where the
    /// system does not tell, or on a channel closed by ``close()``.
    package var acknowledgedBytes: Int64? {
        isClosed ? acknowledgedBytesAtFailure : Socket.acknowledgedBytes(descriptor)
    }

    package var remoteAddress: SocketAddress? { SocketAddress.remote(of: descriptor) }

    // MARK: Writing

    /// Queues bytes; they go to the socket at the end of this turn. Does nothing on a closed channel.
    package func write(_ bytes: UnsafeRawBufferPointer) {
        withOutbound { $0.append(contentsOf: bytes) }
    }

    package func write(_ bytes: [UInt8]) {
        withOutbound { $0.append(contentsOf: bytes) }
    }

    /// Lets `body` append to the outbound queue in place. Does nothing on a closed channel.
    package func withOutbound(_ body: (inout ByteQueue) -> Void) {
        guard !isClosed else { return }
        if filter == nil { body(&outbound) } else { body(&unsealed) }
        scheduleFlush()
    }

    /// Sends what waits, then ends the outbound direction (FIN); the inbound direction stays open.
    package func finishWriting() {
        guard !isClosed else { return }
        closesWhenDrained = true
        scheduleFlush()
    }

    /// Gives the socket what it takes now instead of at the end of the turn. May call
    /// ``TCPChannelDelegate/channel(_:failed:)``.
    package func flushNow() {
        flush()
    }

    private func scheduleFlush() {
        guard !isFlushScheduled, isOpen, !interest.contains(.writable) else { return }
        isFlushScheduled = true
        loop.runAtEndOfTick(self)
    }

    // MARK: Reading

    /// Stops reading, so that TCP holds the sender back. Idempotent.
    package func pauseReading() {
        guard !isReadingPaused else { return }
        isReadingPaused = true
        updateInterest()
    }

    package func resumeReading() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        if token == nil, !isClosed {
            // The connection broke while it was held back: what had arrived before is still to be read.
            interest = []
            rewatch()
        }
        updateInterest()
    }

    // MARK: Closing

    /// Closes at once; unsent bytes are lost. A filter's last word is sent as far as the socket takes it. Idempotent.
    package func close() {
        if let filter, isOpen, unsealed.isEmpty, outbound.isEmpty {
            filter.finish()
            try? filter.seal(&unsealed, into: &outbound)
            _ = outbound.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
        guard let descriptor = release() else { return }
        Glibc.close(descriptor)
    }

    /// Closes at once with RST, which discards what was not sent. Idempotent.
    package func reset() {
        guard let descriptor = release() else { return }
        Socket.closeWithReset(descriptor)
    }

    /// Takes the socket off this loop, for another channel to adopt. Unsent bytes come along. Not for a channel with a filter.
    package func detach() -> (descriptor: Int32, unsent: [UInt8])? {
        let unsent = outbound.bytes
        guard let descriptor = release() else { return nil }
        return (descriptor, unsent)
    }

    /// Ends the channel without closing its descriptor.
    private func release() -> Int32? {
        guard !isClosed else { return nil }
        state = .closed
        if let token { loop.deregister(token, descriptor: descriptor) }
        token = nil
        delegate = nil
        outbound.removeAll()
        unsealed.removeAll()
        defer { descriptor = -1 }
        return descriptor
    }

    private func fail(_ error: SystemError) {
        let delegate = delegate
        acknowledgedBytesAtFailure = Socket.acknowledgedBytes(descriptor)
        close()
        delegate?.channel(self, failed: error)
    }

    // MARK: Watching

    private func watch() throws(SystemError) {
        do {
            token = try loop.register(descriptor, interest: interest, handler: self)
        } catch {
            Glibc.close(descriptor)
            descriptor = -1
            state = .closed
            throw error
        }
    }

    private func rewatch() {
        do {
            token = try loop.register(descriptor, interest: interest, handler: self)
        } catch {
            fail(error)
        }
    }

    private func updateInterest() {
        guard isOpen, let token else { return }
        var wanted: Readiness = []
        if !isReadingPaused && !receivedEndOfInput { wanted.insert(.readable) }
        if !outbound.isEmpty { wanted.insert(.writable) }
        guard wanted != interest else { return }
        interest = wanted
        loop.modify(token, descriptor: descriptor, interest: wanted)
    }
}

// MARK: - What the loop reports

extension TCPChannel: ReadinessHandler {
    func handle(_ readiness: Readiness) {
        if case .connecting = state { return finishConnecting() }
        if readiness.contains(.writable) { flush() }
        guard isOpen else { return }
        if !readiness.isDisjoint(with: [.hangUp, .error]) && (isReadingPaused || receivedEndOfInput) {
            return handleBreakWithoutReading()
        }
        if !readiness.isDisjoint(with: [.readable, .hangUp, .error]) { readAvailable() }
    }

    private func finishConnecting() {
        let code = Socket.pendingError(descriptor)
        guard code == 0 else { return fail(SystemError(call: "connect", code: code)) }
        state = .open
        updateInterest()
        delegate?.channelConnected(self)
        if !outbound.isEmpty || filter != nil { scheduleFlush() }
    }

    /// Hang-ups are reported for ever, whatever was asked for. A paused channel is taken off the loop until it reads again;
    /// one that has read everything is at its end.
    private func handleBreakWithoutReading() {
        if receivedEndOfInput {
            let code = Socket.pendingError(descriptor)
            if code != 0 { return fail(SystemError(call: "recv", code: code)) }
        }
        if let token { loop.deregister(token, descriptor: descriptor) }
        token = nil
    }

    private func readAvailable() {
        let buffer = loop.readBuffer
        for _ in 0..<Self.maximumReadsPerTick {
            guard isOpen, !isReadingPaused, !receivedEndOfInput else { return }
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 {
                receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                // A short read has emptied the socket; level-triggered readiness reports what comes after.
                if count < buffer.count { return }
            } else if count == 0 {
                return wireEnded()
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                return fail(.last("recv"))
            }
        }
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        guard let filter else {
            delegate?.channel(self, received: bytes)
            return
        }
        do {
            try filter.unseal(bytes) { delegate?.channel(self, received: $0) }
        } catch {
            // The filter's last word tells the peer why.
            try? filter.seal(&unsealed, into: &outbound)
            flushOutbound()
            if isOpen { fail(error) }
            return
        }
        guard isOpen else { return }
        // It may have an answer of its own, or can seal now what waited.
        scheduleFlush()
        if filter.hasEnded, !receivedEndOfInput { endInput() }
    }

    private func wireEnded() {
        do { try filter?.inputEnded() } catch { return fail(error) }
        endInput()
    }

    private func endInput() {
        receivedEndOfInput = true
        updateInterest()
        delegate?.channelReceivedEndOfInput(self)
    }

    /// Sends what waits, as far as the socket takes it, without waiting for the end of the turn.
    package func flush() {
        guard isOpen else { return }
        if let filter {
            do throws(SystemError) { try seal(by: filter) } catch { return fail(error) }
        }
        flushOutbound()
    }

    private func seal(by filter: any ChannelFilter) throws(SystemError) {
        try filter.seal(&unsealed, into: &outbound)
        guard closesWhenDrained, unsealed.isEmpty else { return }
        filter.finish()
        try filter.seal(&unsealed, into: &outbound)
    }

    private func flushOutbound() {
        let hadBacklog = interest.contains(.writable)
        while !outbound.isEmpty {
            let sent = outbound.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent >= 0 {
                outbound.removeFirst(sent)
            } else if errno == EAGAIN {
                break
            } else if errno != EINTR {
                let error = SystemError.last("send")
                // The peer may have answered before it broke the connection: what it said comes first.
                readAvailable()
                if isOpen { fail(error) }
                return
            }
        }
        updateInterest()
        guard outbound.isEmpty, unsealed.isEmpty else { return }
        if closesWhenDrained {
            closesWhenDrained = false
            shutdown(descriptor, Int32(SHUT_WR))
        }
        if hadBacklog { delegate?.channelDrained(self) }
    }
}

extension TCPChannel: EndOfTickWork {
    package func endOfTick() {
        isFlushScheduled = false
        flush()
    }
}
