import AILoop
import JSON
import Synchronization

/// What a tool says when it is done.
struct ToolOutput: Sendable, Hashable {
    /// For the model.
    var content: String
    var outcome: ToolOutcome

    static func success(_ content: String) -> ToolOutput { ToolOutput(content: content, outcome: .success) }

    /// - Parameter message: a sentence that says what is wrong and what to do.
    static func failure(_ message: String) -> ToolOutput {
        ToolOutput(content: "Error: " + message, outcome: .error)
    }
}

/// Why a tool cannot do what it was asked for: a sentence for the model.
struct ToolFailure: Error, Sendable, Hashable {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}

/// A tool as an event loop's ``ToolBox`` has it. Isolation: lives on the loop.
protocol RunnableTool: AnyObject {
    var definition: ToolDefinition { get }
    var policy: ToolPolicy { get }
    /// Nanoseconds that a run may take. A sign of progress begins them anew, see ``ToolExecution``.
    var timeout: UInt64 { get }

    /// Starts a run. The arguments fit the tool's schema. `report` is called later, never from within this function.
    func start(_ arguments: JSONObject, report: @escaping (ToolRunNews) -> Void) -> any ToolRun
}

enum ToolRunNews {
    case progress
    /// The last one.
    case ended(ToolOutput)
}

/// Makes definitions in the form that goes into requests.
enum FunctionDefinition {
    static func make(name: String, description: String, parameters: JSONObject) -> ToolDefinition {
        // Upstreams want an object's schema, also where there are no parameters.
        var schema = parameters
        if schema["type"] == nil { schema["type"] = "object" }
        if schema["properties"] == nil { schema["properties"] = [:] }
        var function: JSONObject = ["name": .string(name)]
        if !description.isEmpty { function["description"] = .string(description) }
        function["parameters"] = .object(schema)
        return ToolDefinition(name: name, definition: ["type": "function", "function": .object(function)])
    }
}

/// Tells a run on another thread that nobody waits for it any more.
final class Cancellation: ToolRun, Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .relaxed) }

    func cancel() {
        flag.store(true, ordering: .relaxed)
    }

    func check() throws(ToolFailure) {
        if isCancelled { throw ToolFailure("the run was cancelled") }
    }
}
