import AILoop
import Configuration
import JSON
import SessionProtocol

/// What a session's AI loop is made with: the configuration, overridden by what the client asks for.
extension ServerEnvironment {
    /// The model of sessions that name none.
    var defaultModel: String {
        settings.openRouter.model.isEmpty && settings.aiService == .mock ? "mock" : settings.openRouter.model
    }

    func loopConfiguration(for params: StartSessionParams, sessionID: String, model: String) -> AILoopConfiguration {
        var requestParams = settings.requestParams
        for member in params.params.members { requestParams[member.name] = member.value }
        let context =
            settings.aiLoop.maximumContextTokens ?? modelCatalog.contextLength(of: model)
            ?? Settings.AILoop.defaultContextTokens
        let answerTokens = requestParams["max_tokens"]?.int ?? requestParams["max_completion_tokens"]?.int
        return AILoopConfiguration(
            sessionID: sessionID, model: model,
            fallbackModels: params.model == nil ? settings.openRouter.fallbackModels : [],
            systemPrompt: SystemPrompt.compose(
                configured: settings.aiLoop.systemPrompt, override: params.systemPrompt, context: params.context,
                language: params.language),
            tools: params.tools.map(\.toolDefinition),
            clientApprovesTools: params.capabilities.contains(.toolApproval),
            maximumParallelTools: settings.tools.maximumParallelCalls, params: requestParams,
            maximumToolRounds: settings.aiLoop.maximumToolRounds,
            maximumQueuedMessages: settings.sessions.maximumQueuedMessages,
            contextBudget: ContextBudget(maximumContextTokens: context, answerTokens: answerTokens))
    }
}
