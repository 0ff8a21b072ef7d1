import Diagnostics

/// What the machine must have for a tool that is a program.
package enum ToolChecks {
    /// Where the system looks for programs when `PATH` is not set.
    package static let defaultPath = "/bin:/usr/bin"

    /// The file that a command's first word names, as the system would run it from `directory`: the word itself where it has a
    /// slash, else the first executable file of that name in the absolute directories of `path`; nil where there is none.
    package static func executable(
        _ command: String, path: String, in directory: String = ".", files: some FileReading
    ) -> String? {
        let candidates =
            command.contains("/")
            ? [command]
            : path.split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/\(command)" }
        return candidates.first { candidate in
            guard !command.isEmpty, let facts = files.facts(of: absolute(candidate, in: directory)) else {
                return false
            }
            return facts.kind == .file && facts.isExecutable
        }
    }

    /// Why a command cannot be run from `directory`, and what to do about it; nil where it can.
    ///
    /// - Parameter shown: the command as messages may show it.
    static func fault(
        of command: String, shown: String, path: String, in directory: String, files: some FileReading
    ) -> (message: String, help: String)? {
        guard executable(command, path: path, in: directory, files: files) == nil else { return nil }
        let name = quotedForDisplay(shown)
        guard command.contains("/") else {
            return (
                "there is no program \(name) in the directories of PATH",
                "install it, or write the path of its file"
            )
        }
        switch files.facts(of: absolute(command, in: directory))?.kind {
        case .file?: return ("the file \(name) may not be run", "make it executable with `chmod +x`")
        case .directory?: return ("\(name) is a directory", "name a program in it")
        case .other?: return ("\(name) is no program", "name a file that can be run")
        case nil:
            return (
                "there is no file \(name)",
                command.hasPrefix("/") ? "install it, or write the path of a program" : "write its path from `/` on"
            )
        }
    }

    private static func absolute(_ path: String, in directory: String) -> String {
        path.hasPrefix("/") || directory == "." ? path : directory + "/" + path
    }
}
