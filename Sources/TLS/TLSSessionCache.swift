/// Sessions to resume: the next handshake with the same server takes a quarter of the time.
///
/// A resumed session skips the checks of certificate and name, which were made for one host only. So an entry counts
/// for its host, port and trust, and for nothing else.
///
/// Isolation: lives on one event loop; each loop has its own, so that no two threads resume one session at a time.
package final class TLSSessionCache {
    /// Servers remembered; past it the one remembered longest ago is forgotten.
    package static let maximumEntries = 64

    struct Key: Hashable {
        var host: String
        var port: UInt16
        var trust: TLSTrust
    }

    private struct Entry {
        let session: SSL_SESSION
        let openSSL: OpenSSL
    }

    private var entries: [Key: Entry] = [:]
    /// Oldest first.
    private var order: [Key] = []

    package init() {}

    deinit {
        for entry in entries.values { entry.openSSL.functions.SSL_SESSION_free(entry.session) }
    }

    package var count: Int { entries.count }

    /// Valid until the entry is stored again or forgotten; the caller takes a reference of its own at once.
    func session(for key: Key) -> SSL_SESSION? {
        guard let entry = entries[key] else { return nil }
        // The library spoils sessions of connections that broke.
        guard entry.openSSL.functions.SSL_SESSION_is_resumable(entry.session) == 1 else {
            forget(key)
            return nil
        }
        return entry.session
    }

    /// Takes over the caller's reference to `session`.
    func store(_ session: SSL_SESSION, for key: Key, _ openSSL: OpenSSL) {
        forget(key)
        if entries.count == Self.maximumEntries, let oldest = order.first { forget(oldest) }
        entries[key] = Entry(session: session, openSSL: openSSL)
        order.append(key)
    }

    func forget(_ key: Key) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        order.removeAll { $0 == key }
        entry.openSSL.functions.SSL_SESSION_free(entry.session)
    }
}
