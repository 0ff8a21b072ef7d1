import Foundation
import Testing
import WebSocket
import Wire

/// The seeds of the fuzzer, and the inputs that it once found: each is what a peer sends after the handshake.
@Suite struct CorpusTests {
    @Test("each input gives the same events at once and byte by byte, ends by one last event, and traps nothing")
    func replay() throws {
        let inputs = try FileManager.default.contentsOfDirectory(at: Self.directory, includingPropertiesForKeys: nil)
        #expect(inputs.count >= 36)
        for input in inputs {
            let bytes = [UInt8](try Data(contentsOf: input))
            for side in Side.allCases {
                var whole = WebSocketProtocol(role: side.role, limits: Self.limits)
                let events = whole.receive(bytes)
                var dripping = WebSocketProtocol(role: side.role, limits: Self.limits)
                let dripped = bytes.flatMap { dripping.receive([$0]) }
                #expect(events == dripped, "\(input.lastPathComponent) to the \(side)")
                #expect(events.dropLast().allSatisfy { !isLast($0) }, "\(input.lastPathComponent) to the \(side)")
                #expect(events.last.map(isLast) ?? false == whole.hasReceivedLast)
            }
        }
    }

    private func isLast(_ event: WebSocketEvent) -> Bool {
        switch event {
        case .close, .violation: true
        case .text, .binary, .ping, .pong: false
        }
    }

    private static let limits = WebSocketLimits(maximumMessageBytes: 4096, maximumFragments: 16)
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Corpora/websocket")
}
