/// What is fuzzed: each target takes any bytes and checks what must hold for all of them. A crash is a finding too.
///
/// `.ci/fuzz NAME` runs one under libFuzzer; the tests replay the corpus of each (`Tests/Corpora/NAME`).
package enum FuzzTarget: String, CaseIterable, Sendable {
    case websocket
    case httpRequest = "http-request"
    case httpResponse = "http-response"
    case sse
    case json
    case yaml
    case jsonSchema = "json-schema"

    /// - Throws: where something does not hold for `input`.
    package func check(_ input: [UInt8]) throws(Finding) {
        switch self {
        case .websocket: try checkWebSocket(input)
        case .httpRequest: try checkHTTPRequests(input)
        case .httpResponse: try checkHTTPResponses(input)
        case .sse: try checkEventStream(input)
        case .json: try checkJSON(input)
        case .yaml: try checkConfiguration(input)
        case .jsonSchema: try checkSchema(input)
        }
    }
}

/// What did not hold.
package struct Finding: Error, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Checks that `trace` makes the same of `input` however it is cut.
func checkCuts<Trace: Equatable>(
    of input: [UInt8], _ what: String, _ trace: (_ cut: Cut) -> Trace
) throws(Finding) {
    let whole = trace(.whole)
    for cut in [Cut.everyByte, .somewhere] {
        let pieces = trace(cut)
        if pieces != whole { throw Finding("\(what): whole \(whole), cut \(cut): \(pieces)") }
    }
}

/// How an input arrives.
enum Cut {
    case whole
    case everyByte
    /// In pieces whose lengths follow from the input.
    case somewhere

    /// Calls `body` with each piece. A piece is valid during the call only, in memory of its own, so that the address
    /// sanitizer sees who looks beyond it or keeps it.
    func forEachPiece(of input: [UInt8], _ body: (UnsafeRawBufferPointer) -> Void) {
        var state = input.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        var position = 0
        while position < input.count {
            let length: Int
            switch self {
            case .whole: length = input.count
            case .everyByte: length = 1
            case .somewhere:
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                length = Int(state >> 33) % (state >> 40 & 3 == 0 ? 64 : 6) + 1
            }
            let end = min(position + length, input.count)
            let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: end - position, alignment: 1)
            piece.copyBytes(from: input[position..<end])
            body(UnsafeRawBufferPointer(piece))
            piece.deallocate()
            position = end
        }
    }
}
