import AILoop
import EventLoops
import JSON
import Synchronization

/// What a tool says when it is done.
struct ToolOutput: Sendable, Hashable {
    /// For the model.
    var content: String
    var outcome: ToolOutcome
    /// What the end of `content` lacks already.
    var omission = Omission.none

    enum Omission: Sendable, Hashable {
        case none
        case bytes(Int)
        /// There is more, nobody knows how much.
        case unknown
    }

    static func success(_ content: String) -> ToolOutput { ToolOutput(content: content, outcome: .success) }

    /// - Parameter message: a sentence that says what is wrong and what to do.
    static func failure(_ message: String, outcome: ToolOutcome = .error) -> ToolOutput {
        ToolOutput(content: "Error: " + message, outcome: outcome)
    }
}

extension ToolOutput {
    /// What `answer` returns, or why it does not.
    init(_ answer: () throws(ToolFailure) -> String) {
        do throws(ToolFailure) {
            self = .success(try answer())
        } catch {
            self = .failure(error.message)
        }
    }
}

/// Why a tool cannot do what it was asked for: a sentence for the model.
struct ToolFailure: Error, Sendable, Hashable {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}

/// A tool as an event loop's ``ToolBox`` has it.
struct RunnableTool {
    let definition: ToolDefinition
    let policy: ToolPolicy
    /// Nanoseconds that a run may take from its beginning. A sign of progress begins them anew, see ``ToolExecution``.
    let timeout: UInt64
    let body: any ToolBody
}

/// What is to be run.
struct ToolRequest: Sendable {
    /// They fit the tool's schema.
    var arguments: JSONObject
    var sessionID: String
    /// What of the result is given to the model at most.
    var maximumResultBytes: Int
}

/// What a tool does. Isolation: lives on the loop.
protocol ToolBody {
    /// Starts a run, or lets it wait for its turn. `report` is called later.
    func start(_ request: ToolRequest, report: @escaping (ToolRunNews) -> Void) -> any RunningTool
}

/// A run of a tool, from the wait for its turn to its end.
protocol RunningTool: ToolRun {
    /// What the model is told where its time is up; asked before it is cancelled.
    ///
    /// - Parameter message: says so.
    func timedOut(_ message: String) -> ToolOutput
}

extension RunningTool {
    func timedOut(_ message: String) -> ToolOutput {
        .failure(message, outcome: .timeout)
    }
}

enum ToolRunNews: Sendable {
    /// Its turn has come: from here on its time runs.
    case began
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
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .relaxed) }

    func cancel() {
        flag.store(true, ordering: .relaxed)
    }

    func check() throws(ToolFailure) {
        if isCancelled { throw ToolFailure("the run was cancelled") }
    }
}

/// A run that is over as it begins.
final class EndedRun: RunningTool {
    private let loop: EventLoop
    private var timer: TimerID?

    init(_ output: ToolOutput, loop: EventLoop, report: @escaping (ToolRunNews) -> Void) {
        self.loop = loop
        timer = loop.schedule(after: 0) { report(.ended(output)) }
    }

    func cancel() {
        if let timer { loop.cancel(timer) }
    }
}
