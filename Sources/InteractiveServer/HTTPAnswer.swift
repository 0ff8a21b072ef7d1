import HTTP1
import Wire

/// A whole answer to a plain HTTP request.
struct HTTPAnswer: Sendable {
    var status: Int
    var contentType: String
    var body: [UInt8]
    var headers: [(String, String)]
    /// Whether the connection ends with it, whatever the client wants.
    var endsConnection: Bool

    init(
        status: Int, contentType: String, body: [UInt8], headers: [(String, String)] = [], endsConnection: Bool = false
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.headers = headers
        self.endsConnection = endsConnection
    }

    /// A sentence for a person.
    init(status: Int, text: String, headers: [(String, String)] = [], endsConnection: Bool = false) {
        self.init(
            status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8) + [0x0A], headers: headers,
            endsConnection: endsConnection)
    }

    func append(to queue: inout ByteQueue, isLast: Bool, withoutBody: Bool) {
        var head = ResponseHead(
            status: status,
            headers: HTTPHeaders([
                ("Content-Type", contentType), ("Content-Length", String(body.count)), ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ]))
        head.headers.fields += HTTPHeaders(headers).fields
        if isLast { head.headers.add("Connection", "close") }
        // Made of constants: there is nothing in it that could not be written.
        try? head.append(to: &queue)
        if !withoutBody { queue.append(contentsOf: body) }
    }
}

extension RequestHead {
    /// Whether the connection ends with the answer (RFC 9112 §9.3).
    var wantsClose: Bool {
        let options = headers.all("Connection").joined(separator: ",").lowercased()
        if options.contains("close") { return true }
        return minorVersion == 0 && !options.contains("keep-alive")
    }

    /// The target's path, without the query; of the absolute form too, which every server has to take (RFC 9112 §3.2.2).
    var path: Substring {
        let target = target.prefix { $0 != "?" }
        guard !target.hasPrefix("/"), let separator = target.firstRange(of: "://") else { return target }
        let path = target[separator.upperBound...].drop { $0 != "/" }
        return path.isEmpty ? "/" : path
    }
}
