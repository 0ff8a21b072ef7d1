package import Diagnostics

/// The longer story of a code: why it matters, an example that has the problem, and the same mended.
package struct CodeStory: Sendable {
    package let code: DiagnosticCode
    /// Sentences, in one paragraph.
    package let text: String
    package let wrong: CodeExample
    /// nil where mending it is not a matter of text.
    package let right: CodeExample?

    init(_ code: DiagnosticCode, _ text: String, wrong: CodeExample, right: CodeExample? = nil) {
        self.code = code
        self.text = text
        self.wrong = wrong
        self.right = right
    }

    package static func story(of code: DiagnosticCode) -> CodeStory? { table.first { $0.code == code } }
}

/// A configuration as small as it can be, with all that it reads.
package struct CodeExample: Sendable, ExpressibleByStringLiteral {
    /// `config.yaml`; nil: there is none.
    var file: [UInt8]?
    var dotEnv: String?
    var environment: [String: String] = [:]
    /// Other files.
    var files: [String: String] = [:]
    /// Those of them that everybody may read.
    var exposedFiles: Set<String> = []
    /// What the endpoint answers, where it is asked.
    var endpoint: EndpointFacts?
    /// How the example is told where its text does not tell it.
    var note: String?

    package init(stringLiteral value: String) {
        self.init(value)
    }

    init(
        _ file: String?, dotEnv: String? = nil, environment: [String: String] = [:], files: [String: String] = [:],
        exposedFiles: Set<String> = [], endpoint: EndpointFacts? = nil, note: String? = nil
    ) {
        self.file = file.map { Array($0.utf8) }
        self.dotEnv = dotEnv
        self.environment = environment
        self.files = files
        self.exposedFiles = exposedFiles
        self.endpoint = endpoint
        self.note = note
    }

    init(bytes: [UInt8], note: String) {
        self.init(nil, note: note)
        file = bytes
    }

    /// What is said of it.
    package func load() -> LoadedConfiguration {
        var files = ExampleFiles(files: files.mapValues { Array($0.utf8) }, exposed: exposedFiles)
        files.files["config.yaml"] = file
        files.files[".env"] = dotEnv.map { Array($0.utf8) }
        var inputs = ConfigurationInputs(environment: environment)
        inputs.isFileRequired = true
        var loaded = ConfigurationLoader(files: files).load(inputs)
        if let endpoint { loaded.judge(by: endpoint) }
        return loaded
    }

    /// As it is shown to a person: each file under its name where there are several.
    package var shown: String {
        if let note { return note + "\n" }
        var parts: [(String, String)] = environment.sorted { $0.key < $1.key }.map { ("", "\($0)=\($1)\n") }
        if let file { parts.append(("config.yaml", String(decoding: file, as: UTF8.self))) }
        if let dotEnv { parts.append((".env", dotEnv)) }
        parts += files.sorted { $0.key < $1.key }.map { ($0, $1) }
        if parts.count == 1 { return parts[0].1 }
        return parts.map { $0.isEmpty ? $1 : "# \($0)\n\($1)" }.joined(separator: "\n")
    }
}

/// The files of an example; `.` and `public` are the directories, and files that are named from `/` on are programs.
private struct ExampleFiles: FileReading {
    var files: [String: [UInt8]]
    var exposed: Set<String>

    func read(_ path: String, maximumBytes: Int) throws(FileReadError) -> [UInt8] {
        guard let bytes = files[path] else { throw .notFound }
        guard bytes.count <= maximumBytes else { throw .tooLarge }
        return bytes
    }

    func facts(of path: String) -> FileFacts? {
        if path == "." || path == "public" { return FileFacts(kind: .directory, isExecutable: true) }
        return files[path].map { _ in
            FileFacts(kind: .file, isReadableByAll: exposed.contains(path), isExecutable: path.hasPrefix("/"))
        }
    }

    func realPath(of path: String) -> String? { PathHelp.normal(path.hasPrefix("/") ? path : "/example/" + path) }
}
