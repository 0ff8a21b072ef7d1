/// The chat page at `/`: one file without anything from elsewhere.
enum WebPage {
    private static let placeholder = "{{SOCKET_PATH}}"

    /// - Parameter socketPath: a path of the configuration, which holds no character that would end a string of the script.
    static func answer(socketPath: String) -> HTTPAnswer {
        let page = String(decoding: PackageResources.chat_html, as: UTF8.self)
        let parts = page.split(separator: placeholder, maxSplits: 1, omittingEmptySubsequences: false)
        return HTTPAnswer(
            status: 200, contentType: "text/html; charset=utf-8", body: Array(parts.joined(separator: socketPath).utf8),
            headers: [
                (
                    "Content-Security-Policy",
                    "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                ),
                ("Referrer-Policy", "no-referrer"),
            ])
    }
}
