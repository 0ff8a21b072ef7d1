package import Configuration
import EventLoops
import Glibc
import HTTPClient
package import Observability
import OpenRouter

/// Makes the AI service that the configuration asks for: one for each event loop.
package enum ModelServices {
    package static func factory(
        settings: Settings, metrics: Metrics, log: Logger
    ) -> InteractiveServer.ServiceFactory {
        switch settings.aiService {
        case .mock:
            let configuration = mockConfiguration(settings.mock)
            return { loop in MockService(configuration: configuration, scheduler: LoopScheduler(loop: loop)) }
        case .openrouter:
            let configuration = openRouterConfiguration(settings.openRouter)
            let limit = settings.openRouter.maximumConcurrentRequests
            let gate = limit > 0 ? RequestGate(limit: limit) : nil
            let proxies = ProxySettings(environment: { name in getenv(name).map { String(cString: $0) } })
            return { loop in
                let service = OpenRouterService(
                    configuration: configuration, transport: HTTPClient(loop: loop, proxies: proxies),
                    scheduler: LoopScheduler(loop: loop))
                if let gate {
                    let bound = LoopBound(service, loop: loop)
                    service.share(gate, wake: { bound.submit { $0.gateOpened() } })
                }
                return service
            }
        }
    }

    private static func mockConfiguration(_ settings: Settings.Mock) -> MockConfiguration {
        MockConfiguration(
            firstChunk: settings.firstChunk, chunkInterval: settings.chunkInterval, chunks: settings.chunks,
            chunkBytes: settings.chunkBytes)
    }

    private static func openRouterConfiguration(_ settings: Settings.OpenRouter) -> OpenRouterConfiguration {
        OpenRouterConfiguration(
            baseURL: settings.baseURL, apiKey: settings.apiKey?.reveal() ?? "", siteURL: settings.siteURL,
            appName: settings.appName, provider: settings.provider, timeout: settings.timeout,
            firstByteTimeout: settings.firstByteTimeout, idleTimeout: settings.idleTimeout,
            retries: RetryPolicy(
                maximumRetries: settings.maximumRetries, base: settings.retryBase, maximum: settings.retryMaximum))
    }
}
