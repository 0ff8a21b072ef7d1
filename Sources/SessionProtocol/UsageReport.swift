package import JSON

/// What one model call used.
package struct UsageReport: Sendable, Hashable {
    package var promptTokens: Int
    package var completionTokens: Int
    package var totalTokens: Int
    package var cachedTokens: Int?
    package var reasoningTokens: Int?
    /// US dollars.
    package var cost: Double?
    /// The model that answered; empty where it is not known.
    package var model: String
    package var generationID: String?

    package init(
        promptTokens: Int, completionTokens: Int, totalTokens: Int, cachedTokens: Int? = nil,
        reasoningTokens: Int? = nil, cost: Double? = nil, model: String, generationID: String? = nil
    ) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.totalTokens = totalTokens
        self.cachedTokens = cachedTokens
        self.reasoningTokens = reasoningTokens
        self.cost = cost
        self.model = model
        self.generationID = generationID
    }

    /// From the params of a `UsageNotification`.
    package init?(_ params: JSONValue) {
        guard let promptTokens = params["promptTokens"]?.int, let completionTokens = params["completionTokens"]?.int,
            let totalTokens = params["totalTokens"]?.int, let model = params["model"]?.string
        else { return nil }
        self.init(
            promptTokens: promptTokens, completionTokens: completionTokens, totalTokens: totalTokens,
            cachedTokens: params["cachedTokens"]?.int, reasoningTokens: params["reasoningTokens"]?.int,
            cost: params["cost"]?.double, model: model, generationID: params["generationId"]?.string)
    }

    var members: JSONObject {
        var object: JSONObject = [
            "promptTokens": .number(JSONNumber(promptTokens)),
            "completionTokens": .number(JSONNumber(completionTokens)), "totalTokens": .number(JSONNumber(totalTokens)),
        ]
        object["cachedTokens"] = cachedTokens.map { .number(JSONNumber($0)) }
        object["reasoningTokens"] = reasoningTokens.map { .number(JSONNumber($0)) }
        object["cost"] = cost.flatMap { JSONNumber($0) }.map { .number($0) }
        object["model"] = .string(model)
        object["generationId"] = generationID.map { .string($0) }
        return object
    }
}
