import Foundation
import InteractiveClient
import JSON
import Testing

/// What becomes of the programs of tools when the server dies, and of those that programs leave behind.
@Suite(.timeLimit(.minutes(3))) struct LeftProcessTests {
    private static let quick = ["AILOOP_MOCK__FIRST_CHUNK_MS": "0", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0"]

    /// A server with one command, in a directory of its own.
    private func withServer(
        command script: String, launcher: [String] = [],
        _ body: (RunningServer, RPCClient, _ session: JSONValue, URL) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let file = try directory.write(
            "tools.yaml",
            """
            ai_service: mock
            tools:
              workspace: \(directory.url.path)
              commands:
                - name: run
                  command: [sh, run.sh]
            """)
        try directory.write("run.sh", script)
        let server = try await RunningServer(["--config", file], environment: Self.quick, launcher: launcher)
        let client = try await server.connect()
        let session = try #require(try await client.call("startSession", ["userId": "u"])["sessionId"])
        try await body(server, client, session, directory.url)
    }

    /// The text of a file once it has so many lines.
    private func lines(_ count: Int, of file: URL) async throws -> [String] {
        try await onThread {
            while true {
                let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
                if text.count(where: { $0 == "\n" }) == count { return text.split(separator: "\n").map(String.init) }
                usleep(5000)
            }
        }
    }

    /// The fields of `/proc/PID/stat` after the name: state, parent, …; nil where there is no such process.
    private static func status(of pid: String) -> [Substring]? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return text[end...].dropFirst(2).split(separator: " ")
    }

    @Test func aServerThatIsKilledLeavesNoProgramBehind() async throws {
        let script = "trap '' TERM HUP; echo $$ >> pids; while :; do sleep 0.1; done"
        try await withServer(command: script) { server, client, session, directory in
            _ = try await client.call("sendUserMessage", ["sessionId": session, "message": "tool run"])
            let pids = try await lines(1, of: directory.appending(path: "pids"))
            server.signal(SIGKILL)
            #expect(await server.exitCode() == 128 + SIGKILL)
            try await onThread {
                while let status = Self.status(of: pids[0]), status.first != "Z" { usleep(5000) }
            }
        }
    }

    @Test(.enabled(if: OptionalTool.isUsable("python3", "setsid"), "python3 or setsid is missing"))
    func whatProgramsLeaveOutsideOfTheirGroupIsReapedWhereItFallsToTheServer() async throws {
        let launcher = [
            "/usr/bin/python3", "-c",
            "import ctypes, os, sys; ctypes.CDLL(None).prctl(36, 1, 0, 0, 0); os.execv(sys.argv[1], sys.argv[1:])",
        ]
        let script = "setsid -f sh -c 'sleep 0.2; cut -d \" \" -f 4 /proc/$$/stat >> parents'"
        try await withServer(command: script, launcher: launcher) { server, client, session, directory in
            for _ in 0..<3 {
                _ = try await client.call("sendUserMessage", ["sessionId": session, "message": "tool run"])
            }
            let parent = "\(server.process.processIdentifier)"
            #expect(try await lines(3, of: directory.appending(path: "parents")) == [parent, parent, parent])
            try await onThread {
                func hasZombies() throws -> Bool {
                    try FileManager.default.contentsOfDirectory(atPath: "/proc").contains { pid in
                        let status = Self.status(of: pid) ?? []
                        return status.count > 1 && status[0] == "Z" && status[1] == parent
                    }
                }
                while try hasZombies() { usleep(5000) }
            }
            server.signal(SIGTERM)
            #expect(await server.exitCode() == 0)
        }
    }
}
