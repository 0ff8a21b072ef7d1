/// How much of a message the decoders take before they refuse it. Every count of bytes includes line endings.
package struct HTTPLimits: Sendable, Hashable {
    /// Request line. RFC 9112 §3 recommends at least 8000.
    package var maximumRequestLineBytes: Int
    /// Start line, field lines and the empty line together.
    package var maximumHeadBytes: Int
    /// Field lines of a head, and of a trailer section.
    package var maximumFieldCount: Int
    /// Empty lines taken before a request line (RFC 9112 §2.2 asks for one at least).
    package var maximumLeadingEmptyLines: Int
    /// Content of one message without its transfer coding. The decoders keep none of it, so that only a receiver who
    /// does needs a limit.
    package var maximumBodyBytes: Int
    /// One chunk-size line with its extensions.
    package var maximumChunkLineBytes: Int
    /// Trailer section with its empty line.
    package var maximumTrailerBytes: Int
    /// Interim (1xx) responses passed over before the final one.
    package var maximumInterimResponses: Int

    package init(
        maximumRequestLineBytes: Int = 8 * 1024,
        maximumHeadBytes: Int = 64 * 1024,
        maximumFieldCount: Int = 128,
        maximumLeadingEmptyLines: Int = 4,
        maximumBodyBytes: Int = .max,
        maximumChunkLineBytes: Int = 1024,
        maximumTrailerBytes: Int = 8 * 1024,
        maximumInterimResponses: Int = 16
    ) {
        self.maximumRequestLineBytes = maximumRequestLineBytes
        self.maximumHeadBytes = maximumHeadBytes
        self.maximumFieldCount = maximumFieldCount
        self.maximumLeadingEmptyLines = maximumLeadingEmptyLines
        self.maximumBodyBytes = maximumBodyBytes
        self.maximumChunkLineBytes = maximumChunkLineBytes
        self.maximumTrailerBytes = maximumTrailerBytes
        self.maximumInterimResponses = maximumInterimResponses
    }
}
