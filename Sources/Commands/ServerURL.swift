import CommandLineSpec
import HTTP1

/// The server that `--url` names.
struct ServerURL: Sendable {
    /// Why it cannot be used.
    struct Problem: Error {
        var usage: UsageProblem
    }

    let url: HTTPURL

    init(_ text: String) throws(Problem) {
        do throws(HTTPURLError) {
            url = try HTTPURL(text)
        } catch {
            throw Problem(usage: UsageProblem("`--url`: \(error.detail)"))
        }
        guard url.scheme == .ws || url.scheme == .wss else {
            let message = "`--url`: \(url.scheme.rawValue):// is not spoken here"
            throw Problem(usage: UsageProblem(message, help: "use a ws:// or wss:// URL"))
        }
    }
}
