/// What a peer may make us hold.
package struct WebSocketLimits: Sendable, Hashable {
    /// Payload bytes of one message, over all its fragments. A message that would pass it is refused at the header that
    /// says so, with 1009.
    package var maximumMessageBytes: Int
    /// Frames of one message. One more is refused with 1009.
    package var maximumFragments: Int
    /// Where false, a binary message is refused at its first header, with 1003.
    package var allowsBinary: Bool

    package init(maximumMessageBytes: Int = 1 << 20, maximumFragments: Int = 1 << 16, allowsBinary: Bool = true) {
        self.maximumMessageBytes = maximumMessageBytes
        self.maximumFragments = maximumFragments
        self.allowsBinary = allowsBinary
    }
}
