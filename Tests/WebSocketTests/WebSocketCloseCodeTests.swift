import Testing
import WebSocket

@Suite struct WebSocketCloseCodeTests {
    @Test("registered, library and application codes may be sent, all others not")
    func everyCode() {
        let allowed = [1000...1003, 1007...1014, 3000...4999] as [ClosedRange<UInt16>]
        for code in UInt16.min ... .max {
            let isAllowed = WebSocketCloseCode(rawValue: code).isAllowedOnWire
            if isAllowed != allowed.contains(where: { $0.contains(code) }) { Issue.record("\(code): \(isAllowed)") }
        }
    }
}
