// STAND-IN: helper `ailoop` replaces this by ReplayBuffer and the delegate protocols (see NotificationBridge, Session).
package import AILoop
package struct SessionIdentity: Sendable, Hashable { package var sessionID: String; package var userID: String
 package init(sessionID: String, userID: String) { self.sessionID = sessionID; self.userID = userID } }
package protocol InlineAILoopDelegate: AnyObject { func receive(_ event: AILoopEvent, from session: SessionIdentity) throws }
package struct ReplayBuffer {
    var entries: [(Int, [UInt8])] = []; let max: Int; var bytes = 0; var dropped = 0
    package init(maximumBytes: Int) { max = maximumBytes }
    package mutating func append(seq: Int, _ b: [UInt8]) { guard b.count <= max else { entries = []; bytes = 0; dropped = seq; return }
        entries.append((seq, b)); bytes += b.count
        while bytes > max { let e = entries.removeFirst(); bytes -= e.1.count; dropped = e.0 } }
    package func canReplay(after seq: Int) -> Bool { seq >= dropped }
    package func forEach(after seq: Int, _ body: ([UInt8]) -> Void) { for e in entries where e.0 > seq { body(e.1) } }
}
