import EventLoops
import HTTP1

/// Opens a TCP connection to a name: looks it up, and tries its addresses one after the other.
///
/// One that does not answer may take no more than its share of the time that is left, so that a broken IPv6 route, say,
/// leaves time for IPv4.
final class AddressConnector {
    private let context: ClientContext
    private let host: String
    private let port: UInt16
    /// The proxy that it leads to, for the error sentences.
    private let proxy: Proxy?
    private let deadline: UInt64
    private var completion: ((Result<TCPChannel, HTTPTransportError>) -> Void)?
    private var addresses: ArraySlice<SocketAddress> = []
    private var attempts: [String] = []
    /// The attempt under way.
    private var channel: TCPChannel?
    private var address = ""
    private var timer: TimerID?

    /// - Parameter deadline: on the loop's clock; bounds the shares of the addresses, not the whole.
    init(
        context: ClientContext, host: String, port: UInt16, proxy: Proxy?, deadline: UInt64,
        completion: @escaping (Result<TCPChannel, HTTPTransportError>) -> Void
    ) {
        self.context = context
        self.host = host
        self.port = port
        self.proxy = proxy
        self.deadline = deadline
        self.completion = completion
    }

    func start() {
        context.addresses.addresses(of: host) { answer in
            switch answer {
            case .success(let addresses):
                self.addresses = addresses.prefix(self.context.limits.maximumAddresses)
                self.tryNext()
            case .failure(let error):
                self.finish(.failure(TransportFailure.unresolved(self.host, error, self.proxy)))
            }
        }
    }

    /// Nothing follows.
    func cancel() {
        completion = nil
        stopAttempt()?.close()
    }

    private func tryNext() {
        guard completion != nil else { return }
        guard var address = addresses.popFirst() else {
            let target = (proxy == nil ? "" : "the proxy ") + Origin.authority(host: host, port: port)
            return finish(.failure(TransportFailure.unreachable(target, attempts: attempts, proxy)))
        }
        address.port = port
        self.address = "\(address)"
        do throws(SystemError) {
            channel = try TCPChannel(loop: context.loop, connectingTo: address, delegate: self)
            startTimer()
        } catch {
            attemptFailed(error.message)
        }
    }

    private func startTimer() {
        // The last one has all that is left, which the owner bounds.
        guard !addresses.isEmpty else { return }
        let left = deadline > context.loop.now ? deadline - context.loop.now : 0
        timer = context.loop.schedule(after: left / UInt64(addresses.count + 1)) { [weak self] in
            guard let self else { return }
            stopAttempt()?.close()
            attemptFailed("no answer")
        }
    }

    private func stopAttempt() -> TCPChannel? {
        if let timer { context.loop.cancel(timer) }
        timer = nil
        defer { channel = nil }
        return channel
    }

    private func attemptFailed(_ message: String) {
        // Where the host is the address itself, the sentence has it already.
        attempts.append(address == Origin.authority(host: host, port: port) ? message : "\(address) \(message)")
        tryNext()
    }

    private func finish(_ result: Result<TCPChannel, HTTPTransportError>) {
        let completion = completion
        self.completion = nil
        completion?(result)
    }
}

extension AddressConnector: TCPChannelDelegate {
    func channelConnected(_ channel: TCPChannel) {
        _ = stopAttempt()
        finish(.success(channel))
    }

    func channel(_ channel: TCPChannel, failed error: SystemError) {
        _ = stopAttempt()
        attemptFailed(error.message)
    }

    // Nothing of these comes before the owner of the connection has become its delegate.
    func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {}
    func channelReceivedEndOfInput(_ channel: TCPChannel) {}
    func channelDrained(_ channel: TCPChannel) {}
}
