import Configuration
import Diagnostics
import Foundation
import Testing

/// Files that the configuration names, as the system tells them apart.
@Suite struct SharedFilesTests {
    /// Loads `yaml` as `config.yaml` of a directory with these files and links; `DIRECTORY` stands for its path.
    private func load(
        _ yaml: String, files: [String] = [], links: [String: String] = [:], isHermetic: Bool = false
    ) throws -> LoadedConfiguration {
        let directory = FileManager.default.temporaryDirectory.appending(path: "ailoop-files-\(UUID())")
        try FileManager.default.createDirectory(
            at: directory.appending(path: "inner"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for file in files {
            let path = directory.appending(path: file).path
            #expect(
                FileManager.default.createFile(
                    atPath: path, contents: Data("secret".utf8), attributes: [.posixPermissions: 0o600]))
        }
        for (link, target) in links {
            try FileManager.default.createSymbolicLink(
                atPath: directory.appending(path: link).path, withDestinationPath: target)
        }
        let file = directory.appending(path: "config.yaml").path
        try Data(yaml.replacing("DIRECTORY", with: directory.path).utf8).write(to: URL(filePath: file))
        return ConfigurationLoader().load(
            ConfigurationInputs(file: file, dotEnvFile: directory.path + "/.env", isHermetic: isHermetic))
    }

    @Test(
        "however a file is written, it is one file",
        arguments: [
            "DIRECTORY/tokens", "DIRECTORY/inner/../tokens", "DIRECTORY/./inner/..//tokens", "DIRECTORY/link",
            "DIRECTORY/linked/tokens", "DIRECTORY/inner/far",
        ])
    func spellings(path: String) throws {
        let loaded = try load(
            """
            ai_service: mock
            server: {auth: {tokens_file: DIRECTORY/tokens}}
            logging: {file: "\(path)"}
            """, files: ["tokens"],
            links: ["link": "tokens", "linked": ".", "inner/far": "../link"])
        #expect(loaded.codes == ["AL051"])
        #expect(
            loaded.diagnostics.first?.message.hasPrefix("`logging.file` names the file of `server.auth.tokens_file`")
                == true)
        #expect(loaded.diagnostics.first?.related.count == 1)
    }

    @Test(
        "the log is neither the configuration nor what holds variables, whether that is there or not",
        arguments: [
            ("DIRECTORY/.env", [], "`DIRECTORY/.env`, which holds variables"),
            ("DIRECTORY/inner/../.env", [".env"], "which holds variables"),
            ("DIRECTORY/config.yaml", [], "the configuration itself"),
            ("DIRECTORY/same", [], "the configuration itself"),
        ] as [(String, [String], String)])
    func ownFiles(path: String, files: [String], what: String) throws {
        let loaded = try load(
            "ai_service: mock\nlogging: {file: \(path)}", files: files, links: ["same": "config.yaml"])
        let found = loaded.diagnostics.filter { $0.code.id == "AL051" }
        #expect(found.count == 1)
        #expect(found.first?.message.contains(what.split(separator: "DIRECTORY").last ?? "") == true, "\(found)")
    }

    @Test("files of one name in two directories are two, and so are those that are not there yet")
    func others() throws {
        for log in ["DIRECTORY/inner/tokens", "DIRECTORY/new", "DIRECTORY/inner/new"] {
            let loaded = try load(
                "ai_service: mock\nserver: {auth: {tokens_file: DIRECTORY/tokens}}\nlogging: {file: \(log)}",
                files: ["tokens"])
            #expect(loaded.codes == [], "\(log)")
        }
    }

    @Test("where the machine may not be asked, paths are compared as they are written, without what changes nothing")
    func hermetic() throws {
        for log in ["./tokens", "a/../tokens", ".//a/b/../../tokens"] {
            let loaded = try load(
                "ai_service: mock\nserver: {auth: {tokens_file: tokens}}\nlogging: {file: \(log)}", isHermetic: true)
            #expect(loaded.codes == ["AL051"], "\(log)")
        }
        let other = "ai_service: mock\nserver: {auth: {tokens_file: tokens}}\nlogging: {file: ../tokens}"
        #expect(try load(other, isHermetic: true).codes == [])
    }

    @Test(
        "secrets that a tool can read are told",
        arguments: [
            ("DIRECTORY", "read_file", [".env"], true), ("DIRECTORY/inner/..", "search_text", [".env"], true),
            ("/", "read_file", [".env"], true), ("DIRECTORY/inner", "read_file", [".env"], false),
            ("DIRECTORY/inner", "read_file", ["inner/tokens"], false),
            ("DIRECTORY", "read_file", [], false), ("DIRECTORY", "list_directory", [".env"], false),
            ("DIRECTORY/linked", "read_file", [".env"], true),
        ] as [(String, String, [String], Bool)])
    func reachable(workspace: String, tool: String, files: [String], isTold: Bool) throws {
        let loaded = try load(
            "ai_service: mock\ntools:\n  builtin: [\(tool)]\n  workspace: \(workspace)\n", files: files,
            links: ["linked": "."])
        let found = loaded.diagnostics.filter { $0.code.id == "AL063" }
        #expect(found.count == (isTold ? 1 : 0))
        #expect(
            found.allSatisfy {
                $0.message.hasPrefix("`\(tool)` can read secrets in the workspace: ") && $0.severity == .warning
            })
    }

    @Test("each file with secrets in it is named; where the tool is denied nothing is")
    func reachableFiles() throws {
        let yaml = """
            ai_service: mock
            server: {auth: {tokens_file: DIRECTORY/inner/tokens, tokens: [abcdefgh]}}
            tools: {builtin: [read_file], workspace: DIRECTORY}
            """
        let files = [".env", "inner/tokens"]
        let found = try load(yaml, files: files).diagnostics.filter { $0.code.id == "AL063" }
        #expect(found.count == 1)
        #expect(found.first?.message.components(separatedBy: "`, `").count == 3)
        let denied = yaml.replacing("workspace:", with: "policies: {read_file: deny}, workspace:")
        #expect(try !load(denied, files: files).codes.contains("AL063"))
        #expect(try !load(yaml, files: files, isHermetic: true).codes.contains("AL063"))
    }
}
