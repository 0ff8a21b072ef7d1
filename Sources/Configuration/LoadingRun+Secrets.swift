import Diagnostics

extension LoadingRun {
    private static let maximumTokens = 10_000

    /// Reads the files that hold secrets and settles which API key is used.
    mutating func resolveSecrets() {
        resolveAPIKey()
        resolveTokens()
        for (key, span) in literalSecrets where !written(at: span).isEmpty {
            guard !isMask(span) else {
                reportMask(key.path, span)
                continue
            }
            reportPlainSecret(
                key.path, span,
                help: key.path == "openrouter.api_key"
                    ? "keep it in the environment or `.env` as OPENROUTER_API_KEY, or in `openrouter.api_key_file`"
                    : "keep them in a file of their own and name it as `\(key.path)_file`")
        }
    }

    mutating func reportMask(_ path: String, _ span: SourceSpan) {
        diagnostics.add(
            Diagnostic(
                ConfigurationCode.maskedSecret, "`\(path)` is masked", at: span, severity: .warning,
                help: "put the secret itself, or a reference to a variable (`${NAME}`), in its place"))
    }

    /// Of a secret in an environment, of which not all values are some.
    mutating func reportEnvironmentSecret(_ path: String, _ span: SourceSpan) {
        guard !isMask(span) else { return }
        reportPlainSecret(
            path, span,
            help: "keep it in the environment or `.env`, and write a reference to the variable here: `\"${NAME}\"`")
    }

    private mutating func reportPlainSecret(_ path: String, _ span: SourceSpan, help: String) {
        diagnostics.add(
            Diagnostic(
                ConfigurationCode.secretInFile, "`\(path)` stands in the file in plain text", at: span,
                severity: .warning, help: help))
    }

    /// Whether asterisks alone stand there, however many.
    private func isMask(_ span: SourceSpan) -> Bool {
        let text = written(at: span)
        return !text.isEmpty && text.allSatisfy { $0 == "*" }
    }

    /// The text of a value without its quotes.
    private func written(at span: SourceSpan) -> String {
        result.catalog[span.origin]?.text(in: span.range).filter { $0 != "\"" && $0 != "'" } ?? ""
    }

    /// The stronger of `api_key` and `api_key_file`; where there is neither, `OPENROUTER_API_KEY`.
    private mutating func resolveAPIKey() {
        let keyLayer = result.origin(of: "openrouter.api_key").layer
        let fileOrigin = result.origin(of: "openrouter.api_key_file")
        guard result.effective.aiService == .openrouter else { return }
        if let path = result.effective.openRouter.apiKeyFile, let span = fileOrigin.span {
            if keyLayer == fileOrigin.layer {
                let key = result.origin(of: "openrouter.api_key").span
                diagnostics.add(
                    Diagnostic(
                        ConfigurationCode.contradiction,
                        "`openrouter.api_key` and `openrouter.api_key_file` are both given",
                        at: span, help: "remove one of the two",
                        related: key.map { [Diagnostic.Related($0, "the key itself")] } ?? []))
            } else if inputs.isHermetic {
                faultyPaths.insert("openrouter.api_key_file")
            } else if keyLayer < fileOrigin.layer {
                guard let key = secrets(in: path, span, maximumCount: 1)?.first else {
                    faultyPaths.insert("openrouter.api_key_file")
                    return
                }
                result.effective.openRouter.apiKey = key
                result.origins["openrouter.api_key"] = fileOrigin
            }
        } else if keyLayer == .defaults, let variable = variables["OPENROUTER_API_KEY"], !variable.value.isEmpty {
            if let fault = Secret.fault(of: variable.value) {
                diagnostics.add(
                    Diagnostic(
                        ConfigurationCode.malformedText, "the variable `OPENROUTER_API_KEY` \(fault)",
                        at: variable.span,
                        help: "it goes into an HTTP header: visible ASCII characters only"))
            }
            result.effective.openRouter.apiKey = Secret(variable.value)
            result.origins["openrouter.api_key"] = ValueOrigin(layer: variable.layer, span: variable.span)
            result.nodes["openrouter.api_key"] = .reference(to: "OPENROUTER_API_KEY")
        }
    }

    private mutating func resolveTokens() {
        let origin = result.origin(of: "server.auth.tokens_file")
        guard let path = result.effective.server.auth.tokensFile, let span = origin.span else { return }
        guard !inputs.isHermetic, let tokens = secrets(in: path, span, maximumCount: Self.maximumTokens) else {
            faultyPaths.insert("server.auth.tokens_file")
            return
        }
        result.effective.server.auth.tokens += tokens
    }

    /// The secrets in a file, one a line; blank lines and lines that begin with `#` are skipped.
    private mutating func secrets(in path: String, _ span: SourceSpan, maximumCount: Int) -> [Secret]? {
        let name = quotedForDisplay(path)
        let help = maximumCount == 1 ? "it holds the key and nothing else" : "it holds one token a line"
        let bytes: [UInt8]
        do throws(FileReadError) {
            bytes = try files.read(path, maximumBytes: ConfigurationLoader.maximumFileBytes)
        } catch {
            let (reason, mending) =
                switch error {
                case .notFound: ("there is no file \(name)", PathHelp.missing(path))
                case .failed(let reason):
                    ("the file \(name) cannot be read: \(reason)", "name a file that this user may read")
                case .tooLarge: ("the file \(name) is too large to hold secrets", help)
                }
            reportSecretFile(reason, at: span, help: mending)
            return nil
        }
        let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
            .map { String(decoding: $0, as: UTF8.self) }
            .map { String($0.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        if lines.isEmpty || lines.count > maximumCount {
            let what = lines.isEmpty ? "holds nothing" : "holds \(lines.count) lines"
            reportSecretFile("the file \(name) \(what)", at: span, help: help)
            return nil
        }
        for (index, line) in lines.enumerated() {
            guard let fault = Secret.fault(of: line) else { continue }
            reportSecretFile("secret \(index + 1) in the file \(name) \(fault)", at: span, help: help)
            return nil
        }
        return lines.map { Secret($0) }
    }

    private mutating func reportSecretFile(_ message: String, at span: SourceSpan, help: String) {
        diagnostics.add(Diagnostic(ConfigurationCode.secretFile, message, at: span, help: help))
    }
}
