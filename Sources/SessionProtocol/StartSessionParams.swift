package import JSON
package import JSONRPC

/// Params of `startSession`, `sessionParams` included.
package struct StartSessionParams: Sendable, Hashable {
    package var userID: String
    package var language: String?
    package var model: String?
    package var context: String?
    package var systemPrompt: String?
    /// Sampling parameters, passed on.
    package var params: JSONObject
    /// Function definitions in the OpenAI form, checked.
    package var tools: [SessionTool]
    /// Those asked for that this server knows.
    package var capabilities: Set<Capability>

    /// The most tools that a session may bring.
    package static let maximumTools = 128

    package init(_ params: JSONValue?) throws(JSONRPCError) {
        let fields = try ParamFields(params: params)
        userID = try fields.requiredString("userId")
        let session = ParamFields(try fields.optionalObject("sessionParams") ?? [:], path: "sessionParams")
        language = try session.optionalString("language")
        model = try session.optionalString("model")
        context = try session.optionalString("context")
        systemPrompt = try session.optionalString("systemPrompt")
        self.params = try session.optionalObject("params") ?? [:]
        tools = try Self.tools(session)
        capabilities = try Self.capabilities(session)
    }

    private static func tools(_ session: ParamFields) throws(JSONRPCError) -> [SessionTool] {
        let elements = try session.optionalArray("tools") ?? []
        guard elements.count <= maximumTools else {
            throw .invalidParam(
                "sessionParams.tools", "\(elements.count) tools are more than the limit of \(maximumTools)")
        }
        var tools: [SessionTool] = []
        var names: Set<String> = []
        for (path, value) in elements {
            let tool = try SessionTool(value, path: path)
            guard names.insert(tool.name).inserted else {
                throw .invalidParam("\(path).function.name", "there are two tools named `\(tool.name)`")
            }
            tools.append(tool)
        }
        return tools
    }

    private static func capabilities(_ session: ParamFields) throws(JSONRPCError) -> Set<Capability> {
        var capabilities: Set<Capability> = []
        for (path, value) in try session.optionalArray("capabilities") ?? [] {
            guard case .string(let name) = value else {
                throw .invalidParam(path, "`\(path)` must be a string, not \(value.kind.phrase)")
            }
            if let capability = Capability(rawValue: name) { capabilities.insert(capability) }
        }
        return capabilities
    }
}
