/// What the server calls itself, to clients and on the command line.
package enum ServerIdentity {
    package static let name = "ailoopctl"
    package static let version = "0.1.0"
    /// Of the API; raised by changes that a client must know of.
    package static let protocolVersion = "1.0"
}
