import Sessions

/// Carries JSON text to a client: a WebSocket connection, or a program in the same process.
protocol ClientLink: AnyObject {
    /// Sends one message.
    func send(_ message: [UInt8])
    /// Whether that many bytes can be queued now without coming near the limit. Where not,
    /// ``Client/roomFreed()`` is called once there is room again.
    func hasRoom(for count: Int) -> Bool
    /// The client cannot keep up: its connection ends, its sessions can be attached again.
    func fallBehind()
    /// The client goes on sending messages that the rate limit refuses: its connection ends.
    func exceedRate()
}

/// One client, as the router and the bridges see it: where its messages go, and in which order.
///
/// Answers come before the notifications that their requests cause: while a request is being carried out, notifications
/// wait in `held`.
final class Client {
    let id: ClientID
    /// Nil once the client is gone.
    var link: (any ClientLink)?
    /// Other loops with sessions of this client: those that it attached when it already had sessions here.
    var remoteLoops: Set<Int> = []
    /// Messages that are not answered yet.
    var answersUnderWay = 0
    private var held: [[UInt8]] = []
    private var waitingForRoom: [NotificationBridge] = []
    private var requestsUnderWay = 0
    private var refusedMessages = 0

    /// Messages refused one after the other because of their rate, until the connection is closed.
    static let maximumRefusedMessages = 100

    init(id: ClientID) {
        self.id = id
    }

    // MARK: Sending

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

    // MARK: Requests

    func beginRequest() {
        requestsUnderWay += 1
    }

    /// The request is answered: what it caused may follow.
    func endRequest() {
        requestsUnderWay -= 1
        guard requestsUnderWay == 0 else { return }
        let messages = held
        held = []
        for message in messages { link?.send(message) }
        roomFreed()
        endForRate()
    }

    // MARK: Catching up

    /// Whether a bridge may send what the client missed now, rather than when there is room.
    func hasRoom(for count: Int) -> Bool {
        requestsUnderWay == 0 && link?.hasRoom(for: count) == true
    }

    /// Has the bridge's ``NotificationBridge/catchUp()`` called when there is room.
    func waitForRoom(_ bridge: NotificationBridge) {
        if !waitingForRoom.contains(where: { $0 === bridge }) { waitingForRoom.append(bridge) }
    }

    func roomFreed() {
        guard requestsUnderWay == 0, !waitingForRoom.isEmpty else { return }
        let bridges = waitingForRoom
        waitingForRoom = []
        for bridge in bridges { bridge.catchUp() }
    }

    func fallBehind() {
        link?.fallBehind()
    }

    // MARK: Rate

    func messageAdmitted() {
        refusedMessages = 0
    }

    /// Called before the refusal is answered, which still is.
    func messageRefused() {
        refusedMessages += 1
    }

    /// Ends the connection of a client that does not heed refusals. Called when a request is answered.
    private func endForRate() {
        if refusedMessages >= Self.maximumRefusedMessages { link?.exceedRate() }
    }
}
