package import Wire

/// Why a head cannot be written: part of it would be read as something else, or as the start of another message.
package struct HTTPHeadError: Error, Sendable, Hashable {
    /// A sentence for a person, which names the part but does not show it (it may be a key).
    package var detail: String

    package init(detail: String) {
        self.detail = detail
    }
}

extension RequestHead {
    /// Writes the head as HTTP/1.1 or 1.0, with the empty line at its end. On an error nothing is written.
    package func append(to output: inout ByteQueue) throws(HTTPHeadError) {
        guard FieldCharacters.isToken(method.utf8) else {
            throw HTTPHeadError(detail: "The method is no token.")
        }
        guard !target.isEmpty, target.utf8.allSatisfy(FieldCharacters.isVisible) else {
            throw HTTPHeadError(
                detail: "The request target is empty or holds whitespace or characters that are not ASCII.")
        }
        try headers.check()
        output.append(contentsOf: method)
        output.append(0x20)
        output.append(contentsOf: target)
        output.append(contentsOf: minorVersion == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n")
        headers.append(to: &output)
    }
}

extension ResponseHead {
    /// Writes the head as HTTP/1.1 or 1.0, with the empty line at its end; an empty ``reason`` is replaced by the usual one
    /// of the status. On an error nothing is written.
    package func append(to output: inout ByteQueue) throws(HTTPHeadError) {
        guard (100...999).contains(status) else { throw HTTPHeadError(detail: "The status has not three digits.") }
        guard reason.utf8.allSatisfy(FieldCharacters.isFieldContent) else {
            throw HTTPHeadError(detail: "The reason phrase holds a control character.")
        }
        try headers.check()
        output.append(contentsOf: minorVersion == 0 ? "HTTP/1.0 " : "HTTP/1.1 ")
        output.append(contentsOf: String(status))
        output.append(0x20)
        output.append(contentsOf: reason.isEmpty ? Self.usualReason(of: status) : reason)
        output.append(contentsOf: "\r\n")
        headers.append(to: &output)
    }

    /// The reason phrase of RFC 9110 §15 and of the other codes used here; empty for others.
    package static func usualReason(of status: Int) -> String {
        usualReasons[status] ?? ""
    }

    private static let usualReasons: [Int: String] = [
        100: "Continue", 101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
        206: "Partial Content", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
        307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized",
        402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
        407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
        411: "Length Required",
        412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
        417: "Expectation Failed", 421: "Misdirected Request", 422: "Unprocessable Content", 426: "Upgrade Required",
        429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
        501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
        505: "HTTP Version Not Supported",
    ]
}

extension HTTPHeaders {
    /// RFC 9110 §5.1 and §5.5. A value with a line ending in it would smuggle in fields, or whole messages.
    package func check() throws(HTTPHeadError) {
        for field in fields {
            guard FieldCharacters.isToken(field.name.utf8) else {
                throw HTTPHeadError(detail: "A header field's name is empty or holds a character that it must not.")
            }
            guard field.value.utf8.allSatisfy(FieldCharacters.isFieldContent) else {
                throw HTTPHeadError(detail: "The value of the header field \(field.name) holds a control character.")
            }
        }
    }

    fileprivate func append(to output: inout ByteQueue) {
        for field in fields {
            output.append(contentsOf: field.name)
            output.append(0x3A)
            output.append(0x20)
            output.append(contentsOf: field.value)
            output.append(contentsOf: "\r\n")
        }
        output.append(contentsOf: "\r\n")
    }
}
