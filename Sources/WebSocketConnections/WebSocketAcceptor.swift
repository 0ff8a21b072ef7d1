package import EventLoops
package import HTTP1
import WebSocket

/// Makes a WebSocket connection of an accepted socket, for a server that speaks nothing else: reads the request, accepts
/// the handshake of RFC 6455 §4.2 or refuses it by its status. On the loop.
package final class WebSocketAcceptor {
    /// From the connection's start to its request's end, and once more from a refusal to the end of TCP.
    package static let defaultTimeoutNanoseconds: UInt64 = 10_000_000_000

    package typealias Completion = (WebSocketConnection, RequestHead) -> Void

    private let loop: EventLoop
    private let limits: WebSocketConnectionLimits
    private let timeoutNanoseconds: UInt64
    private var decoder = HTTPRequestDecoder()
    private var handshake: (RequestHead, WebSocketHandshake.Upgrade)?
    /// What still comes is read and dropped.
    private var isRefused = false
    private var channel: TCPChannel?
    private var timer: TimerID?
    private let onAccept: Completion

    /// Takes over `descriptor`.
    ///
    /// - Parameter onAccept: gets the connection, and is to set its delegate, as the client's first messages may follow at
    ///   once. Not called where no handshake comes about.
    @discardableResult
    package init(
        loop: EventLoop, adopting descriptor: Int32, limits: WebSocketConnectionLimits = WebSocketConnectionLimits(),
        timeoutNanoseconds: UInt64 = defaultTimeoutNanoseconds, onAccept: @escaping Completion
    ) throws(SystemError) {
        self.loop = loop
        self.limits = limits
        self.timeoutNanoseconds = timeoutNanoseconds
        self.onAccept = onAccept
        channel = try TCPChannel(loop: loop, adopting: descriptor, delegate: self)
        startTimer()
    }

    private func startTimer() {
        if let timer { loop.cancel(timer) }
        timer = loop.schedule(after: timeoutNanoseconds) { self.end() }
    }

    private func end() {
        if let timer { loop.cancel(timer) }
        channel?.close()
        channel = nil
    }

    /// Nil while more of the request is to come. One that is no handshake is refused at its head.
    private func readRequest(
        in bytes: UnsafeRawBufferPointer, at offset: inout Int
    ) throws -> (RequestHead, WebSocketHandshake.Upgrade)? {
        while let event = try decoder.next(in: bytes, at: &offset) {
            switch event {
            case .head(let head): handshake = (head, try WebSocketHandshake.validate(head))
            case .end: return handshake
            case .body: break
            }
        }
        return nil
    }

    private func accept(_ request: RequestHead, _ upgrade: WebSocketHandshake.Upgrade) -> WebSocketConnection? {
        guard let channel, write(upgrade.response()) else {
            end()
            return nil
        }
        if let timer { loop.cancel(timer) }
        self.channel = nil
        let connection = WebSocketConnection(channel: channel, role: .server, limits: limits)
        onAccept(connection, request)
        return connection
    }

    /// Answers, then waits for the client to end the connection: closing at once could reset it before the answer is read.
    private func refuse(_ response: ResponseHead) {
        isRefused = true
        var response = response
        response.headers.add("Content-Length", "0")
        response.headers.add("Connection", "close")
        guard write(response) else { return end() }
        channel?.finishWriting()
        startTimer()
    }

    /// False where the head cannot be written, which then is a fault of ours.
    private func write(_ head: ResponseHead) -> Bool {
        var isWritten = true
        channel?.withOutbound { queue in
            do { try head.append(to: &queue) } catch { isWritten = false }
        }
        return isWritten
    }
}

extension WebSocketAcceptor: TCPChannelDelegate {
    package func channelConnected(_ channel: TCPChannel) {}

    package func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
        guard !isRefused else { return }
        var offset = 0
        do {
            guard let (request, upgrade) = try readRequest(in: bytes, at: &offset) else { return }
            accept(request, upgrade)?.receive(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
        } catch let error as HTTPParseError {
            refuse(ResponseHead(status: error.status))
        } catch let rejection as WebSocketHandshake.Rejection {
            refuse(rejection.response)
        } catch {
            end()
        }
    }

    package func channelReceivedEndOfInput(_ channel: TCPChannel) {
        end()
    }

    package func channelDrained(_ channel: TCPChannel) {}

    package func channel(_ channel: TCPChannel, failed error: SystemError) {
        end()
    }
}
