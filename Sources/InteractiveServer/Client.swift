import Sessions

/// Carries JSON text to a client: a WebSocket connection, or a program in the same process.
protocol ClientLink: AnyObject {
    /// Sends one message. The bytes are valid during the call only.
    func send(_ message: [UInt8])
}

/// One client, as the router and the bridges see it: where its messages go, and in which order.
///
/// Answers come before the notifications that their requests cause: while a request is being carried out, notifications
/// wait in ``held``.
package final class Client {
    let id: ClientID
    /// Nil once the client is gone.
    var link: (any ClientLink)?
    /// Other loops with sessions of this client: those that it attached when it already had sessions here.
    var remoteLoops: Set<Int> = []
    private var held: [[UInt8]] = []
    private var requestsUnderWay = 0

    init(id: ClientID) {
        self.id = id
    }

    /// Sends a notification, behind the answer of the request at hand.
    func notify(_ message: [UInt8]) {
        if requestsUnderWay > 0 {
            held.append(message)
        } else {
            link?.send(message)
        }
    }

    func answer(_ message: [UInt8]) {
        link?.send(message)
    }

    func beginRequest() {
        requestsUnderWay += 1
    }

    /// The request is answered: what it caused may follow.
    func endRequest() {
        requestsUnderWay -= 1
        guard requestsUnderWay == 0, !held.isEmpty else { return }
        let messages = held
        held = []
        for message in messages { link?.send(message) }
    }
}
