import Configuration
import Diagnostics
import Testing

/// `validate-config --no-env`: the file alone.
@Suite struct HermeticTests {
    private let yaml = """
        openrouter:
          model: ${MODEL}
          api_key: ${KEY}
          timeout_seconds: ${TIMEOUT:-10}
        server:
          port: ${PORT}
          path: /${PATH_PART}
        """

    @Test("nothing of the machine changes what is said of a file")
    func independent() {
        let texts = [
            yaml, "openrouter:\n  model: a/b\n", "server:\n  host: 0.0.0.0\n", "", "x: ${A}\nserver: {port: ${B}0}\n",
        ]
        for text in texts {
            let bare = load(text, isHermetic: true)
            let machine = load(
                text, environment: ["KEY": "k", "PORT": "80a", "AILOOP_SERVER__PORT": "0", "AILOOP_X": "1"],
                dotEnv: "MODEL=x\nbroken\n", files: ["keys": "secret"], isHermetic: true)
            #expect(bare.rendered == machine.rendered, "\(text)")
            #expect(bare.effective == machine.effective)
        }
    }

    @Test("a reference stands for what is not known: neither set nor judged; its default is judged")
    func references() {
        #expect(load(yaml, isHermetic: true).lines.isEmpty)
        let faulty = "ai_service: mock\nserver:\n  port: ${PORT:-80a}\n  path: ${A}\n  host: ${B\n"
        #expect(load(faulty, isHermetic: true).codes == ["AL030", "AL017"])
    }

    @Test("neither key nor files are looked for")
    func noFiles() {
        let text = """
            openrouter: {model: a/b, api_key_file: nowhere}
            server: {host: 0.0.0.0, auth: {tokens_file: nothing}}
            logging: {file: no/such/directory}
            """
        #expect(load(text, isHermetic: true).lines.isEmpty)
        #expect(load(text).codes.sorted() == ["AL046", "AL046", "AL061"])
        #expect(load("openrouter: {model: a/b}", isHermetic: true).lines.isEmpty)
    }

    @Test("what the file itself lacks is said")
    func missing() {
        #expect(load("openrouter: {}", isHermetic: true).codes == ["AL040"])
        #expect(load("ai_service: mock\nserver: {host: 0.0.0.0}", isHermetic: true).codes == ["AL045"])
    }
}

/// What the machine says of the files that a configuration names.
@Suite struct MachineTests {
    private func codes(_ yaml: String, files: [String: String] = [:], exposed: Set<String> = []) -> [String] {
        load("ai_service: mock\n" + yaml, files: files, exposed: exposed).codes
    }

    @Test("a secret's file that everybody can read is told, with the command that mends it")
    func exposed() {
        let yaml = "openrouter: {model: a/b, api_key_file: key}\nserver: {auth: {tokens_file: tokens}}\n"
        let files = ["key": "k", "tokens": "t"]
        let loaded = load(yaml, files: files, exposed: ["key", "tokens"])
        #expect(loaded.codes == ["AL060", "AL060"])
        #expect(loaded.settings != nil)
        #expect(loaded.diagnostics[0].help == "take the right away: `chmod o= key`")
        #expect(load(yaml, files: files).codes.isEmpty)
        // The mock reads no key.
        #expect(codes(yaml, files: files, exposed: ["key"]).isEmpty)
    }

    @Test(
        "the log's file must be one that can be written",
        arguments: [
            ("new", nil), ("./new", nil), ("old", nil), (".", "is a directory"),
            ("no/new", "there is no directory `no`"),
            ("readonly/new", "no file can be made in `readonly`"), ("readonly/old", "may not be written"),
            ("old/new", "there is no directory `old`"),
        ] as [(String, String?)])
    func logFile(path: String, message: String?) {
        let loaded = load(
            "ai_service: mock\nlogging: {file: \(path)}", files: ["old": "", "readonly/old": "", "./new": ""])
        #expect(loaded.codes == (message == nil ? [] : ["AL061"]))
        if let message { #expect(loaded.lines[0].contains(message), "\(loaded.lines)") }
    }

    @Test(
        "the command that makes the log's directory is one that a shell takes as it is meant",
        arguments: [
            ("no dir/x.log", "`mkdir -p 'no dir'`"), ("it's/x.log", #"`mkdir -p 'it'\''s'`"#),
            ("-no/x.log", "`mkdir -p ./-no`"), ("$no/x.log", "`mkdir -p '$no'`"),
            ("~/x.log", "`~` has no meaning here"),
        ])
    func mending(path: String, help: String) {
        let loaded = load("ai_service: mock\nlogging: {file: \"\(path)\"}")
        #expect(loaded.codes == ["AL061"])
        #expect(loaded.diagnostics.first?.help?.contains(help) == true, "\(loaded.diagnostics)")
    }

    @Test("a variable that is not known keeps nothing else of its key from being checked")
    func othersBesideUnknown() {
        let yaml = """
            ai_service: mock
            tools:
              commands:
                - {name: "${NAME}", command: ["${PROGRAM}", 5], parameters: {type: "${TYPE}", required: [1]}}
                - {name: b, command: [/bin/true], timout_seconds: 5}
            server: {allowed_origins: ["${ORIGIN}", example.org]}
            """
        let expected = [
            "AL030 4:49 `tools.commands[0].command[1]` must be text, not the number `5`",
            "AL081 4:93 `tools.commands[0].parameters` is no schema of a function's parameters: `/required` must be a "
                + "list of names, each once",
            "AL020 5:39 unknown key `timout_seconds` in `tools.commands[1]`",
            "AL034 6:41 `server.allowed_origins[1]`: `example.org` is not an origin",
        ]
        #expect(load(yaml, isHermetic: true).lines == expected)
        let unset = load(yaml).lines.filter { !$0.hasPrefix("AL016") }
        #expect(unset == expected)
    }

    /// A file that cannot be read, and what it is.
    private struct OneFile: FileReading {
        var facts: FileFacts
        var error = FileReadError.failed("Permission denied")

        func facts(of path: String) -> FileFacts? { facts }

        func read(_ path: String, maximumBytes: Int) throws(FileReadError) -> [UInt8] {
            guard path == "config.yaml" else { throw path == ".env" ? .notFound : error }
            return Array("ai_service: mock\nserver: {auth: {tokens_file: tokens}}\n".utf8)
        }
    }

    @Test("of a secret's file that cannot be used, what is told fits to why")
    func unusableSecretFile() {
        let inputs = ConfigurationInputs()
        let file = FileFacts(kind: .file)
        let denied = ConfigurationLoader(files: OneFile(facts: file)).load(inputs)
        #expect(
            denied.diagnostics.filter { $0.code.id == "AL046" }.map(\.help) == ["name a file that this user may read"])
        let large = ConfigurationLoader(files: OneFile(facts: file, error: .tooLarge)).load(inputs)
        #expect(large.diagnostics.filter { $0.code.id == "AL046" }.map(\.help) == ["it holds one token a line"])
        // No rights are to be taken away from a device.
        let device = FileFacts(kind: .other, isReadableByAll: true)
        #expect(!ConfigurationLoader(files: OneFile(facts: device)).load(inputs).codes.contains("AL060"))
    }

    @Test("files of the system are looked at as they are")
    func system() throws {
        let files = SystemFiles()
        #expect(files.facts(of: "/")?.kind == .directory)
        #expect(files.facts(of: "/dev/null")?.kind == .other)
        #expect(files.facts(of: "/etc/passwd")?.isReadableByAll == true)
        #expect(files.facts(of: "/bin/sh")?.isExecutable == true)
        #expect(files.facts(of: "/no/such/file") == nil)
    }
}
