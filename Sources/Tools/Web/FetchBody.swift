import EventLoops
import HTTP1
import HTTPClient
import JSON

/// `fetch_url`: a text from one of the hosts that are listed.
struct FetchBody: ToolBody {
    let loop: EventLoop
    let client: HTTPClient
    let hosts: HostList
    let network: FetchNetwork
    /// For fetches of all loops.
    let places: FairPlaces

    func start(_ request: ToolRequest, report: @escaping (ToolRunNews) -> Void) -> any RunningTool {
        let text = request.arguments["url"]?.string ?? ""
        do throws(ToolFailure) {
            return FetchRun(self, text, try url(text), request, report: report)
        } catch {
            return EndedRun(.failure(error.message), loop: loop, report: report)
        }
    }

    /// - Throws: where this URL may not be fetched.
    func url(_ text: String) throws(ToolFailure) -> HTTPURL {
        let url: HTTPURL
        do throws(HTTPURLError) {
            url = try HTTPURL(text)
        } catch {
            throw ToolFailure(error.detail)
        }
        guard url.scheme == .http || url.scheme == .https else { throw ToolFailure("only http and https are fetched") }
        guard hosts.contains(url) else {
            throw ToolFailure("`\(url.hostField)` may not be fetched from. Allowed are \(hosts.text).")
        }
        if let address = SocketAddress(host: url.host, port: 0), !network.isAllowed(address) {
            throw ToolFailure("`\(url.host)`: \(FetchNetwork.privateAddress)")
        }
        return url
    }
}
