package import JSON

/// Result of `startSession`.
package struct StartSessionResult: Sendable, Hashable {
    package var sessionID: String
    package var resumeToken: String
    package var model: String
    package var protocolVersion: String
    package var capabilities: Set<Capability>

    package init(
        sessionID: String, resumeToken: String, model: String, protocolVersion: String, capabilities: Set<Capability>
    ) {
        self.sessionID = sessionID
        self.resumeToken = resumeToken
        self.model = model
        self.protocolVersion = protocolVersion
        self.capabilities = capabilities
    }

    package var json: JSONValue {
        [
            "sessionId": .string(sessionID), "status": SessionStatus.active.json, "resumeToken": .string(resumeToken),
            "model": .string(model), "protocolVersion": .string(protocolVersion),
            "capabilities": .array(capabilities.map(\.rawValue).sorted().map { .string($0) }),
        ]
    }
}

/// Result of `attachSession`.
package struct AttachSessionResult: Sendable, Hashable {
    package var sessionID: String
    package var status: SessionStatus
    package var lastSeq: Int

    package init(sessionID: String, status: SessionStatus, lastSeq: Int) {
        self.sessionID = sessionID
        self.status = status
        self.lastSeq = lastSeq
    }

    package var json: JSONValue {
        ["sessionId": .string(sessionID), "status": status.json, "lastSeq": .number(JSONNumber(lastSeq))]
    }
}

/// Result of `getServerInfo`.
package struct ServerInfoResult: Sendable, Hashable {
    package var name: String
    package var version: String
    package var protocolVersion: String
    package var limits: [ServerLimit: JSONNumber]

    package init(name: String, version: String, protocolVersion: String, limits: [ServerLimit: JSONNumber]) {
        self.name = name
        self.version = version
        self.protocolVersion = protocolVersion
        self.limits = limits
    }

    /// The limits in the order of their table.
    package var json: JSONValue {
        var told = JSONObject()
        for limit in ServerLimit.allCases { told[limit.rawValue] = limits[limit].map { .number($0) } }
        return [
            "name": .string(name), "version": .string(version), "protocolVersion": .string(protocolVersion),
            "methods": .array(SessionMethod.allCases.map { .string($0.rawValue) }), "limits": .object(told),
        ]
    }
}

/// The results that are a status and at most one thing more.
package enum SessionResult {
    package static func accepted(messageID: String) -> JSONValue {
        ["messageId": .string(messageID), "status": OutcomeStatus.ok.json]
    }

    package static func outcome(_ status: OutcomeStatus) -> JSONValue { ["status": status.json] }
    package static func session(_ status: SessionStatus) -> JSONValue { ["status": status.json] }
    package static func history(_ messages: [JSONValue]) -> JSONValue { ["messages": .array(messages)] }
    package static func models(_ models: [JSONValue]) -> JSONValue { ["models": .array(models)] }
}

extension SessionStatus {
    var json: JSONValue { .number(JSONNumber(rawValue)) }
}

extension OutcomeStatus {
    var json: JSONValue { .number(JSONNumber(rawValue)) }
}
