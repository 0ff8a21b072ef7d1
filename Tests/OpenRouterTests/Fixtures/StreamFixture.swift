import AILoop
import OpenRouter
import Testing

/// One response of an upstream and what it means.
///
/// The shapes are those that services have been seen to send; every value in them is made up.
struct StreamFixture: Sendable, CustomTestStringConvertible {
    enum Ending: Sendable, Hashable {
        case finished(ModelCompletion)
        /// The detail must contain the text.
        case failed(ModelError.Kind, retryable: Bool, status: Int?, says: String)
    }

    let name: String
    var status = 200
    let body: String
    var events: [ModelEvent] = []
    let ending: Ending

    var testDescription: String { name }

    static let all: [StreamFixture] = text + toolCalls + reasoning + errors + endings + bodies
}

extension StreamFixture {
    /// Frames with an empty line behind each.
    static func frames(_ payloads: String...) -> String {
        payloads.map { "data: \($0)\n\n" }.joined()
    }

    /// A chunk with one choice; `choice` is what stands in it beside the index.
    static func chunk(_ choice: String, _ rest: String = "") -> String {
        #"{"id":"gen-1","object":"chat.completion.chunk","created":1767225600,"model":"test/model-1","provider":"Acme","#
            + #""choices":[{"index":0,\#(choice)}]\#(rest)}"#
    }

    static func delta(_ members: String, finish: String = "null") -> String {
        chunk(#""delta":{"role":"assistant",\#(members)},"finish_reason":\#(finish),"native_finish_reason":null"#)
    }

    static func content(_ text: String) -> String { delta(#""content":"\#(text)""#) }

    static let stop = delta(#""content":"""#, finish: #""stop""#)
    static let callsEnd = delta(#""content":null"#, finish: #""tool_calls""#)
    static let done = "data: [DONE]\n\n"

    static func finished(_ reason: String? = "stop", usage: TokenUsage? = nil) -> Ending {
        .finished(ModelCompletion(finishReason: reason, usage: usage, model: "test/model-1", generationID: "gen-1"))
    }

    static func call(
        _ index: Int?, id: String? = nil, name: String? = nil, _ arguments: String = ""
    ) -> ModelEvent {
        .toolCallFragment(ToolCallFragment(index: index, id: id, name: name, arguments: arguments))
    }
}
