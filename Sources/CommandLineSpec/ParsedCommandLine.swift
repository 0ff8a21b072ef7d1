/// What stands on a command line, by the names of the table.
package struct ParsedCommandLine: Sendable, Equatable {
    package struct Option: Sendable, Equatable {
        package var name: String
        /// nil for flags.
        package var value: String?
    }

    /// nil where there is none, or no known one.
    package var command: String?
    /// In the order they came.
    package var options: [Option] = []
    package var arguments: [String] = []
    /// All that could not be understood, in the order it came.
    package var problems: [UsageProblem] = []

    package func isGiven(_ option: String) -> Bool { options.contains { $0.name == option } }

    /// The last value of an option.
    package func value(of option: String) -> String? { options.last { $0.name == option }?.value }

    package func values(of option: String) -> [String] { options.filter { $0.name == option }.compactMap(\.value) }
}
