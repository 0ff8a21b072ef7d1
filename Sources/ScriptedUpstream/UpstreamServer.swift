import EventLoops
import HTTP1

/// The server's side on its loop: listener, connections, and the pace of the paced ones.
final class UpstreamServer {
    private let loop: EventLoop
    private let records: RequestRecords
    private let greeting: [ScriptStep]
    private let script: ScriptedUpstream.Script
    private let pacer: Pacer
    private var listener: TCPListener?
    private var connections: [Int: UpstreamConnection] = [:]

    init(
        loop: EventLoop, port: UInt16, records: RequestRecords, greeting: [ScriptStep],
        script: @escaping ScriptedUpstream.Script
    ) throws(SystemError) {
        self.loop = loop
        self.records = records
        self.greeting = greeting
        self.script = script
        pacer = try Pacer(loop: loop)
        guard let address = SocketAddress(host: "127.0.0.1", port: port) else {
            preconditionFailure("127.0.0.1 is an address")
        }
        let listener = try TCPListener(loop: loop, address: address, onAccept: { [weak self] in self?.accept($0) })
        self.listener = listener
        try listener.start()
    }

    var address: SocketAddress {
        guard let listener else { preconditionFailure("UpstreamServer: it is stopped") }
        return listener.address
    }

    func stop() {
        listener?.stop()
        listener = nil
        for connection in connections.values { connection.abort() }
        connections = [:]
        pacer.stop()
        loop.stop()
    }

    private func accept(_ descriptor: Int32) {
        let number = records.nextConnection()
        guard let channel = try? TCPChannel(loop: loop, adopting: descriptor) else { return }
        let connection = UpstreamConnection(
            number: number, channel: channel, records: records, pacer: pacer, script: script,
            onEnd: { [weak self] in self?.connections[number] = nil })
        connections[number] = connection
        connection.start(greeting: greeting)
    }
}
