import EventLoops
import HTTPClient

/// How `fetch_url` finds a name's addresses, and which of them may be connected to.
struct FetchNetwork: Sendable {
    var names: NameLookUp
    var isAllowed: @Sendable (SocketAddress) -> Bool

    static let publicInternet = FetchNetwork(names: .system, isAllowed: { $0.isPublic })
    /// In place of an address that is not allowed.
    static let privateAddress = "it has no address in the public internet, and others are not fetched from"

    /// No proxy is used: what a name stands for must be known here. Who fetches has taken its turn elsewhere.
    ///
    /// - Parameter lookUps: where names are looked up.
    func makeClient(loop: EventLoop, lookUps: BlockingCalls) -> HTTPClient {
        HTTPClient(
            loop: loop, limits: HTTPClientLimits(maximumIdlePerOrigin: 0),
            tellsRedirects: true, proxies: .none, names: checkedNames, lookUps: lookUps)
    }

    /// Names as the HTTP client is to find them: without any address that is not allowed. The addresses that are checked are
    /// those that are connected to.
    private var checkedNames: NameLookUp {
        NameLookUp { [names, isAllowed] name in
            names.addresses(name).flatMap { addresses in
                let allowed = addresses.filter(isAllowed)
                return allowed.isEmpty
                    ? .failure(NameError(message: Self.privateAddress, isRefused: true)) : .success(allowed)
            }
        }
    }
}
