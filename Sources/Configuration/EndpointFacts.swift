import Diagnostics
import JSON

/// What an endpoint said when it was asked (`validate-config --online`).
package struct EndpointFacts: Sendable {
    /// Why there is no answer that helps; with a sentence for a person.
    package enum Fault: Error, Sendable, Equatable {
        case unreachable(String)
        /// It answers with a failure: overloaded, broken, or without credit.
        case failing(String)
        case refusedKey(String)
        case unreadable(String)
    }

    package struct Model: Sendable {
        package var id: String
        package var contextLength: Int?
        /// Empty where the endpoint does not say.
        package var supportedParameters: [String]

        package init(id: String, contextLength: Int? = nil, supportedParameters: [String] = []) {
            self.id = id
            self.contextLength = contextLength
            self.supportedParameters = supportedParameters
        }
    }

    package struct Key: Sendable {
        /// US dollars; nil: no limit.
        package var limitRemaining: Double?

        package init(limitRemaining: Double? = nil) {
            self.limitRemaining = limitRemaining
        }
    }

    package var models: Result<[Model], Fault>
    /// nil where the endpoint tells nothing of keys.
    package var key: Result<Key, Fault>?

    package init(models: Result<[Model], Fault>, key: Result<Key, Fault>? = nil) {
        self.models = models
        self.key = key
    }
}

extension LoadedConfiguration {
    /// Adds what is wrong with the configuration in the light of what its endpoint said.
    package mutating func judge(by facts: EndpointFacts) {
        judgeKey(facts)
        switch facts.models {
        case .success(let models) where models.isEmpty:
            report(
                ConfigurationCode.unlistedModels, .warning,
                "the endpoint \(effective.openRouter.baseURL) lists no models", "openrouter.base_url",
                help: "check that it is the one that is meant, and that models are installed there")
        case .success(let models): judgeModels(models)
        case .failure(.refusedKey): break
        case .failure(.unreachable(let detail)):
            report(
                ConfigurationCode.unreachableEndpoint, .error,
                "the endpoint \(effective.openRouter.baseURL) does not answer: \(detail)", "openrouter.base_url",
                help: "check the URL, the network and, where there is one, the proxy")
        case .failure(.failing(let detail)):
            report(
                ConfigurationCode.unreachableEndpoint, .error,
                "the endpoint \(effective.openRouter.baseURL) answers with a failure: \(detail)", "openrouter.base_url",
                help: "ask again later, or check the service's own messages; models are not checked")
        case .failure(.unreadable(let detail)):
            report(
                ConfigurationCode.unlistedModels, .warning,
                "the endpoint \(effective.openRouter.baseURL) does not say which models it has: \(detail)",
                "openrouter.base_url",
                help: "check that it is the URL that `/chat/completions` is appended to; models are not checked")
        }
    }

    private mutating func judgeKey(_ facts: EndpointFacts) {
        var refusal: String?
        if case .failure(.refusedKey(let detail)) = facts.models { refusal = detail }
        if case .failure(.refusedKey(let detail))? = facts.key { refusal = detail }
        if let refusal {
            report(
                ConfigurationCode.refusedKey, .error, "the endpoint refuses the API key: \(refusal)",
                "openrouter.api_key",
                help: "check that it is complete and in force, and that it is a key for this endpoint")
        }
        guard case .success(let key)? = facts.key, let rest = key.limitRemaining, rest <= 0 else { return }
        report(
            ConfigurationCode.spentKey, .warning, "the API key's limit is used up", "openrouter.api_key",
            help: "raise the key's limit, or wait until it is reset")
    }

    private mutating func judgeModels(_ models: [EndpointFacts.Model]) {
        // Servers of open models often have one model and take any name for it.
        let isStrict = models.contains { !$0.supportedParameters.isEmpty }
        for (_, name, span) in namedModels {
            if let model = Self.model(named: name, among: models) {
                judge(model, at: span)
            } else if !name.hasPrefix("@") {
                let nearest = nearestName(to: name, among: models.map(\.id)).map { "did you mean `\($0)`?" }
                add(
                    Diagnostic(
                        ConfigurationCode.unknownModel, "the endpoint has no model \(quotedForDisplay(name))", at: span,
                        severity: isStrict ? .error : .warning,
                        help: nearest ?? Self.list(models)))
            }
        }
    }

    /// A variant (`author/slug:free`) that is not listed itself is one of its model; a name without a tag stands for Ollama's
    /// `:latest`.
    private static func model(named name: String, among models: [EndpointFacts.Model]) -> EndpointFacts.Model? {
        models.first { $0.id == name } ?? models.first { $0.id == name + ":latest" }
            ?? models.first { $0.id == name.prefix { $0 != ":" } }
    }

    private static func list(_ models: [EndpointFacts.Model]) -> String {
        let names = models.prefix(5).map { "`\(escapedForDisplay($0.id))`" }.joined(separator: ", ")
        return "it has \(names)\(models.count > 5 ? ", …" : "")"
    }

    private mutating func judge(_ model: EndpointFacts.Model, at span: SourceSpan) {
        let name = quotedForDisplay(model.id)
        if let context = effective.aiLoop.maximumContextTokens, let own = model.contextLength, context > own {
            report(
                ConfigurationCode.contextBeyondModel, .warning,
                "\(name) takes at most \(own) tokens, fewer than `ai_loop.max_context_tokens` (\(context))",
                "ai_loop.max_context_tokens", help: "lower it, or remove it to have the model's own")
        }
        guard !model.supportedParameters.isEmpty else { return }
        let mustSupport = effective.openRouter.provider["require_parameters"]?.bool == true
        for parameter in effective.requestParams.members.map(\.name)
        where Self.modelParameters.contains(parameter) && !model.supportedParameters.contains(parameter) {
            let place =
                effective.openRouter.params[parameter] == nil
                ? self.span(of: "ai_loop.\(parameter)") : self.span(of: "openrouter.params", at: .name(parameter))
            add(
                Diagnostic(
                    ConfigurationCode.unsupportedFeature, "\(name) does not support the parameter `\(parameter)`",
                    at: place, severity: mustSupport ? .error : .warning,
                    help: mustSupport
                        ? "`openrouter.provider` requires parameters to be supported: remove it, or choose another model"
                        : "it would be ignored: remove it, or choose another model"))
        }
        if let offered = effective.tools.offers.first, !model.supportedParameters.contains("tools") {
            report(
                ConfigurationCode.unsupportedFeature, .warning, "\(name) does not use tools, which are configured",
                offered, help: "choose a model that does")
        }
    }

    /// Parameters that OpenRouter names among `supported_parameters` of models that have them.
    private static let modelParameters: Set = [
        "temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty",
        "repetition_penalty",
        "seed", "stop", "logit_bias", "logprobs", "top_logprobs", "max_tokens", "response_format", "reasoning",
    ]

    private mutating func report(
        _ code: DiagnosticCode, _ severity: Severity, _ message: String, _ path: String, help: String
    ) {
        add(Diagnostic(code, message, at: span(of: path), severity: severity, help: help))
    }
}
