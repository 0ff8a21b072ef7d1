import JSON
import SessionProtocol
import Testing

/// Results have the members that the table of methods names, and what they were made of.
@Suite struct SessionResultsTests {
    private func members(_ method: SessionMethod) -> [String] { method.specification.result.map(\.name) }

    @Test func startSession() {
        let result = StartSessionResult(
            sessionID: "s", resumeToken: "t", model: "a/b", protocolVersion: "1.0", capabilities: [.usage, .reasoning])
        #expect(
            result.json == [
                "sessionId": "s", "status": 1, "resumeToken": "t", "model": "a/b", "protocolVersion": "1.0",
                "capabilities": ["reasoning", "usage"],
            ])
        #expect(result.json.object?.members.map(\.name) == members(.startSession))
    }

    @Test func attachSession() {
        let result = AttachSessionResult(sessionID: "s", status: .paused, lastSeq: 9)
        #expect(result.json == ["sessionId": "s", "status": 4, "lastSeq": 9])
        #expect(result.json.object?.members.map(\.name) == members(.attachSession))
    }

    @Test func getServerInfo() {
        let limits = Dictionary(
            uniqueKeysWithValues: ServerLimit.allCases.enumerated().map { ($0.element, JSONNumber($0.offset)) })
        let result = ServerInfoResult(name: "n", version: "1", protocolVersion: "2", limits: limits).json
        #expect(result.object?.members.map(\.name) == members(.getServerInfo))
        #expect(result["limits"]?.object?.members.map(\.name) == ServerLimit.allCases.map(\.rawValue))
        #expect(result["limits"]?.object?.members.compactMap(\.value.int) == Array(0..<ServerLimit.allCases.count))
        #expect(result["methods"]?.array?.compactMap(\.string) == SessionMethod.allCases.map(\.rawValue))
    }

    @Test func theSmallOnes() {
        #expect(SessionResult.accepted(messageID: "m") == ["messageId": "m", "status": 0])
        #expect(SessionResult.outcome(.error) == ["status": 1])
        #expect(SessionResult.session(.stopped) == ["status": 2])
        #expect(SessionResult.history([["role": "user"]]) == ["messages": [["role": "user"]]])
        #expect(SessionResult.models([]) == ["models": []])
    }
}
