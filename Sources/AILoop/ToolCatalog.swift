import JSON
import JSONSchema

/// Who carries out a tool's calls.
package enum ToolHandler: Sendable, Hashable {
    case client
    case server
}

/// Whether the server may carry out a tool's calls.
package enum ToolPolicy: String, Sendable, Hashable, CaseIterable {
    case allow
    /// Each call needs the client's word.
    case ask
    /// The tool is not offered, and a call to it is refused.
    case deny
}

/// A tool that the server carries out.
package struct ServerTool: Sendable, Hashable {
    package var definition: ToolDefinition
    package var policy: ToolPolicy

    package init(definition: ToolDefinition, policy: ToolPolicy) {
        self.definition = definition
        self.policy = policy
    }
}

/// The server's tools, laid out once for all sessions that have them.
package struct ServerToolSet: Sendable {
    fileprivate struct Entry: Sendable {
        let policy: ToolPolicy
        let schema: SchemaValidator?
    }

    /// Of two with one name the first.
    package private(set) var members: [ServerTool] = []
    /// Without those that are denied.
    fileprivate private(set) var offered: [ToolDefinition] = []
    fileprivate private(set) var entries: [String: Entry] = [:]

    package init(_ tools: [ServerTool] = []) {
        for tool in tools where entries[tool.definition.name] == nil {
            entries[tool.definition.name] = Entry(policy: tool.policy, schema: tool.definition.argumentSchema)
            members.append(tool)
            if tool.policy != .deny { offered.append(tool.definition) }
        }
    }

    package func contains(_ name: String) -> Bool { entries[name] != nil }
}

extension ToolDefinition {
    fileprivate var argumentSchema: SchemaValidator? {
        definition["function"]?["parameters"].map { SchemaValidator($0) }
    }
}

/// The tools of a session by name: those of the server and those of the client.
struct ToolCatalog: Sendable {
    /// What becomes of a call.
    enum Disposition: Equatable {
        case client
        case server(needsApproval: Bool)
        /// The server runs the tool, but not without asking, and nobody can be asked.
        case refused(String)
        /// It is not announced; the model is told this.
        case rejected(String)
    }

    /// Names that a message about an unknown tool lists.
    static let maximumListedNames = 40

    /// As they go into requests; the client's last.
    let definitions: [ToolDefinition]
    private let server: ServerToolSet
    private var clientSchemas: [String: SchemaValidator?] = [:]
    private let clientApproves: Bool

    /// Where both have a tool of one name, it is the client's: it has told so for this session alone.
    init(server: ServerToolSet, client: [ToolDefinition], clientApproves: Bool) {
        self.server = server
        self.clientApproves = clientApproves
        guard !client.isEmpty else {
            definitions = server.offered
            return
        }
        for definition in client { clientSchemas[definition.name] = .some(definition.argumentSchema) }
        let names = clientSchemas
        definitions = server.offered.filter { names[$0.name] == nil } + client
    }

    /// - Parameter arguments: a fault where what the model wrote is no JSON object.
    func disposition(ofCallTo name: String, arguments: Result<JSONObject, ToolArguments.Fault>) -> Disposition {
        let object: JSONObject
        do throws(ToolArguments.Fault) {
            object = try arguments.get()
        } catch {
            return .rejected(AILoop.invalidArgumentsResult(error))
        }
        if let schema = clientSchemas[name] { return rejection(of: object, by: schema) ?? .client }
        guard let entry = server.entries[name] else {
            // A session without any tool belongs to a client that knows of tools by other means.
            return definitions.isEmpty ? .client : .rejected(unknownToolResult(name))
        }
        if entry.policy == .deny { return .rejected(AILoop.deniedToolResult(name)) }
        if let rejection = rejection(of: object, by: entry.schema) { return rejection }
        guard entry.policy == .ask else { return .server(needsApproval: false) }
        return clientApproves ? .server(needsApproval: true) : .refused(AILoop.unapprovableResult)
    }

    private func rejection(of arguments: JSONObject, by schema: SchemaValidator?) -> Disposition? {
        guard let faults = schema?.faults(in: .object(arguments)), !faults.isEmpty else { return nil }
        return .rejected(AILoop.unfitArgumentsResult(faults))
    }

    private func unknownToolResult(_ name: String) -> String {
        let names = definitions.prefix(Self.maximumListedNames).map { "`\($0.name)`" }.joined(separator: ", ")
        let more = definitions.count > Self.maximumListedNames ? ", …" : ""
        return "Error: there is no tool `\(name)`, so nothing was called. The tools are \(names)\(more)."
    }
}
