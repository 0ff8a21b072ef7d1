/// One thing that a parser found in an event stream. The bytes in it are valid only while the callback runs.
package enum EventStreamEvent {
    case message(EventStreamMessage)
    /// A line that starts with a colon, without it and one space after it. Says that the sender lives, nothing more.
    case comment(UnsafeRawBufferPointer)
    /// How long the sender asks to wait before a reconnection.
    case retry(milliseconds: Int)
    /// One event exceeded ``EventStreamParser/maximumEventBytes``. The last event: the rest of the stream is ignored.
    case overflow
}

/// A dispatched event.
package struct EventStreamMessage {
    /// Empty for the default, `message`.
    package let type: String
    /// The lines of data joined by line feeds; not checked for being UTF-8. Valid only while the callback runs.
    package let data: UnsafeRawBufferPointer
    /// The newest `id` of the stream up to this event.
    package let lastEventID: String
}
