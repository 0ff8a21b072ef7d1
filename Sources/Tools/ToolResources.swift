import EventLoops

/// How much of everything tools may use. Tests use less.
struct ToolLimits: Sendable {
    /// Built-in tools that wait for a thread.
    var waitingRuns = 4096
    /// Programs that wait for their turn.
    var waitingPrograms = 4096
    /// What one program may write, in bytes; one that writes more is stopped.
    var programBytes = 256 << 20
    /// Pages that are fetched at the same time, and how many of them by one session.
    var fetches = 32
    var fetchesPerSession = 8
    /// Fetches that wait for their turn.
    var waitingFetches = 4096
    var mcp = MCPLimits()
}

/// What the tools of all loops take their turns for.
struct ToolResources: Sendable {
    /// Threads that start programs: most of them only wait for the one that does.
    private static let startingThreads = 4

    let threads: ToolThreads
    /// Places for programs that run.
    let programs: FairPlaces
    let programStarts: BlockingCalls
    let maximumProgramBytes: Int
    let fetches: FairPlaces
    /// Apart from the others', as what a model asks for shall not hold up the connections to its service. As many as there are
    /// fetches, so that none that has its turn waits again.
    let nameLookUps: BlockingCalls

    init(maximumProcesses: Int, limits: ToolLimits) {
        threads = ToolThreads(maximumWaiting: limits.waitingRuns)
        programs = FairPlaces(
            maximumTaken: maximumProcesses, maximumPerSession: maximumProcesses, maximumWaiting: limits.waitingPrograms)
        programStarts = BlockingCalls(maximumThreads: Self.startingThreads, maximumWaiting: maximumProcesses)
        maximumProgramBytes = limits.programBytes
        fetches = FairPlaces(
            maximumTaken: limits.fetches, maximumPerSession: limits.fetchesPerSession,
            maximumWaiting: limits.waitingFetches)
        nameLookUps = BlockingCalls(maximumThreads: limits.fetches)
    }
}
