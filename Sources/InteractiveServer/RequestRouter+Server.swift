import AILoop
import Configuration
import JSON
import JSONRPC
import Quantities
import SessionProtocol

/// The methods that concern no session.
extension RequestRouter {
    func listModels(_ reply: @escaping Reply) {
        worker.service.listModels { [catalog = worker.environment.modelCatalog] result in
            switch result {
            case .success(let models):
                catalog.learn(models)
                reply(.success(SessionResult.models(models.map(\.jsonValue))))
            case .failure(let error):
                reply(.failure(.upstreamFailed(error)))
            }
        }
    }

    func getServerInfo(_ reply: Reply) {
        let settings = worker.environment.settings
        let counts: [ServerLimit: Int] = [
            .maxMessageBytes: settings.server.maximumMessageBytes,
            .maxQueuedBytes: settings.server.maximumQueuedBytes,
            .maxSessions: settings.sessions.maximumSessions,
            .maxSessionsPerUser: settings.sessions.maximumSessionsPerUser,
            .maxQueuedMessages: settings.sessions.maximumQueuedMessages,
            .messagesPerMinute: settings.server.rateLimit.messagesPerMinute,
            .maxBatchRequests: JSONRPCCalls.maximumBatchCount,
            .maxTools: StartSessionParams.maximumTools,
            .maxToolRounds: settings.aiLoop.maximumToolRounds,
            .maxParallelTools: settings.tools.maximumParallelCalls,
            .maxToolResultBytes: settings.tools.maximumResultBytes,
            .replayBufferBytes: settings.sessions.replayBufferBytes,
        ]
        var limits = counts.mapValues { JSONNumber($0) }
        limits[.resumeWindowSeconds] = JSONNumber(settings.sessions.resumeWindow.inSeconds)
        limits[.clientToolTimeoutSeconds] = JSONNumber(settings.tools.clientTimeout.inSeconds)
        limits[.toolApprovalTimeoutSeconds] = JSONNumber(settings.tools.approvalTimeout.inSeconds)
        let info = ServerInfoResult(
            name: ServerIdentity.name, version: ServerIdentity.version,
            protocolVersion: ServerIdentity.protocolVersion, limits: limits)
        reply(.success(info.json))
    }
}
