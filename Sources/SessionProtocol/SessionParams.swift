package import JSON
package import JSONRPC

/// Params of the methods that take nothing but a session: `stopSession`, `pauseSession`, `resumeSession`, `getHistory`.
package struct SessionParams: Sendable, Hashable {
    package var sessionID: String

    package init(_ params: JSONValue?) throws(JSONRPCError) {
        sessionID = try ParamFields(params: params).requiredString("sessionId")
    }
}

/// Params of `sendUserMessage`.
package struct SendUserMessageParams: Sendable, Hashable {
    package var sessionID: String
    package var message: String

    package init(_ params: JSONValue?) throws(JSONRPCError) {
        let fields = try ParamFields(params: params)
        sessionID = try fields.requiredString("sessionId")
        message = try fields.requiredString("message")
    }
}

/// Params of `provideToolResult`.
package struct ProvideToolResultParams: Sendable, Hashable {
    package var sessionID: String
    package var toolCallID: String
    /// For the model: a string as it is, anything else as JSON text.
    package var result: String

    package init(_ params: JSONValue?) throws(JSONRPCError) {
        let fields = try ParamFields(params: params)
        sessionID = try fields.requiredString("sessionId")
        toolCallID = try fields.requiredString("toolCallId")
        let value = try fields.requiredValue("result")
        result = value.string ?? value.jsonText
    }
}

/// Params of `approveToolCall`.
package struct ApproveToolCallParams: Sendable, Hashable {
    package var sessionID: String
    package var toolCallID: String
    package var isApproved: Bool
    /// For the model, where it is not.
    package var reason: String?

    package init(_ params: JSONValue?) throws(JSONRPCError) {
        let fields = try ParamFields(params: params)
        sessionID = try fields.requiredString("sessionId")
        toolCallID = try fields.requiredString("toolCallId")
        isApproved = try fields.requiredBoolean("approve")
        reason = try fields.optionalString("reason")
    }
}

/// Params of `cancelMessage`.
package struct CancelMessageParams: Sendable, Hashable {
    package var sessionID: String
    /// nil: the message being answered.
    package var messageID: String?

    package init(_ params: JSONValue?) throws(JSONRPCError) {
        let fields = try ParamFields(params: params)
        sessionID = try fields.requiredString("sessionId")
        messageID = try fields.optionalString("messageId")
    }
}

/// Params of `attachSession`.
package struct AttachSessionParams: Sendable, Hashable {
    package var sessionID: String
    package var resumeToken: String
    /// nil: nothing is to be sent again.
    package var lastSeq: Int?

    package init(_ params: JSONValue?) throws(JSONRPCError) {
        let fields = try ParamFields(params: params)
        sessionID = try fields.requiredString("sessionId")
        resumeToken = try fields.requiredString("resumeToken")
        lastSeq = try fields.optionalCount("lastSeq")
    }
}
