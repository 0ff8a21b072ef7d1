import Foundation
import InteractiveClient
import JSON
import TestSupport
import Testing

/// What becomes of the programs of tools when the server dies, and of those that programs leave behind.
@Suite(.timeLimit(.minutes(3))) struct LeftProcessTests {
    private static let quick = ["AILOOP_MOCK__FIRST_CHUNK_MS": "0", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0"]

    /// A server with one command, in a directory of its own.
    private func withServer(
        command script: String, file name: String = "run.sh", program: String = "[sh, run.sh]",
        path: String = "/usr/bin:/bin", launcher: [String] = [],
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
                  command: \(program)
            """)
        let run = try directory.write(name, script)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: run)
        let environment = Self.quick.merging(["PATH": path]) { $1 }
        let server = try await RunningServer(["--config", file], environment: environment, launcher: launcher)
        let client = try await server.connect()
        let session = try #require(try await client.call("startSession", ["userId": "u"])["sessionId"])
        try await body(server, client, session, directory.url)
    }

    /// The numbers in a file, one a line, once it has so many lines.
    private func numbers(_ count: Int, in file: URL) async throws -> [pid_t] {
        try await waitFor {
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            guard text.count(where: { $0 == "\n" }) == count else { return nil }
            return text.split(separator: "\n").compactMap { pid_t($0) }
        }
    }

    /// The program itself ends; what it has started may go on, and does where it ignores all that can be.
    @Test func aServerThatIsKilledLeavesNoProgramBehind() async throws {
        let script = "trap '' TERM HUP; sleep 600 & echo $! >> pids; echo $$ >> pids; while :; do sleep 0.1; done"
        try await withServer(command: script) { server, client, session, directory in
            _ = try await client.call("sendUserMessage", ["sessionId": session, "message": "tool run"])
            let pids = try await numbers(2, in: directory.appending(path: "pids"))
            defer { kill(pids[0], SIGKILL) }
            server.signal(SIGKILL)
            #expect(await server.exitCode() == 128 + SIGKILL)
            try await wait { !isRunning(pids[1]) }
        }
    }

    /// The answer of the mock service repeats what the tool said.
    private func answer(_ client: RPCClient, _ session: JSONValue) async throws -> String {
        _ = try await client.call("sendUserMessage", ["sessionId": session, "message": "tool run"])
        var text = ""
        for await event in client.events {
            guard case .notification("AIMessageChunkNotification", let chunk?) = event else { continue }
            text += chunk["chunk"]?.string ?? ""
            if chunk["isFinal"] == true { break }
        }
        return text
    }

    @Test(.enabled(if: OptionalTool.isUsable("python3"), "python3 is missing"))
    func programsEndAlsoWhereTheServerWasStartedWithTheirSignalIgnored() async throws {
        let launcher = [
            "/usr/bin/python3", "-c",
            "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])",
        ]
        try await withServer(command: "echo ran; exit 3", launcher: launcher) { server, client, session, _ in
            let text = try await answer(client, session)
            #expect(text.contains("ended with exit code 3") && text.contains("ran"), "\(text)")
            server.signal(SIGTERM)
            #expect(await server.exitCode() == 0)
        }
    }

    @Test(
        "No program is looked for in the workspace", arguments: [":/usr/bin:/bin", ".:/usr/bin:/bin"])
    func emptyPath(path: String) async throws {
        try await withServer(
            command: "#!/bin/sh\necho that of the workspace", file: "env", program: "[env]", path: path
        ) {
            server, client, session, _ in
            let text = try await answer(client, session)
            #expect(text.contains("PATH=") && !text.contains("workspace\n"), "\(text)")
            server.signal(SIGTERM)
            #expect(await server.exitCode() == 0)
        }
    }

    @Test(.enabled(if: OptionalTool.isUsable("python3", "setsid"), "python3 or setsid is missing"))
    func whatProgramsLeaveOutsideOfTheirGroupIsReapedWhereItFallsToTheServer() async throws {
        let launcher = [
            "/usr/bin/python3", "-c",
            "import ctypes, os, sys; ctypes.CDLL(None).prctl(36, 1, 0, 0, 0); os.execv(sys.argv[1], sys.argv[1:])",
        ]
        // The program goes on until its child has left the group: what is still in it ends with the program.
        let script = """
            setsid sh -c 'echo > left; sleep 0.2; cut -d " " -f 4 /proc/$$/stat >> parents' &
            while [ ! -e left ]; do sleep 0.01; done
            rm left
            """
        try await withServer(command: script, launcher: launcher) { server, client, session, directory in
            for _ in 0..<3 {
                _ = try await client.call("sendUserMessage", ["sessionId": session, "message": "tool run"])
            }
            let parent = server.pid
            #expect(try await numbers(3, in: directory.appending(path: "parents")) == [parent, parent, parent])
            try await wait {
                try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.allSatisfy {
                    pid in
                    let status = ProcessStatus(of: pid)
                    return status?.state != "Z" || status?.parent != parent
                }
            }
            server.signal(SIGTERM)
            #expect(await server.exitCode() == 0)
        }
    }
}
