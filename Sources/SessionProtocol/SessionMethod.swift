/// What a client may call.
package enum SessionMethod: String, Sendable, Hashable, CaseIterable {
    case startSession, sendUserMessage, provideToolResult, approveToolCall, stopSession, echo
    case cancelMessage, pauseSession, resumeSession, attachSession, getHistory, listModels, getServerInfo
}

/// A row of the method table: everything about a method that programs and the reference need.
package struct MethodSpecification: Sendable, Hashable {
    /// What it does: a sentence.
    package var summary: String
    package var params: [FieldSpecification]
    package var result: [FieldSpecification]
    /// What it may be refused with, beyond errors of every method.
    package var errors: [ErrorKind]
}
