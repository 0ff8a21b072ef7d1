import Configuration
import Testing

@Suite struct ToolChecksTests {
    private struct Directory: FileReading {
        func read(_ path: String, maximumBytes: Int) throws(FileReadError) -> [UInt8] { throw .notFound }

        func facts(of path: String) -> FileFacts? {
            switch path {
            case "/bin/run", "./run", "/opt/run": FileFacts(kind: .file, isExecutable: true)
            case "/bin/text": FileFacts(kind: .file)
            case "/bin/dir": FileFacts(kind: .directory, isExecutable: true)
            default: nil
            }
        }
    }

    @Test("a command is found as the system finds it")
    func commands() {
        let table: [(String, String, String?)] = [
            ("run", "/usr/bin:/bin:/opt", "/bin/run"), ("run", "/opt:/bin", "/opt/run"), ("run", "", nil),
            ("run", ":bin:.", nil),
            ("run", "/usr/bin", nil), ("/opt/run", "/bin", "/opt/run"), ("./run", "/bin", "./run"),
            ("text", "/bin", nil), ("dir", "/bin", nil), ("/bin/dir", "", nil), ("", "/bin", nil),
        ]
        for (command, path, expected) in table {
            #expect(ToolChecks.executable(command, path: path, files: Directory()) == expected, "\(command) in \(path)")
        }
        #expect(ToolChecks.executable("sh", path: "/bin", files: SystemFiles()) == "/bin/sh")
    }
}
