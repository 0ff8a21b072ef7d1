import WebSocket
import Wire

/// What a peer sends after the handshake, to both roles: cuts change nothing, nothing follows the last event, and every
/// answer that we owe can be written.
func checkWebSocket(_ input: [UInt8]) throws(Finding) {
    let limits = WebSocketLimits(maximumMessageBytes: 300, maximumFragments: 4, allowsBinary: input.count % 2 == 0)
    let roles: [WebSocketProtocol.Role] = [.server, .client(MaskingKeyGenerator(seed: SIMD8(repeating: 7)))]
    for role in roles {
        try checkCuts(of: input, "events to \(role)") { cut in
            var connection = WebSocketProtocol(role: role, limits: limits)
            var answers = ByteQueue()
            var events: [WebSocketEvent] = []
            cut.forEachPiece(of: input) { piece in
                var offset = 0
                while let event = connection.next(in: piece, at: &offset) {
                    connection.appendReply(to: event, to: &answers)
                    events.append(event)
                }
                precondition(offset == piece.count, "input is left over")
            }
            precondition(events.dropLast().allSatisfy { !isLast($0) }, "an event follows the last one")
            precondition(connection.hasReceivedLast == (events.last.map(isLast) ?? false))
            return events
        }
    }
}

private func isLast(_ event: WebSocketEvent) -> Bool {
    switch event {
    case .close, .violation: true
    case .text, .binary, .ping, .pong: false
    }
}
