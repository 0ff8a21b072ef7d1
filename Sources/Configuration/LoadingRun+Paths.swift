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
        checkReachableSecrets()
        checkPrograms()
    }

    private func file(of path: String) -> String? {
        guard case .text(let file)? = SettingTable.byPath[path]?.currentValue(in: result.effective) else { return nil }
        return file
    }

    private mutating func checkOverlaps() {
        var users = [(what: "the configuration itself", place: place(of: inputs.file), span: SourceSpan?.none)]
        if let file = inputs.dotEnvFile { users.append(("`\(file)`, which holds variables", place(of: file), nil)) }
        for path in Self.filePaths {
            guard let file = file(of: path) else { continue }
            let place = place(of: file)
            if let other = users.first(where: { $0.place == place }) {
                report(
                    ConfigurationCode.overlappingFiles, .error,
                    "`\(path)` names the file of \(other.what): \(quotedForDisplay(file))", path,
                    help: "give each a file of its own",
                    related: other.span.map { [Diagnostic.Related($0, "\(other.what) is set here")] } ?? [])
            }
            users.append(("`\(path)`", place, result.origin(of: path).span))
        }
    }

    /// The same for all paths of one file, as far as this machine may be asked.
    private func place(of path: String) -> String {
        (inputs.isHermetic ? nil : files.realPath(of: path)) ?? PathHelp.normal(path)
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
                    help: "name a file in it, such as `\(escapedForDisplay(PathHelp.normal(file)))/ailoopctl.log`")
            } else if !facts.isWritable {
                report(
                    ConfigurationCode.unusablePath, .error, "the file \(name) may not be written", path,
                    help: "change its owner or mode, or name another file")
            }
            return
        }
        let directory = PathHelp.directory(of: file)
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
        let isUsed = tools.builtin.contains(where: \.needsWorkspace) || !tools.commands.isEmpty
        guard isChosen(path), !isFaulty(path), isUsed || isFaulty("tools.builtin") || isFaulty("tools.commands") else {
            return
        }
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

    /// Tools that show what stands in files.
    private static let readers: [Settings.Tools.BuiltIn] = [.readFile, .searchText]

    /// A model that may read files of the workspace may read secrets that are among them.
    private mutating func checkReachableSecrets() {
        let tools = result.effective.tools
        let readers = Self.readers.filter { tools.builtin.contains($0) && tools.policies[$0.rawValue] != .deny }
        guard let reader = readers.first, !isFaulty("tools.workspace"),
            let workspace = files.realPath(of: tools.workspace)
        else { return }
        let secretFiles =
            [inputs.dotEnvFile, literalSecrets.isEmpty ? nil : inputs.file]
            + ["openrouter.api_key_file", "server.auth.tokens_file"].map(file)
        let reachable = secretFiles.compactMap { $0 }.filter { file in
            guard files.facts(of: file) != nil, let place = files.realPath(of: file) else { return false }
            return place.hasPrefix(workspace == "/" ? "/" : workspace + "/")
        }
        guard !reachable.isEmpty else { return }
        let list = reachable.map { quotedForDisplay($0) }.joined(separator: ", ")
        report(
            ConfigurationCode.reachableSecret, .warning,
            "`\(reader.rawValue)` can read secrets in the workspace: \(list)",
            isChosen("tools.workspace") ? "tools.workspace" : "tools.builtin",
            help: "name a directory without them as `tools.workspace`")
    }

    /// Commands start in the workspace, MCP servers where this program does.
    private mutating func checkPrograms() {
        let tools = result.effective.tools
        for (index, command) in tools.commands.enumerated() {
            // A path that counts from the workspace leads nowhere where that is not known.
            if command.command.first?.contains("/") ?? false, isFaulty("tools.workspace") { continue }
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
        guard let program = command.first, !program.isEmpty else { return }
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
}
