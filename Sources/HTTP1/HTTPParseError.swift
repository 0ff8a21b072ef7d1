/// Why bytes of the peer are no HTTP/1.x message that we take. After it the decoder reads nothing more: where one message
/// ends and the next begins is no longer known, so that the connection must be closed.
package struct HTTPParseError: Error, Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case invalidRequestLine
        case invalidStatusLine
        case unsupportedVersion
        case requestLineTooLong
        case headTooLarge
        case tooManyFields
        case tooManyEmptyLines
        case invalidLineEnding
        case obsoleteLineFolding
        case invalidFieldName
        case invalidFieldValue
        /// Missing or repeated in HTTP/1.1, or no host (RFC 9112 §3.2).
        case invalidHost
        case invalidContentLength
        case invalidTransferEncoding
        /// Transfer-Encoding beside Content-Length: the two framings of a smuggled request.
        case ambiguousFraming
        case unsupportedTransferCoding
        case bodyTooLarge
        case invalidChunk
        case chunkLineTooLong
        case trailersTooLarge
        case tooManyInterimResponses
        /// Bytes from a server that was asked nothing.
        case unexpectedData
        /// The peer closed its side within a message, or before the response.
        case truncated
    }

    package var kind: Kind
    /// A sentence for a person. Holds nothing that the peer sent.
    package var detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// What a server answers with before it closes.
    package var status: Int {
        switch kind {
        case .requestLineTooLong: 414
        case .headTooLarge, .tooManyFields, .trailersTooLarge: 431
        case .bodyTooLarge: 413
        case .unsupportedTransferCoding: 501
        case .unsupportedVersion: 505
        default: 400
        }
    }
}
