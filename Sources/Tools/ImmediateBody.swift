import AILoop
import EventLoops
import JSON

/// A built-in tool that is done at once.
struct ImmediateBody: ToolBody {
    let loop: EventLoop
    let answer: (JSONObject) throws(ToolFailure) -> String

    func start(_ request: ToolRequest, report: @escaping (ToolRunNews) -> Void) -> any RunningTool {
        let output = ToolOutput { () throws(ToolFailure) in try answer(request.arguments) }
        return EndedRun(output, loop: loop, report: report)
    }
}
