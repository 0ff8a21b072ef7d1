// The method table. table file: the methods of the API, their params, results and errors.

extension SessionMethod {
    package var specification: MethodSpecification {
        switch self {
        case .startSession: Self.startSessionSpecification
        case .sendUserMessage:
            MethodSpecification(
                summary: "Gives the session a message; answered at acceptance, before the answer streams.",
                params: [Self.sessionID, .required("message", .string, "what the user says")],
                result: [
                    .required("messageId", .string, "names the message and its answer in notifications"),
                    .required("status", .integer, "0: accepted"),
                ],
                errors: Self.sessionErrors + [.limitReached, .shuttingDown])
        case .provideToolResult:
            MethodSpecification(
                summary: "Answers a tool call that the client was asked to carry out.",
                params: [
                    Self.sessionID, .required("toolCallId", .string, "from the `ToolCallNotification`"),
                    .required("result", .any, "a string, or any other JSON, which the model gets as JSON text"),
                ],
                result: [.required("status", .integer, "0: taken")],
                errors: Self.sessionErrors + [.unknownToolCall])
        case .approveToolCall:
            MethodSpecification(
                summary: "Says whether the server may run a tool call that needs approval.",
                params: [
                    Self.sessionID, .required("toolCallId", .string, "from the `ToolCallNotification`"),
                    .required("approve", .boolean, "whether it may run"),
                    .optional("reason", .string, "why not; the model is told"),
                ],
                result: [.required("status", .integer, "0: taken")],
                errors: Self.sessionErrors + [.unknownToolCall])
        case .stopSession:
            MethodSpecification(
                summary:
                    "Ends the session and whatever runs in it. Succeeds for any session, also one that is unknown, "
                    + "stopped already, or another connection's, which is left alone.",
                params: [Self.sessionID],
                result: [.required("status", .integer, "2: stopped")],
                errors: [])
        case .echo:
            MethodSpecification(
                summary: "Gives back what it gets: a test of the connection.",
                params: [.optional("message", .any, "what to give back; without it, the params themselves are")],
                result: [], errors: [])
        case .cancelMessage:
            MethodSpecification(
                summary: "Stops the answer that is being streamed, or takes a waiting message out of the queue.",
                params: [
                    Self.sessionID, .optional("messageId", .string, "which one; the one being answered by default"),
                ],
                result: [.required("status", .integer, "0: cancelled; 1: there was nothing to cancel")],
                errors: Self.sessionErrors)
        case .pauseSession:
            MethodSpecification(
                summary: "Holds the session: nothing is sent to the model, a running stream is held back without loss.",
                params: [Self.sessionID], result: [.required("status", .integer, "4: paused")],
                errors: Self.sessionErrors)
        case .resumeSession:
            MethodSpecification(
                summary: "Lets a paused session go on.",
                params: [Self.sessionID], result: [.required("status", .integer, "1: active")],
                errors: Self.sessionErrors)
        case .attachSession: Self.attachSessionSpecification
        case .getHistory:
            MethodSpecification(
                summary: "Tells the conversation so far, system prompt first.",
                params: [Self.sessionID],
                result: [
                    .required(
                        "messages", .objects, "in the OpenAI form: `role`, `content`, `tool_calls`, `tool_call_id`")
                ],
                errors: Self.sessionErrors)
        case .listModels:
            MethodSpecification(
                summary: "Tells the models that the AI service offers.",
                params: [],
                result: [
                    .required(
                        "models", .objects, "each `id`, and `name`, `contextLength`, `supportedParameters` where known")
                ],
                errors: [.upstreamFailed])
        case .getServerInfo:
            MethodSpecification(
                summary: "Tells who serves, and its limits.",
                params: [],
                result: [
                    .required("name", .string, "the server's name"), .required("version", .string, "its version"),
                    .required("protocolVersion", .string, "version of this API"),
                    .required("methods", .strings, "what can be called"),
                    .required("limits", .object, "by name, see the table of limits"),
                ],
                errors: [])
        }
    }

    private static let sessionID = FieldSpecification.required("sessionId", .string, "from `startSession`")
    private static let sessionErrors: [ErrorKind] = [.sessionNotFound, .notSessionOwner]

    private static let startSessionSpecification = MethodSpecification(
        summary: "Opens a session; the connection owns it.",
        params: [
            .required("userId", .string, "who is talking; limits for each user go by it"),
            .optional("sessionParams", .object, "what this session has of its own"),
            .optional("sessionParams.language", .string, "the language that the model is to answer in"),
            .optional("sessionParams.model", .string, "instead of the configured model"),
            .optional("sessionParams.context", .string, "added to the system prompt"),
            .optional("sessionParams.systemPrompt", .string, "instead of the configured system prompt"),
            .optional("sessionParams.params", .object, "sampling parameters, passed on to the model"),
            .optional(
                "sessionParams.tools", .objects,
                "functions in the OpenAI form (at most \(StartSessionParams.maximumTools)); the client answers calls to them"
            ),
            .optional("sessionParams.capabilities", .strings, "what is wanted besides; unknown ones are ignored"),
        ],
        result: [
            .required("sessionId", .string, "a UUID"), .required("status", .integer, "1: active"),
            .required("resumeToken", .string, "a secret that `attachSession` asks for"),
            .required("model", .string, "the model that will answer"),
            .required("protocolVersion", .string, "version of this API"),
            .required("capabilities", .strings, "those granted"),
        ],
        errors: [.limitReached, .shuttingDown])

    private static let attachSessionSpecification = MethodSpecification(
        summary: "Takes a session over from a lost connection, or from one that still lives.",
        params: [
            sessionID, .required("resumeToken", .string, "from `startSession`"),
            .optional("lastSeq", .integer, "the last notification seen: all later ones are sent again"),
        ],
        result: [
            .required("sessionId", .string, "the session"), .required("status", .integer, "1: active; 4: paused"),
            .required("lastSeq", .integer, "number of the session's latest notification"),
        ],
        errors: [.sessionNotFound, .replayGap])
}
