import ServerSentEvents

private enum Item: Hashable {
    case message(type: String, data: [UInt8], id: String)
    case comment([UInt8])
    case retry(Int)
    case overflow

    init(_ event: EventStreamEvent) {
        self =
            switch event {
            case .message(let message):
                .message(type: message.type, data: Array(message.data), id: message.lastEventID)
            case .comment(let text): .comment(Array(text))
            case .retry(let milliseconds): .retry(milliseconds)
            case .overflow: .overflow
            }
    }
}

/// An event stream: cuts change nothing, and an overflow is the last event.
func checkEventStream(_ input: [UInt8]) throws(Finding) {
    for maximumEventBytes in [48, 1 << 20] {
        try checkCuts(of: input, "events") { cut in
            var parser = EventStreamParser(maximumEventBytes: maximumEventBytes)
            var items: [Item] = []
            cut.forEachPiece(of: input) { piece in
                parser.feed(piece) { items.append(Item($0)) }
            }
            parser.finish { items.append(Item($0)) }
            precondition(!items.dropLast().contains(.overflow), "an event follows the overflow")
            return items
        }
    }
}
