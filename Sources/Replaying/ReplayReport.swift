/// Turns what happens into what is written on standard output.
package protocol ReplayReport: Sendable {
    /// Before the first script.
    mutating func began(_ plan: ReplayPlan) -> String
    /// In the order that it happens; `nanoseconds` is how long the script has been played.
    mutating func report(_ event: PlayEvent, of script: Script, after nanoseconds: UInt64) -> String
    /// After the last script.
    mutating func finished(_ summary: ReplaySummary, exitCode: Int32) -> String
}

/// What is going to be played, and where.
package struct ReplayPlan: Sendable {
    package var scripts: [Script]
    /// The URL of a server; nil: in this process.
    package var url: String?
    package var version: String

    package init(scripts: [Script], url: String?, version: String) {
        self.scripts = scripts
        self.url = url
        self.version = version
    }
}
