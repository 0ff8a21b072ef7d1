package import HTTP1

/// How much an ``HTTPClient`` holds and how long it waits. Each client has its own, and with it each event loop.
package struct HTTPClientLimits: Sendable, Hashable {
    /// Connections to one server, those being opened included.
    package var maximumConnectionsPerOrigin: Int
    /// Requests that wait for one of them; past it a request fails with `limitReached`.
    package var maximumWaitingPerOrigin: Int
    /// Connections without a request that are kept for the next one, for each server.
    package var maximumIdlePerOrigin: Int
    /// How long they are kept.
    package var idleNanoseconds: UInt64
    /// From the start of a connection to its readiness: name, TCP, proxy and TLS together. Where a name has several
    /// addresses, each gets an equal share of what is left.
    package var connectNanoseconds: UInt64
    /// Addresses of a name that are tried.
    package var maximumAddresses: Int
    /// Heads of responses. Bodies are not kept, and not limited.
    package var responses: HTTPLimits

    package init(
        maximumConnectionsPerOrigin: Int = 4096,
        maximumWaitingPerOrigin: Int = 4096,
        maximumIdlePerOrigin: Int = 256,
        idleNanoseconds: UInt64 = 30_000_000_000,
        connectNanoseconds: UInt64 = 10_000_000_000,
        maximumAddresses: Int = 8,
        responses: HTTPLimits = HTTPLimits()
    ) {
        precondition(maximumConnectionsPerOrigin > 0 && maximumAddresses > 0, "HTTPClientLimits: nothing could be sent")
        self.maximumConnectionsPerOrigin = maximumConnectionsPerOrigin
        self.maximumWaitingPerOrigin = maximumWaitingPerOrigin
        self.maximumIdlePerOrigin = maximumIdlePerOrigin
        self.idleNanoseconds = idleNanoseconds
        self.connectNanoseconds = connectNanoseconds
        self.maximumAddresses = maximumAddresses
        self.responses = responses
    }
}
