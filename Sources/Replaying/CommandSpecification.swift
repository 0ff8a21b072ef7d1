import JSON

/// A command of JSON lists, as the table has it.
struct CommandSpecification: Sendable {
    struct Param: Sendable {
        var name: String
        /// What its value may be.
        var kinds: [JSONKind]
        var isRequired = false
    }

    var name: String
    var params: [Param]

    static let all = [
        CommandSpecification(
            name: "startSession",
            params: [
                Param(name: "userId", kinds: [.string], isRequired: true),
                Param(name: "sessionParams", kinds: [.object]),
            ]),
        CommandSpecification(
            name: "sendUserMessage",
            params: [
                Param(name: "message", kinds: [.string], isRequired: true), Param(name: "wait", kinds: [.bool]),
                Param(name: "expect", kinds: [.string, .object, .array]),
            ]),
        CommandSpecification(name: "stopSession", params: []),
        CommandSpecification(
            name: "provideToolResult",
            params: [
                Param(name: "result", kinds: JSONKind.allCases, isRequired: true),
                Param(name: "toolName", kinds: [.string]), Param(name: "toolCallId", kinds: [.string]),
            ]),
        CommandSpecification(name: "sendMalformedJSON", params: [Param(name: "text", kinds: [.string])]),
        CommandSpecification(name: "disconnect", params: [Param(name: "afterChunks", kinds: [.number])]),
        CommandSpecification(name: "reconnect", params: []),
        CommandSpecification(
            name: "wait", params: [Param(name: "seconds", kinds: [.number], isRequired: true)]),
    ]

    /// May stand in every command, and says nothing to the program.
    static let comment = Param(name: "comment", kinds: [.string])
}
