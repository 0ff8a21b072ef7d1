/// What a tool that is configured must have, besides parameters that are a schema (``JSONSchemaForm``).
package enum ToolChecks {
    /// The longest name that services take for a function (OpenAI and OpenRouter: `[A-Za-z0-9_-]{1,64}`).
    package static let maximumNameLength = 64

    /// What is wrong with the name of a function that a model is to call, to follow the name, and how to mend it; nil where
    /// nothing is.
    package static func nameFault(_ name: String) -> (message: String, help: String)? {
        if name.isEmpty { return ("is empty", "give the tool a name, such as `get_weather`") }
        let isAllowed: (UInt8) -> Bool = { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "-")
        }
        if !name.utf8.allSatisfy(isAllowed) {
            return ("is no name of a function", "use letters without accents, digits, `_` and `-`")
        }
        return name.utf8.count <= maximumNameLength
            ? nil : ("is longer than \(maximumNameLength) characters", "services take no longer name of a function")
    }

    /// The file that a command's first word names, as the system would run it: the word itself where it has a slash, else the
    /// first executable file of that name in the directories of `path`; nil where there is none.
    package static func executable(_ command: String, path: String, files: some FileReading) -> String? {
        let candidates =
            command.contains("/")
            ? [command]
            : path.split(separator: ":", omittingEmptySubsequences: false).map {
                ($0.isEmpty ? "." : String($0)) + "/" + command
            }
        return candidates.first { candidate in
            guard !command.isEmpty, let facts = files.facts(of: candidate) else { return false }
            return facts.kind == .file && facts.isExecutable
        }
    }
}
