import EventLoops
import Observability

/// The descriptors that a server's connections take.
enum ConnectionRoom {
    /// Has the system allow as many as so many connections need, or as many as it may; the log tells where these are fewer.
    static func make(for connections: Int, log: Logger) {
        // A client takes one descriptor, and one to the AI service; many systems allow 1024 until more are asked for.
        let needed = 2 * connections + DescriptorLimit.ownNeed
        let allowed = DescriptorLimit.raise(to: needed)
        guard allowed < needed else { return }
        log.warning(
            "fewer descriptors are allowed than server.max_connections may need: raise the hard limit (`ulimit -Hn`), or lower the setting",
            ["max_connections": .integer(connections), "needed": .integer(needed), "allowed": .integer(allowed)])
    }
}
