import JSONSchema

/// What the model and the user are told.
extension AILoop {
    static let toolTimedOutResult = "Error: the tool did not answer in time."
    static let approvalTimedOutResult = "Error: nobody approved this call in time, so it was not carried out."
    static let unapprovableResult = """
        Error: this tool needs a person's approval, and nobody can be asked in this session, so it was not carried out.
        """

    static func refusedResult(reason: String?) -> String {
        let sentence = "Error: the user did not approve this call, so it was not carried out."
        return reason.map { $0.isEmpty ? sentence : "\(sentence) Reason: \($0)" } ?? sentence
    }

    static func deniedToolResult(_ name: String) -> String {
        "Error: the tool `\(name)` is not allowed here, so it was not called."
    }

    static func invalidArgumentsResult(_ fault: ToolArguments.Fault) -> String {
        "Error: the arguments were not a JSON object: \(fault.reason). So the tool was not called. "
            + "Call it again with its arguments as one valid JSON object."
    }

    static func unfitArgumentsResult(_ faults: [SchemaFault]) -> String {
        let list = faults.map { "\n- \($0)" }.joined()
        return
            "Error: the arguments do not fit the tool's schema, so it was not called. Call it again with these mended:\(list)"
    }

    static let answerTooLargeError = limitError("the model's answer is larger than the limit")
    static let heldTooMuchError = limitError("more of the answer arrived during the pause than the limit allows")
    static let namelessCallError = ModelError(
        kind: .malformedResponse, detail: "the model called a tool without naming it", retryable: true)

    static func toolRoundsError(limit: Int) -> ModelError {
        limitError("the model went on calling tools past the limit of \(limit) rounds for a message")
    }

    private static func limitError(_ detail: String) -> ModelError {
        ModelError(kind: .limitReached, detail: detail, retryable: false)
    }
}
