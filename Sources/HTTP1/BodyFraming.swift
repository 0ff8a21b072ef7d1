/// How the end of a message's content is found (RFC 9112 §6.3).
enum BodyFraming: Sendable, Hashable {
    case none
    case length(Int)
    case chunked
    case untilClose

    /// The framing that the fields declare; `absent` where they declare none. Both ways at once, any way twice, and any
    /// coding but `chunked` are refused in requests and responses alike, as two recipients may read them differently.
    init(of headers: HTTPHeaders, minorVersion: Int, absent: BodyFraming) throws(HTTPParseError) {
        var length: Int?
        var isChunked = false
        for field in headers.fields {
            if HTTPHeaders.sameName(field.name, "Content-Length") {
                guard length == nil else {
                    throw HTTPParseError(.invalidContentLength, "Content-Length is given more than once.")
                }
                length = try Self.contentLength(field.value)
            } else if HTTPHeaders.sameName(field.name, "Transfer-Encoding") {
                guard minorVersion > 0 else {
                    throw HTTPParseError(.invalidTransferEncoding, "HTTP/1.0 has no Transfer-Encoding.")
                }
                try Self.checkTransferEncoding(field.value, isRepeated: isChunked)
                isChunked = true
            }
        }
        switch (length, isChunked) {
        case (nil, false): self = absent
        case (let length?, false): self = length == 0 ? .none : .length(length)
        case (nil, true): self = .chunked
        case (_?, true):
            throw HTTPParseError(.ambiguousFraming, "Both Content-Length and Transfer-Encoding are given.")
        }
    }

    /// Digits only: no sign, no list, no whitespace within.
    private static func contentLength(_ value: String) throws(HTTPParseError) -> Int {
        guard !value.isEmpty, value.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            throw HTTPParseError(.invalidContentLength, "Content-Length is no decimal number.")
        }
        guard let length = Int(value) else {
            throw HTTPParseError(.bodyTooLarge, "Content-Length is larger than any body that is taken.")
        }
        return length
    }

    private static func checkTransferEncoding(_ value: String, isRepeated: Bool) throws(HTTPParseError) {
        var isRepeated = isRepeated
        for coding in HTTPHeaders.listElements(of: value) {
            guard !coding.isEmpty else {
                throw HTTPParseError(.invalidTransferEncoding, "Transfer-Encoding has an empty element.")
            }
            guard HTTPHeaders.sameName(coding, "chunked") else {
                throw HTTPParseError(.unsupportedTransferCoding, "The only transfer coding known here is chunked.")
            }
            guard !isRepeated else {
                throw HTTPParseError(.invalidTransferEncoding, "Transfer-Encoding names chunked more than once.")
            }
            isRepeated = true
        }
    }
}
