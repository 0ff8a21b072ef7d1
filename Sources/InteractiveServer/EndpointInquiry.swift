import AILoop
package import Configuration
package import EventLoops
import HTTPClient
import OpenRouter

/// Asks the endpoint of a configuration which models it has and what it says of the key.
package enum EndpointInquiry {
    /// For each of the two questions; less where `openrouter.timeout_seconds` is.
    package static let maximumWait = Duration.seconds(15)

    /// On `loop`, which runs; `completion` is called there, once.
    package static func ask(
        _ settings: Settings, on loop: EventLoop, completion: @escaping @Sendable (EndpointFacts) -> Void
    ) {
        loop.submit {
            var settings = settings.openRouter
            settings.timeout = min(settings.timeout, maximumWait)
            let service = OpenRouterService(
                configuration: ModelServices.openRouterConfiguration(settings),
                transport: HTTPClient(loop: loop), scheduler: LoopScheduler(loop: loop))
            service.listModels { models in
                let answer = models.map { $0.map(EndpointFacts.Model.init) }.mapError(fault)
                // Only OpenRouter tells what its models support, and of keys.
                let knowsKeys = (try? models.get())?.contains { !$0.supportedParameters.isEmpty } ?? false
                guard knowsKeys, settings.apiKey != nil else { return completion(EndpointFacts(models: answer)) }
                service.describeKey { key in completion(EndpointFacts(models: answer, key: judged(key))) }
            }
        }
    }

    /// Nothing is said where the endpoint has no such page after all.
    private static func judged(
        _ key: Result<KeyDescription, ModelError>
    ) -> Result<EndpointFacts.Key, EndpointFacts.Fault>? {
        switch key {
        case .success(let key): return .success(EndpointFacts.Key(limitRemaining: key.limitRemaining))
        case .failure(let error):
            let fault = fault(error)
            if case .refusedKey = fault { return .failure(fault) }
            return nil
        }
    }

    private static func fault(_ error: ModelError) -> EndpointFacts.Fault {
        let detail = error.detail.hasSuffix(".") ? String(error.detail.dropLast()) : error.detail
        switch error.kind {
        case .unauthorized, .forbidden: return .refusedKey(detail)
        case .timeout, .connectionFailed, .truncated, .limitReached: return .unreachable(detail)
        case .upstreamUnavailable, .rateLimited, .paymentRequired: return .failing(detail)
        case .modelNotFound, .badRequest, .malformedResponse: return .unreadable(detail)
        }
    }
}

extension EndpointFacts.Model {
    fileprivate init(_ model: ModelDescription) {
        self.init(
            id: model.id, contextLength: model.contextLength, supportedParameters: model.supportedParameters)
    }
}
