package import Wire

/// Makes of what a channel's owner writes what goes over the wire, and back: TLS over TCP.
///
/// Isolation: used on its channel's loop only. What it throws breaks the channel, and says why in its ``SystemError/detail``.
package protocol ChannelFilter: AnyObject {
    /// Moves what can be sent now from `plain` to the end of `wire`, and adds what else is to go there. What has to wait stays;
    /// this is called again when bytes have come. Called first when the connection stands.
    func seal(_ plain: inout ByteQueue, into wire: inout ByteQueue) throws(SystemError)

    /// Takes what came over the wire, all of it. `deliver` gets what it held, valid during the call; it may close the channel.
    func unseal(_ wire: UnsafeRawBufferPointer, deliver: (UnsafeRawBufferPointer) -> Void) throws(SystemError)

    /// The peer has said, in what came, that it will send no more.
    var hasEnded: Bool { get }

    /// Nothing more comes over the wire.
    func inputEnded() throws(SystemError)

    /// The owner writes no more, and all that it wrote is sealed: the next ``seal(_:into:)`` says so to the peer.
    /// Idempotent.
    func finish()
}
