package import JSON

/// Carries out the server's tools for the sessions of one event loop.
///
/// Isolation: a service and its runs live on one event loop and are used only there.
package protocol ToolService: AnyObject {
    /// What is offered now.
    var tools: ServerToolSet { get }
    /// Another one whenever ``tools`` has changed.
    var version: Int { get }

    /// Starts to carry a call out. `completion` is called once, later, never from within this function; not at all once the run
    /// is cancelled. A run ends by itself in a bounded time.
    ///
    /// - Parameter sessionID: whose call it is; what is scarce is shared out by it.
    func start(
        _ call: ToolCall, arguments: JSONObject, for sessionID: String, completion: @escaping (ToolRunReport) -> Void
    ) -> any ToolRun
}

/// One call of a tool that is being carried out. Dropping it does not stop it; ``cancel()`` does.
package protocol ToolRun: AnyObject {
    /// Stops the run, and what it has started. No completion follows.
    func cancel()
}
