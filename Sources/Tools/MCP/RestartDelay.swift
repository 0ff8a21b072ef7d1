/// How long an MCP server that has ended waits until it is started again. In nanoseconds.
struct RestartDelay {
    static let first: UInt64 = 1_000_000_000
    static let longest: UInt64 = 60_000_000_000
    /// A server that was ready for so long, or was called, begins anew with the first delay: what a call does to it is not to
    /// keep it from all others.
    static let steadyTime: UInt64 = 30_000_000_000

    private var upcoming = first

    /// The delay now; each further one is twice as long.
    ///
    /// - Parameter readyFor: nil where it never was.
    mutating func next(readyFor: UInt64?, wasCalled: Bool) -> UInt64 {
        if let readyFor, wasCalled || readyFor >= Self.steadyTime { upcoming = Self.first }
        defer { upcoming = min(upcoming * 2, Self.longest) }
        return upcoming
    }
}
