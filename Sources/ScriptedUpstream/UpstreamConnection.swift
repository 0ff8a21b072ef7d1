import EventLoops
import HTTP1
import Wire

/// One connection of a scripted server: reads requests all the time, carries out the steps of one request at a time.
final class UpstreamConnection {
    /// Bodies of requests are kept whole.
    static let maximumBodyBytes = 64 * 1024 * 1024

    private let number: Int
    private let channel: TCPChannel
    private let records: RequestRecords
    private let pacer: Pacer
    private let script: ScriptedUpstream.Script
    private let onEnd: () -> Void
    private let ended = OneShot<ConnectionEnd>()

    private var decoder = HTTPRequestDecoder(limits: HTTPLimits(maximumBodyBytes: maximumBodyBytes))
    private var head: RequestHead?
    private var body: [UInt8] = []
    /// Received, not yet answered.
    private var requests: [ScriptedRequest] = []
    private var steps: [ScriptStep] = []
    /// The step under way waits for something.
    private var isWaiting = false
    private var isWaitingForDrain = false
    private var pacedRun: PacedRun?
    /// The script has ended our direction; no request is answered any more.
    private var hasFinishedWriting = false

    init(
        number: Int, channel: TCPChannel, records: RequestRecords, pacer: Pacer,
        script: @escaping ScriptedUpstream.Script, onEnd: @escaping () -> Void
    ) {
        self.number = number
        self.channel = channel
        self.records = records
        self.pacer = pacer
        self.script = script
        self.onEnd = onEnd
    }

    func start(greeting: [ScriptStep]) {
        channel.delegate = self
        steps = greeting
        run()
    }

    /// Breaks the connection.
    func abort() {
        channel.reset()
        end(.server)
    }

    private func end(_ how: ConnectionEnd) {
        steps = []
        requests = []
        pacedRun?.cancel()
        pacedRun = nil
        ended.set(how)
        onEnd()
    }

    // MARK: Steps

    /// Carries out steps until one waits or there are none left.
    private func run() {
        while !isWaiting, channel.isOpen {
            if !steps.isEmpty {
                carryOut(steps.removeFirst())
            } else if !requests.isEmpty, !hasFinishedWriting {
                steps = script(requests.removeFirst())
            } else {
                return
            }
        }
    }

    private func carryOut(_ step: ScriptStep) {
        switch step {
        case .respond(let head): respond(head)
        case .send(let bytes): channel.write(bytes)
        case .chunk(let bytes): channel.withOutbound { ChunkedBody.append(bytes, to: &$0) }
        case .endChunks: channel.withOutbound { ChunkedBody.appendEnd(to: &$0) }
        case .sendSplit(let bytes, let offsets): sendPieces(Self.pieces(of: bytes, cutAt: offsets)[...])
        case .sendByteByByte(let bytes): sendPieces(bytes.indices.map { bytes[$0...$0] }[...])
        case .wait(let gate):
            isWaiting = true
            let connection = LoopBound(self, loop: channel.loop)
            gate.whenSet { connection.submit { $0.goOn() } }
        case .signal(let gate): gate.open()
        case .delay(let milliseconds):
            isWaiting = true
            channel.loop.schedule(after: UInt64(milliseconds) * 1_000_000) { [weak self] in self?.goOn() }
        case .drain: waitForDrain()
        case .paced(let stream):
            isWaiting = true
            pacedRun = pacer.start(stream, on: channel) { [weak self] in self?.goOn() }
        case .close:
            hasFinishedWriting = true
            steps = []
            channel.finishWriting()
        case .reset: abort()
        case .hang: isWaiting = true
        }
    }

    private func goOn() {
        isWaiting = false
        pacedRun = nil
        run()
    }

    private func respond(_ head: ResponseHead) {
        channel.withOutbound { output in
            do throws(HTTPHeadError) {
                try head.append(to: &output)
            } catch {
                preconditionFailure("the script's head cannot be written, use .send for it: \(error.detail)")
            }
        }
    }

    private static func pieces(of bytes: [UInt8], cutAt offsets: [Int]) -> [ArraySlice<UInt8>] {
        let bounds = [0] + offsets.filter { $0 > 0 && $0 < bytes.count }.sorted() + [bytes.count]
        return zip(bounds, bounds.dropFirst()).map { bytes[$0..<$1] }.filter { !$0.isEmpty }
    }

    /// Sends the first piece now and each other one in a later turn of the loop, as writes of one turn go out together.
    private func sendPieces(_ pieces: ArraySlice<ArraySlice<UInt8>>) {
        guard let piece = pieces.first else { return goOn() }
        isWaiting = true
        channel.write(Array(piece))
        LoopBound(self, loop: channel.loop).submit { $0.sendPieces(pieces.dropFirst()) }
    }

    /// What was written in this turn goes to the system at its end, so that only the next turn can tell.
    private func waitForDrain() {
        isWaiting = true
        LoopBound(self, loop: channel.loop).submit { connection in
            guard connection.channel.isOpen else { return }
            if connection.channel.outboundBytes == 0 {
                connection.goOn()
            } else {
                connection.isWaitingForDrain = true
            }
        }
    }

    // MARK: Requests

    private func take(_ bytes: UnsafeRawBufferPointer) throws(HTTPParseError) {
        var offset = 0
        while let event = try decoder.next(in: bytes, at: &offset) {
            switch event {
            case .head(let head): self.head = head
            case .body(let range): body.append(contentsOf: bytes[range])
            case .end:
                guard let head else { continue }
                let body = body
                requests.append(
                    records.record { number in
                        ScriptedRequest(number: number, connection: self.number, head: head, body: body, ended: ended)
                    })
                self.head = nil
                self.body = []
            }
        }
    }

    private func refuse(_ error: HTTPParseError) {
        steps = .reply(status: error.status, contentType: "text/plain", body: Array(error.detail.utf8)) + [.close]
        goOn()
    }
}

extension UpstreamConnection: TCPChannelDelegate {
    func channelConnected(_ channel: TCPChannel) {}

    func channel(_ channel: TCPChannel, received bytes: UnsafeRawBufferPointer) {
        guard !hasFinishedWriting else { return }
        do throws(HTTPParseError) {
            try take(bytes)
        } catch {
            return refuse(error)
        }
        run()
    }

    /// A client that ends its direction has lost interest in ours.
    func channelReceivedEndOfInput(_ channel: TCPChannel) {
        channel.close()
        end(.clientClosed)
    }

    func channelDrained(_ channel: TCPChannel) {
        guard isWaitingForDrain else { return }
        isWaitingForDrain = false
        goOn()
    }

    func channel(_ channel: TCPChannel, failed error: SystemError) {
        end(.clientReset)
    }
}
