import Sessions

/// Clients whose connection lives on another loop: one that has sessions there and attaches a session here as well cannot
/// move, so its messages for that session are passed on. Every other client moves, and no chunk of it crosses a thread.
final class RemoteClients {
    private let directory: LoopDirectory
    private let loopIndex: Int
    private var clients: [ClientID: (client: Client, homeLoop: Int)] = [:]

    init(directory: LoopDirectory, loopIndex: Int) {
        self.directory = directory
        self.loopIndex = loopIndex
    }

    /// The stand-in of a client whose connection lives on `homeLoop`.
    func client(_ id: ClientID, homeLoop: Int) -> Client {
        if let known = clients[id] { return known.client }
        let client = Client(id: id)
        client.link = RemoteLink(directory: directory, homeLoop: homeLoop, clientID: id)
        clients[id] = (client, homeLoop)
        return client
    }

    /// The client's connection is gone.
    func remove(_ id: ClientID) -> Client? {
        guard let (client, _) = clients.removeValue(forKey: id) else { return nil }
        client.link = nil
        return client
    }

    /// The client has no session here any more: its home need not pass anything on, once the last word is sent.
    func release(_ id: ClientID) {
        guard let (_, homeLoop) = clients.removeValue(forKey: id) else { return }
        directory.submit(to: loopIndex) { [loopIndex, directory] _ in
            directory.submit(to: homeLoop) { $0.remoteSessionsEnded(of: id, onLoop: loopIndex) }
        }
    }
}

/// Sends by way of the loop where the connection lives.
private final class RemoteLink: ClientLink {
    private let directory: LoopDirectory
    private let homeLoop: Int
    private let clientID: ClientID

    init(directory: LoopDirectory, homeLoop: Int, clientID: ClientID) {
        self.directory = directory
        self.homeLoop = homeLoop
        self.clientID = clientID
    }

    func send(_ message: [UInt8]) {
        // Behind the answer of a batch that the message may belong to.
        directory.submit(to: homeLoop) { [clientID] in $0.connection(of: clientID)?.client.notify(message) }
    }

    /// The queue is the other loop's to bound.
    func hasRoom(for count: Int) -> Bool { true }

    func fallBehind() {
        directory.submit(to: homeLoop) { [clientID] in $0.connection(of: clientID)?.fallBehind() }
    }

    func exceedRate() {
        directory.submit(to: homeLoop) { [clientID] in $0.connection(of: clientID)?.exceedRate() }
    }
}
