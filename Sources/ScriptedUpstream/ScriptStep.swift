package import HTTP1
package import JSON
import Wire

/// One thing that a scripted server does in answer to a request. Steps run in order; a connection whose steps are done goes
/// on to its next request.
package enum ScriptStep: Sendable {
    /// A head exactly as given: no field is added.
    case respond(ResponseHead)
    /// Bytes as they are.
    case send([UInt8])
    /// One chunk of the chunked coding.
    case chunk([UInt8])
    /// The end of a chunked body.
    case endChunks
    /// Bytes in pieces cut at these offsets. Each piece is sent by itself, in a turn of the loop of its own and without
    /// Nagle's algorithm, and so in a segment of its own.
    case sendSplit([UInt8], at: [Int])
    /// Each byte in a segment of its own.
    case sendByteByByte([UInt8])
    /// Goes on when the test opens the gate.
    case wait(ScriptGate)
    /// Opens the gate: tells the test that the script has come here.
    case signal(ScriptGate)
    case delay(milliseconds: Int)
    /// Goes on when the system has taken all that was sent, which a client that does not read prevents.
    case drain
    /// Chunks at a steady pace, and the end of the body: see ``PacedStream``.
    case paced(PacedStream)
    /// Ends the connection in order (FIN) after what was sent.
    case close
    /// Breaks the connection (RST).
    case reset
    /// Does nothing more until the client closes.
    case hang
}

/// Whole answers.
extension [ScriptStep] {
    /// A body with its length.
    package static func reply(
        status: Int, contentType: String = "application/json", headers: [(String, String)] = [], body: [UInt8]
    ) -> [ScriptStep] {
        let framing = [("Content-Type", contentType), ("Content-Length", String(body.count))]
        return [.respond(ResponseHead(status: status, headers: HTTPHeaders(framing + headers))), .send(body)]
    }

    package static func json(
        status: Int = 200, _ value: JSONValue, headers: [(String, String)] = []
    ) -> [ScriptStep] {
        reply(status: status, headers: headers, body: value.encoded())
    }

    /// An event stream whose events come one chunk each and at once; texts as ``ChatCompletionEvent`` makes them.
    package static func eventStream(_ events: [String], headers: [(String, String)] = []) -> [ScriptStep] {
        [.eventStreamHead(headers: headers)] + events.map { .chunk([UInt8]($0.utf8)) } + [.endChunks]
    }
}

extension ScriptStep {
    /// The head that chunks of an event stream follow.
    package static func eventStreamHead(headers: [(String, String)] = []) -> ScriptStep {
        let framing = [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]
        return .respond(ResponseHead(status: 200, headers: HTTPHeaders(framing + headers)))
    }

    /// One chunk with the text.
    package static func event(_ text: String) -> ScriptStep { .chunk(Array(text.utf8)) }
}
