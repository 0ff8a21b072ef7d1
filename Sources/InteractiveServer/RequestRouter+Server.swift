import AILoop
import Configuration
import JSON
import JSONRPC
import SessionProtocol

/// The methods that concern no session.
extension RequestRouter {
    func listModels(_ reply: @escaping Reply) {
        worker.service.listModels { [catalog = worker.environment.modelCatalog] result in
            switch result {
            case .success(let models):
                catalog.learn(models)
                reply(.success(["models": .array(models.map(\.jsonValue))]))
            case .failure(let error):
                reply(.failure(.upstreamFailed(error)))
            }
        }
    }

    func getServerInfo(_ reply: Reply) {
        let settings = worker.environment.settings
        let limits: [(String, Int)] = [
            ("maxMessageBytes", settings.server.maximumMessageBytes),
            ("maxQueuedBytes", settings.server.maximumQueuedBytes),
            ("maxSessions", settings.sessions.maximumSessions),
            ("maxSessionsPerUser", settings.sessions.maximumSessionsPerUser),
            ("maxQueuedMessages", settings.sessions.maximumQueuedMessages),
            ("replayBufferBytes", settings.sessions.replayBufferBytes),
            ("maxToolRounds", settings.aiLoop.maximumToolRounds),
            ("maxToolResultBytes", settings.tools.maximumResultBytes),
            ("messagesPerMinute", settings.server.rateLimit.messagesPerMinute),
        ]
        var limitsObject = JSONObject()
        for (name, value) in limits { limitsObject[name] = .number(JSONNumber(value)) }
        limitsObject["resumeWindowSeconds"] = .seconds(settings.sessions.resumeWindow)
        limitsObject["clientToolTimeoutSeconds"] = .seconds(settings.tools.clientTimeout)
        reply(.success([
            "name": .string(ServerIdentity.name), "version": .string(ServerIdentity.version),
            "protocolVersion": .string(ServerIdentity.protocolVersion),
            "methods": .array(SessionMethod.allCases.map { .string($0.rawValue) }),
            "limits": .object(limitsObject),
        ]))
    }
}

extension JSONValue {
    fileprivate static func seconds(_ duration: Duration) -> JSONValue {
        JSONNumber(duration.inSeconds).map { .number($0) } ?? .null
    }
}
