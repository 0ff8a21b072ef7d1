package import Configuration
import EventLoops
import Glibc
import HTTPClient
package import Observability
import OpenRouter
import Synchronization

/// Makes the AI services that configurations ask for: one for each event loop. What the services of a loop share, those of
/// an earlier configuration included, is kept here: connections, and the turns at the gate.
package final class ModelServices: Sendable {
    /// Calls at the same time, over all loops and configurations.
    private let gate = RequestGate(limit: .max)
    private let proxies = ProxySettings(environment: { name in getenv(name).map { String(cString: $0) } })
    private let parts = Mutex<[ObjectIdentifier: LoopBound<LoopParts>]>([:])

    package init() {}

    /// The services of one configuration alone.
    package static func factory(
        settings: Settings, metrics: Metrics, log: Logger
    ) -> InteractiveServer.ServiceFactory {
        ModelServices().factory(for: settings)
    }

    /// The services of `settings`. Their limit of calls at the same time holds from now on, for all.
    package func factory(for settings: Settings) -> InteractiveServer.ServiceFactory {
        let limit = settings.openRouter.maximumConcurrentRequests
        gate.setLimit(limit > 0 ? limit : .max)
        switch settings.aiService {
        case .mock:
            let configuration = Self.mockConfiguration(settings.mock)
            return { loop in MockService(configuration: configuration, scheduler: LoopScheduler(loop: loop)) }
        case .openrouter:
            let configuration = Self.openRouterConfiguration(settings.openRouter)
            return { loop in
                let parts = self.parts(of: loop)
                return OpenRouterService(
                    configuration: configuration, transport: parts.client, scheduler: LoopScheduler(loop: loop),
                    turns: parts.turns)
            }
        }
    }

    /// On the loop.
    private func parts(of loop: EventLoop) -> LoopParts {
        if let known = parts.withLock({ $0[ObjectIdentifier(loop)] }) { return known.value }
        let made = LoopParts(
            client: HTTPClient(loop: loop, proxies: proxies), turns: RequestTurns())
        let reference = LoopBound(WeakTurns(turns: made.turns), loop: loop)
        made.turns.join(gate, wake: { reference.submit { $0.turns?.gateOpened() } })
        let bound = LoopBound(made, loop: loop)
        parts.withLock { $0[ObjectIdentifier(loop)] = bound }
        return made
    }

    private static func mockConfiguration(_ settings: Settings.Mock) -> MockConfiguration {
        MockConfiguration(
            firstChunk: settings.firstChunk, chunkInterval: settings.chunkInterval, chunks: settings.chunks,
            chunkBytes: settings.chunkBytes)
    }

    static func openRouterConfiguration(_ settings: Settings.OpenRouter) -> OpenRouterConfiguration {
        OpenRouterConfiguration(
            baseURL: settings.baseURL, apiKey: settings.apiKey?.reveal() ?? "", siteURL: settings.siteURL,
            appName: settings.appName, provider: settings.provider, timeout: settings.timeout,
            firstByteTimeout: settings.firstByteTimeout, idleTimeout: settings.idleTimeout,
            retries: RetryPolicy(
                maximumRetries: settings.maximumRetries, base: settings.retryBase, maximum: settings.retryMaximum))
    }
}

/// What the services of one loop share.
private struct LoopParts {
    let client: HTTPClient
    let turns: RequestTurns
}

/// The gate outlives nobody.
private struct WeakTurns {
    weak var turns: RequestTurns?
}
