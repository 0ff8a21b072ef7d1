import Wire

/// The opening handshake of RFC 6455 §4, both roles, on heads that the decoders have read.
package enum WebSocketHandshake {
    /// The only version spoken (RFC 6455 §4.1).
    package static let version = "13"

    /// `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455 §4.2.2, 5.4).
    static func accept(forKey key: String) -> String {
        Base64.encode(SHA1.digest(of: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }

    // MARK: Server

    /// A handshake that may be accepted.
    package struct Upgrade: Sendable, Hashable {
        /// Subprotocols that the client offers, most wanted first. Each is a token.
        package let subprotocols: [String]
        /// Where the page of a browser's client came from; nil for other clients.
        package let origin: String?
        private let accept: String

        fileprivate init(key: String, subprotocols: [String], origin: String?) {
            self.subprotocols = subprotocols
            self.origin = origin
            accept = WebSocketHandshake.accept(forKey: key)
        }

        /// The 101 that accepts it. `subprotocol` must be one of those offered.
        package func response(subprotocol: String? = nil) -> ResponseHead {
            var headers = HTTPHeaders([
                ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept),
            ])
            if let subprotocol { headers.add("Sec-WebSocket-Protocol", subprotocol) }
            return ResponseHead(status: 101, headers: headers)
        }
    }

    /// A request that is no handshake that we take. The driver adds a body (or `Content-Length: 0`) to the head.
    package struct Rejection: Error, Sendable, Hashable {
        /// Status and the header fields that go with it.
        package let response: ResponseHead
        /// A sentence for a person.
        package let detail: String

        fileprivate init(_ status: Int, _ detail: String, headers: [(String, String)] = []) {
            response = ResponseHead(status: status, headers: HTTPHeaders(headers))
            self.detail = detail
        }
    }

    /// RFC 6455 §4.2.1. Path, origin and authorisation are the caller's to judge.
    package static func validate(_ request: RequestHead) throws(Rejection) -> Upgrade {
        guard request.method == "GET" else {
            throw Rejection(405, "A WebSocket handshake is a GET request.", headers: [("Allow", "GET")])
        }
        guard request.headers.lists("websocket", in: "Upgrade"), request.minorVersion >= 1 else {
            throw Rejection(
                426, "This address speaks WebSocket only.",
                headers: [("Upgrade", "websocket"), ("Connection", "Upgrade")])
        }
        guard request.headers.lists("upgrade", in: "Connection") else {
            throw Rejection(400, "Upgrade is not listed in the Connection header field.")
        }
        guard request.headers.all("Sec-WebSocket-Version") == [version] else {
            throw Rejection(
                426, "The WebSocket version spoken here is \(version).",
                headers: [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", version)])
        }
        let keys = request.headers.all("Sec-WebSocket-Key")
        guard keys.count == 1, let key = keys.first, Base64.decode(key)?.count == 16 else {
            throw Rejection(400, "Sec-WebSocket-Key is not the Base64 form of 16 bytes, exactly once.")
        }
        guard request.headers.first("Transfer-Encoding") == nil,
            request.headers.all("Content-Length").allSatisfy({ $0 == "0" })
        else {
            throw Rejection(400, "A WebSocket handshake has no body.")
        }
        guard let subprotocols = subprotocols(of: request.headers) else {
            throw Rejection(400, "Sec-WebSocket-Protocol holds something that is no token, or a name twice.")
        }
        return Upgrade(key: key, subprotocols: subprotocols, origin: request.headers.first("Origin"))
    }

    /// Nil where an element is no token or comes twice (RFC 6455 §4.1, 10).
    private static func subprotocols(of headers: HTTPHeaders) -> [String]? {
        let names = headers.all("Sec-WebSocket-Protocol").flatMap(HTTPHeaders.listElements)
        guard names.allSatisfy({ FieldCharacters.isToken($0.utf8) }), Set(names).count == names.count else {
            return nil
        }
        return names
    }

    // MARK: Client

    /// Why a server's answer is no acceptance (RFC 6455 §4.1).
    package struct Refusal: Error, Sendable, Hashable {
        /// The status where the server refused by one (a redirect, 401, 503 …); nil where it said 101, but wrongly.
        package let status: Int?
        /// A sentence for a person.
        package let detail: String
    }

    /// `Sec-WebSocket-Key` of 16 random bytes, fresh for each handshake.
    package static func key(of nonce: [UInt8]) -> String {
        precondition(nonce.count == 16, "WebSocketHandshake: the nonce has 16 bytes (RFC 6455 §4.1)")
        return Base64.encode(nonce)
    }

    /// The request for `url` (`ws` or `wss`), with `headers` after those that the handshake needs.
    package static func request(
        to url: HTTPURL, key: String, subprotocols: [String] = [], headers: HTTPHeaders = HTTPHeaders()
    ) -> RequestHead {
        var head = RequestHead(method: "GET", target: url.target)
        head.headers = HTTPHeaders([
            ("Host", url.hostField), ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", key),
            ("Sec-WebSocket-Version", version),
        ])
        if !subprotocols.isEmpty {
            head.headers.add("Sec-WebSocket-Protocol", subprotocols.joined(separator: ", "))
        }
        head.headers.fields += headers.fields
        return head
    }

    /// Checks the answer to the request that was sent with `key` and `subprotocols`. Returns the subprotocol that the
    /// server chose, nil for none.
    package static func validate(
        _ response: ResponseHead, key: String, subprotocols: [String] = []
    ) throws(Refusal) -> String? {
        guard response.status == 101 else {
            let reason = response.reason.isEmpty ? "" : " " + response.reason
            throw Refusal(
                status: response.status,
                detail: "The server answered \(response.status)\(reason) to the WebSocket handshake.")
        }
        guard response.headers.all("Upgrade").count == 1, response.headers.lists("websocket", in: "Upgrade"),
            response.headers.lists("upgrade", in: "Connection")
        else {
            throw Refusal(status: nil, detail: "The server switched to something that is not WebSocket.")
        }
        guard response.headers.all("Sec-WebSocket-Accept") == [accept(forKey: key)] else {
            throw Refusal(status: nil, detail: "The server's Sec-WebSocket-Accept does not belong to our key.")
        }
        guard response.headers.first("Sec-WebSocket-Extensions") == nil else {
            throw Refusal(status: nil, detail: "The server chose an extension that was not offered.")
        }
        let chosen = response.headers.all("Sec-WebSocket-Protocol")
        guard chosen.count <= 1, chosen.allSatisfy(subprotocols.contains) else {
            throw Refusal(status: nil, detail: "The server chose a subprotocol that was not offered.")
        }
        return chosen.first
    }
}
