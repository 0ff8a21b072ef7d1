import Quantities

/// What stands on a command line, by the names of the table.
package struct ParsedCommandLine: Sendable, Equatable {
    package struct Option: Sendable, Equatable {
        package var name: String
        /// nil for flags.
        package var value: String?
        /// Whether it was written with one dash and its letter.
        package var isShort = false
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

    /// As ``value(of:)``, where it is a whole number.
    package func integer(of option: String) -> Int? { value(of: option).flatMap { Int($0) } }

    /// As ``value(of:)``, where it is a number.
    package func number(of option: String) -> Double? { value(of: option).flatMap { Double($0) } }

    /// As ``value(of:)``, where it is a duration with its unit.
    package func duration(of option: String) -> Duration? { value(of: option).flatMap { Quantity.duration($0) } }

    package func values(of option: String) -> [String] { options.filter { $0.name == option }.compactMap(\.value) }
}
