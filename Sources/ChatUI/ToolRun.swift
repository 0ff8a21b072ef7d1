/// How a call of one of the server's tools ended.
package struct ToolRun: Sendable, Hashable {
    package var name: String
    package var isError: Bool
    /// Of the run alone; 0 where it never ran.
    package var durationMilliseconds: Int

    package init(name: String, isError: Bool, durationMilliseconds: Int) {
        self.name = name
        self.isError = isError
        self.durationMilliseconds = durationMilliseconds
    }

    /// `12 ms`, `1.25 s`; `failed after 12 ms`, `failed`.
    var phrase: String {
        guard isError else { return duration }
        return durationMilliseconds == 0 ? "failed" : "failed after \(duration)"
    }

    private var duration: String {
        durationMilliseconds < 1000 ? "\(durationMilliseconds) ms" : "\(Double(durationMilliseconds) / 1000) s"
    }
}

/// Runs of tools by the ids of their calls, the latest of them: an older one is forgotten.
struct ToolRunLog: Sendable {
    static let maximumCount = 1000

    private(set) var runs: [String: ToolRun] = [:]
    /// Oldest first.
    private var callIDs: [String] = []

    mutating func add(_ run: ToolRun, ofCall id: String) {
        if runs.updateValue(run, forKey: id) == nil { callIDs.append(id) }
        if callIDs.count > Self.maximumCount { runs[callIDs.removeFirst()] = nil }
    }
}
