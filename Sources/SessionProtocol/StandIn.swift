// STAND-IN, so that the server could be built before the protocol table was. Helper `json`: replace this file by the real
// module, and adapt InteractiveServer (RequestRouter*, NotificationBridge, RequestErrors, DomainToWire) to it.
package import JSON
package import JSONRPC

package enum SessionStatus: Int, Sendable { case starting = 0, active, stopped, error, paused }
package enum SessionMethod: String, Sendable, CaseIterable {
    case startSession, sendUserMessage, provideToolResult, stopSession, echo
    case cancelMessage, pauseSession, resumeSession, attachSession, getHistory, listModels, getServerInfo
}
package enum Capability: String, Sendable, CaseIterable { case usage, reasoning }
package enum ToolExecutor: String, Sendable { case client, server }

struct Fields {
    let object: JSONObject
    init(_ value: JSONValue?) throws(JSONRPCError) {
        guard let object = value?.object else { throw .invalidParam("params", "params must be an object") }
        self.object = object
    }
    func string(_ name: String) throws(JSONRPCError) -> String {
        guard let value = object[name]?.string else { throw .invalidParam(name, "\(name) must be a string") }
        return value
    }
    func optionalString(_ name: String) throws(JSONRPCError) -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.string else { throw .invalidParam(name, "\(name) must be a string") }
        return text
    }
}
extension JSONRPCError {
    package static func invalidParam(_ name: String, _ detail: String) -> JSONRPCError {
        JSONRPCError(.invalidParams, kind: "invalidParam", detail: detail, more: ["param": .string(name)])
    }
}
package struct StartSessionParams {
    package var userID: String; package var model: String?; package var context: String?; package var language: String?
    package var systemPrompt: String?; package var params: JSONObject = [:]; package var tools: [JSONObject] = []
    package var capabilities: Set<Capability> = []
    package init(_ value: JSONValue?) throws(JSONRPCError) {
        let f = try Fields(value); userID = try f.string("userId")
        if let sp = f.object["sessionParams"], !sp.isNull {
            let s = try Fields(sp)
            model = try s.optionalString("model"); context = try s.optionalString("context"); language = try s.optionalString("language"); systemPrompt = try s.optionalString("systemPrompt")
            params = s.object["params"]?.object ?? [:]
            tools = (s.object["tools"]?.array ?? []).compactMap(\.object)
            capabilities = Set((s.object["capabilities"]?.array ?? []).compactMap { $0.string.flatMap(Capability.init) })
        }
    }
}
package struct SessionParams { package var sessionID: String
    package init(_ value: JSONValue?) throws(JSONRPCError) { sessionID = try Fields(value).string("sessionId") } }
package struct SendUserMessageParams { package var sessionID: String; package var message: String
    package init(_ value: JSONValue?) throws(JSONRPCError) { let f = try Fields(value); sessionID = try f.string("sessionId"); message = try f.string("message") } }
package struct ProvideToolResultParams { package var sessionID: String; package var toolCallID: String; package var result: String
    package init(_ value: JSONValue?) throws(JSONRPCError) { let f = try Fields(value); sessionID = try f.string("sessionId"); toolCallID = try f.string("toolCallId")
        guard let r = f.object["result"] else { throw .invalidParam("result", "result is missing") }
        result = r.string ?? r.jsonText } }
package struct CancelMessageParams { package var sessionID: String; package var messageID: String?
    package init(_ value: JSONValue?) throws(JSONRPCError) { let f = try Fields(value); sessionID = try f.string("sessionId"); messageID = try f.optionalString("messageId") } }
package struct AttachSessionParams { package var sessionID: String; package var resumeToken: String; package var lastSeq: Int?
    package init(_ value: JSONValue?) throws(JSONRPCError) { let f = try Fields(value); sessionID = try f.string("sessionId"); resumeToken = try f.string("resumeToken"); lastSeq = f.object["lastSeq"]?.int } }


package struct NotificationEncoder: Sendable {
    let sessionID: String
    package init(sessionID: String) { self.sessionID = sessionID }
    private func put(_ method: String, _ params: JSONObject, _ seq: Int?, _ out: inout [UInt8]) {
        var all: JSONObject = ["sessionId": .string(sessionID)]
        for m in params.members { all[m.name] = m.value }
        if let seq { all["seq"] = .number(JSONNumber(seq)) }
        out += JSONValue.object(["jsonrpc": "2.0", "method": .string(method), "params": .object(all)]).encoded()
    }
    package func appendChunk(_ text: String, isFinal: Bool, messageID: String, seq: Int, to out: inout [UInt8]) {
        put("AIMessageChunkNotification", ["chunk": .string(text), "isFinal": .bool(isFinal), "messageId": .string(messageID)], seq, &out) }
    package func appendReasoningChunk(_ text: String, messageID: String, seq: Int, to out: inout [UInt8]) {
        put("AIReasoningChunkNotification", ["chunk": .string(text), "messageId": .string(messageID)], seq, &out) }
    package func appendStatus(_ status: SessionStatus, reason: String?, error: JSONObject? = nil, messageID: String? = nil, seq: Int?, to out: inout [UInt8]) {
        var p: JSONObject = ["status": .number(JSONNumber(status.rawValue))]
        if let reason { p["reason"] = .string(reason) }
        if let error { p["error"] = .object(error) }
        if let messageID { p["messageId"] = .string(messageID) }
        put("SessionStatusNotification", p, seq, &out) }
    package func appendToolCall(id: String, name: String, arguments: JSONObject, executor: ToolExecutor, messageID: String, seq: Int, to out: inout [UInt8]) {
        put("ToolCallNotification", ["toolCallId": .string(id), "toolName": .string(name), "arguments": .object(arguments), "executor": .string(executor.rawValue), "messageId": .string(messageID)], seq, &out) }
    package func appendUsage(_ usage: JSONObject, messageID: String, seq: Int, to out: inout [UInt8]) {
        var p = usage; p["messageId"] = .string(messageID)
        put("UsageNotification", p, seq, &out) }
}
