/// What the model and the user are told.
extension AILoop {
    static let toolTimedOutResult = "Error: the tool did not answer in time."
    static let invalidArgumentsResult = """
        Error: the arguments were not a JSON object, so the tool was not called. \
        Call it again with its arguments as one valid JSON object.
        """
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
