import Diagnostics

extension LoadingRun {
    private static let filePaths = ["openrouter.api_key_file", "server.auth.tokens_file", "logging.file"]

    /// What can be said of the files that the configuration names: among themselves, and on this machine.
    mutating func checkPaths() {
        checkOverlaps()
        guard !inputs.isHermetic else { return }
        checkSecretFiles()
        checkLogFile()
        checkWorkspace()
        checkPrograms()
    }

    private func file(of path: String) -> String? {
        guard case .text(let file)? = SettingTable.byPath[path]?.currentValue(in: result.effective) else { return nil }
        return file
    }

    private mutating func checkOverlaps() {
        var users = [(path: "", file: Self.normal(inputs.file))]
        for path in Self.filePaths {
            guard let file = file(of: path).map(Self.normal) else { continue }
            if let other = users.first(where: { $0.file == file }) {
                let what = other.path.isEmpty ? "the configuration itself" : "`\(other.path)`"
                let related = other.path.isEmpty ? nil : result.origin(of: other.path).span
                report(
                    ConfigurationCode.overlappingFiles, .error,
                    "`\(path)` names the file of \(what): \(quotedForDisplay(file))", path,
                    help: "give each a file of its own",
                    related: related.map { [Diagnostic.Related($0, "`\(other.path)` is set here")] } ?? [])
            }
            users.append((path, file))
        }
    }

    /// Without what changes nothing: `./a//b` → `a/b`.
    private static func normal(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    // MARK: - On this machine

    private mutating func checkSecretFiles() {
        let isKeyUsed = result.effective.aiService == .openrouter
        for path in ["openrouter.api_key_file", "server.auth.tokens_file"]
        where isKeyUsed || path != "openrouter.api_key_file" {
            guard let file = file(of: path), let facts = files.facts(of: file), facts.kind == .file,
                facts.isReadableByAll
            else { continue }
            report(
                ConfigurationCode.exposedSecret, .warning,
                "every user of this machine can read the file \(quotedForDisplay(file))", path,
                help: "take the right away: `chmod o= \(PathHelp.shellWord(file))`")
        }
    }

    private mutating func checkLogFile() {
        let path = "logging.file"
        guard let file = file(of: path) else { return }
        let name = quotedForDisplay(file)
        if let facts = files.facts(of: file) {
            if facts.kind == .directory {
                report(
                    ConfigurationCode.unusablePath, .error, "\(name) is a directory", path,
                    help: "name a file in it, such as `\(escapedForDisplay(Self.normal(file)))/ailoopctl.log`")
            } else if !facts.isWritable {
                report(
                    ConfigurationCode.unusablePath, .error, "the file \(name) may not be written", path,
                    help: "change its owner or mode, or name another file")
            }
            return
        }
        let directory = Self.directory(of: file)
        let shown = quotedForDisplay(directory)
        guard let facts = files.facts(of: directory), facts.kind == .directory else {
            return report(
                ConfigurationCode.unusablePath, .error, "there is no directory \(shown)", path,
                help: PathHelp.home(file)
                    ?? "make it (`mkdir -p \(PathHelp.shellWord(directory))`), or name a file elsewhere")
        }
        if !facts.isWritable {
            report(
                ConfigurationCode.unusablePath, .error, "no file can be made in \(shown)", path,
                help: "change the directory's owner or mode, or name a file elsewhere")
        }
    }

    private mutating func checkWorkspace() {
        let tools = result.effective.tools
        let path = "tools.workspace"
        let isUsed = !tools.builtin.isEmpty || !tools.commands.isEmpty
        guard isChosen(path), isUsed || isFaulty("tools.builtin") || isFaulty("tools.commands") else { return }
        let name = quotedForDisplay(result.shown(tools.workspace, of: path))
        guard let facts = files.facts(of: tools.workspace) else {
            return report(
                ConfigurationCode.unusablePath, .error, "there is no directory \(name)", path,
                help: PathHelp.missing(tools.workspace))
        }
        if facts.kind != .directory {
            report(
                ConfigurationCode.unusablePath, .error, "\(name) is no directory", path,
                help: "name the directory that tools may see")
        } else if !facts.isExecutable {
            report(
                ConfigurationCode.unusablePath, .error, "the directory \(name) may not be entered", path,
                help: "change its owner or mode, or name another")
        }
    }

    /// Commands start in the workspace, MCP servers where this program does.
    private mutating func checkPrograms() {
        let tools = result.effective.tools
        for (index, command) in tools.commands.enumerated() {
            checkProgram(
                command.command, in: tools.workspace, "tools.commands", "tools.commands[\(index)]", .item(index))
        }
        for server in tools.mcpServers {
            checkProgram(
                server.command, in: ".", "tools.mcp_servers", "tools.mcp_servers.\(server.name)", .member(server.name))
        }
    }

    private mutating func checkProgram(
        _ command: [String], in directory: String, _ path: String, _ item: String, _ step: ValuePlaces.Step
    ) {
        guard let program = command.first else { return }
        let shown = result.shown(program, of: path, at: step, .member("command"), .item(0))
        let directories = inputs.environment["PATH"] ?? ToolChecks.defaultPath
        guard
            let fault = ToolChecks.fault(
                of: program, shown: shown, path: directories, in: directory, files: files)
        else { return }
        diagnostics.add(
            Diagnostic(
                ConfigurationCode.missingProgram, "`\(item)`: \(fault.message)",
                at: result.span(of: path, at: step, .member("command"), .item(0)), help: fault.help))
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
