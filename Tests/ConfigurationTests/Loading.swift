import Configuration
import Diagnostics
import Foundation

/// Files in memory and `/bin/true`; those in `/bin` and in a directory `bin` may be run. There are the directories `.`, `/var/log`, `work`
/// and `readonly`, and `locked`, which cannot be entered.
struct MemoryFiles: FileReading {
    var files: [String: [UInt8]] = [:]
    /// Those that every user may read.
    var exposed: Set<String> = []

    func facts(of path: String) -> FileFacts? {
        switch path {
        case ".", "/var/log", "work", "/bin": FileFacts(kind: .directory, isExecutable: true)
        case "locked": FileFacts(kind: .directory)
        case "/bin/true": FileFacts(kind: .file, isExecutable: true)
        case "readonly": FileFacts(kind: .directory, isWritable: false)
        default:
            files[path].map { _ in
                FileFacts(
                    kind: .file, isReadableByAll: exposed.contains(path), isWritable: !path.hasPrefix("readonly"),
                    isExecutable: path.contains("bin/"))
            }
        }
    }

    func read(_ path: String, maximumBytes: Int) throws(FileReadError) -> [UInt8] {
        guard let bytes = files[path] else { throw .notFound }
        guard bytes.count <= maximumBytes else { throw .tooLarge }
        return bytes
    }
}

/// Loads `yaml` as `config.yaml`, with nothing else unless given.
func load(
    _ yaml: String?, environment: [String: String] = [:], dotEnv: String? = nil, files: [String: String] = [:],
    exposed: Set<String> = [], options: [ConfigurationInputs.Option] = [], isHermetic: Bool = false
) -> LoadedConfiguration {
    var memory = MemoryFiles(files: files.mapValues { Array($0.utf8) }, exposed: exposed)
    memory.files["config.yaml"] = yaml.map { Array($0.utf8) }
    memory.files[".env"] = dotEnv.map { Array($0.utf8) }
    return ConfigurationLoader(files: memory).load(
        ConfigurationInputs(environment: environment, options: options, isHermetic: isHermetic))
}

extension LoadedConfiguration {
    /// `AL020 2:3 unknown key …`, one for each diagnostic; the source's name where it is not the file.
    var lines: [String] {
        diagnostics.map { diagnostic in
            let place: String
            if diagnostic.span.origin == .file("config.yaml"), let source = catalog[diagnostic.span.origin] {
                let position = source.position(at: diagnostic.span.range.lowerBound)
                place = "\(position.line):\(position.column)"
            } else {
                place = diagnostic.span.origin.name
            }
            return "\(diagnostic.code.id) \(place) \(diagnostic.message)"
        }
    }

    var codes: [String] { diagnostics.map(\.code.id) }

    /// As a person sees it.
    var rendered: String {
        let renderer = TextRenderer(catalog: catalog)
        return diagnostics.map { renderer.render($0) }.joined(separator: "\n")
    }
}

/// The directory of the project's tests.
let testsDirectory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

/// `config.yaml` at the top of the project.
func exampleConfiguration() throws -> String {
    try String(contentsOf: testsDirectory.appending(path: "../config.yaml"), encoding: .utf8)
}
