import EventLoops

/// The addresses of names, for the connections of one event loop: looked up on another thread, once for all who ask at the
/// same time, and remembered for a short while.
///
/// Isolation: lives on its loop.
final class AddressBook {
    typealias Answer = Result<[SocketAddress], NameError>

    private struct Entry {
        let addresses: [SocketAddress]
        let expires: UInt64
    }

    private let loop: EventLoop
    private let lookUp: NameLookUp
    private let calls: BlockingCalls
    private let memoryNanoseconds: UInt64
    private let maximumNames: Int
    private var entries: [String: Entry] = [:]
    private var askers: [String: [(Answer) -> Void]] = [:]

    /// - Parameters:
    ///   - memoryNanoseconds: how long addresses are remembered. The system does not tell how long they may be used; servers
    ///     that move keep the old ones for longer than this.
    ///   - maximumNames: names remembered; past it all are forgotten.
    init(
        loop: EventLoop, lookUp: NameLookUp, calls: BlockingCalls = .shared, memoryNanoseconds: UInt64 = 10_000_000_000,
        maximumNames: Int = 256
    ) {
        self.loop = loop
        self.lookUp = lookUp
        self.calls = calls
        self.memoryNanoseconds = memoryNanoseconds
        self.maximumNames = maximumNames
    }

    /// Calls `completion` with the addresses of a name or of an address in numbers, with port 0: at once where they are
    /// known, else later.
    func addresses(of host: String, _ completion: @escaping (Answer) -> Void) {
        if let address = SocketAddress(host: host, port: 0) { return completion(.success([address])) }
        if let entry = entries[host], entry.expires > loop.now { return completion(.success(entry.addresses)) }
        let isUnderWay = askers[host] != nil
        askers[host, default: []].append(completion)
        if isUnderWay { return }
        let book = LoopBound(self, loop: loop)
        let isTaken = calls.run { [lookUp] in
            let answer = lookUp.addresses(host)
            book.submit { $0.take(answer, for: host) }
        }
        if !isTaken {
            take(
                .failure(NameError(message: "too many names are being looked up, or there is no thread for it")),
                for: host)
        }
    }

    private func take(_ answer: Answer, for host: String) {
        if case .success(let addresses) = answer {
            if entries.count >= maximumNames, entries[host] == nil { entries = [:] }
            entries[host] = Entry(addresses: addresses, expires: loop.now + memoryNanoseconds)
        }
        for completion in askers.removeValue(forKey: host) ?? [] { completion(answer) }
    }
}
