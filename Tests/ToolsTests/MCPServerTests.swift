import AILoop
import EventLoops
import Foundation
import JSON
import Observability
import TestSupport
import Testing

@testable import Tools

/// The MCP servers that `.ci/install-mcp-servers` has installed.
enum InstalledServers {
    static let folder =
        ProcessInfo.processInfo.environment["AILOOP_MCP_SERVERS"]
        ?? NSHomeDirectory() + "/.cache/ailoopctl/mcp-servers"
    static let areThere = FileManager.default.fileExists(atPath: folder + "/packages")
    static let missing: Comment = "the MCP servers are not installed: run `bash .ci/install-mcp-servers`"
    static let python = folder + "/bin/python"

    static func fixture(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/mcp/\(name)").path
    }

    /// A server on the official SDK that does as it likes.
    static func misbehaving(environment: [String: String] = [:], timeout: UInt64 = 60 * second)
        -> MCPServerSpecification
    {
        MCPServerSpecification(
            name: "odd", command: [python, fixture("misbehaving.py")], environment: environment, timeout: timeout)
    }
}

/// Real servers, as the sessions see them.
@Suite(.enabled(if: InstalledServers.areThere, InstalledServers.missing), .timeLimit(.minutes(5)))
struct MCPServerTests {
    private func withServers(
        _ servers: [MCPServerSpecification], policies: [String: ToolPolicy] = [:], maximumResultBytes: Int = 10_000,
        log: Logger? = nil, _ body: (TestBox) async throws -> Void
    ) async throws {
        try await withLoop { loop in
            let box = try await TestBox(
                ToolConfiguration(
                    policies: policies, mcpServers: servers, timeout: 60 * second,
                    maximumResultBytes: maximumResultBytes), on: loop, log: log)
            try await waitForTools(of: box, servers.count)
            try await body(box)
            await box.stop()
        }
    }

    /// A slow machine may not have started them within the limit.
    private func waitForTools(of box: TestBox, _ count: Int) async throws {
        try await wait { Set(await box.names().compactMap { $0.split(separator: "_").first }).count >= count }
    }

    private func waitForTool(_ name: String, of box: TestBox) async throws {
        try await wait { await box.names().contains(name) }
    }

    @Test func theTimeServerAnswers() async throws {
        let server = MCPServerSpecification(name: "time", command: [InstalledServers.folder + "/bin/mcp-server-time"])
        try await withServers([server], policies: ["time__convert_time": .ask]) { box in
            #expect(await box.names() == ["time__get_current_time", "time__convert_time"])
            #expect(await box.box.read { $0.tools.members.map(\.policy) } == [.allow, .ask])
            let report = await box.call("time__get_current_time", ["timezone": "Asia/Tokyo"])
            #expect(report.outcome == .success)
            #expect(report.content.contains("Asia/Tokyo") && report.content.contains("+09:00"), "\(report.content)")
            let failed = await box.call("time__get_current_time", ["timezone": "Nowhere"])
            #expect(failed.outcome == .error && failed.content.hasPrefix("Error: "), "\(failed)")
        }
    }

    @Test func theGitServerAnswers() async throws {
        let repository = try TemporaryDirectory()
        defer { withExtendedLifetime(repository) {} }
        for arguments in [
            ["init", "-q"],
            ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "first words"],
        ] {
            #expect(try await TestProgram(["/usr/bin/git"] + arguments, in: repository.path).exitCode() == 0)
        }
        let command = [InstalledServers.folder + "/bin/mcp-server-git", "--repository", repository.path]
        try await withServers([MCPServerSpecification(name: "git", command: command)]) { box in
            let report = await box.call("git__git_log", ["repo_path": .string(repository.path)])
            #expect(report.content.contains("first words"), "\(report.content)")
        }
    }

    @Test func callsAreSentAtOnceAndEndInAnyOrder() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        try await withServers([InstalledServers.misbehaving()]) { box in
            // Never answered.
            let hanging = await box.start("odd__hang", ["marker": .string(directory.path + "/marker")])
            let others = await withTaskGroup(of: String.self) { group in
                for number in 1..<12 {
                    group.addTask {
                        await box.call("odd__wait", ["number": .number(JSONNumber(number)), "seconds": 0]).content
                    }
                }
                return await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(others == Set((1..<12).map { "\($0)" }))
            hanging.cancel()
        }
    }

    @Test func failuresPicturesAndLongAnswersAreTold() async throws {
        try await withServers([InstalledServers.misbehaving()]) { box in
            #expect(await box.call("odd__fail").outcome == .error)
            #expect(await box.call("odd__picture").content == "[image, image/png, 4 bytes: cannot be shown]")
            let large = await box.call("odd__large", ["count": 5_000_000]).content
            #expect(large.hasSuffix("x\n[cut: 5000000 bytes are more than the limit of 10000]"))
            #expect(await box.call("odd__chatter").content == "said")
            let unfit = await box.call("odd__large", ["count": "many"])
            #expect(unfit.outcome == .error)
        }
    }

    @Test func aServerThatCrashesIsStartedAgainAndCallsWaitForIt() async throws {
        try await withServers([InstalledServers.misbehaving()]) { box in
            let crashed = await box.call("odd__crash")
            #expect(crashed.outcome == .error)
            #expect(crashed.content == "Error: the MCP server `odd` has ended, so nothing is known of this call")
            #expect(await box.names().contains("odd__wait"))
            try await wait { await box.call("odd__wait", ["number": 5, "seconds": 0]).content == "5" }
        }
    }

    @Test func aCancelledCallIsCancelledThere() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let marker = directory.path + "/marker"
        func waitForMark(_ text: String) async throws {
            try await wait { (try? String(contentsOfFile: marker, encoding: .utf8)) == text }
        }
        try await withServers([InstalledServers.misbehaving()]) { box in
            let run = await box.start("odd__hang", ["marker": .string(marker)])
            try await waitForMark("started")
            run.cancel()
            try await waitForMark("cancelled")
            #expect(await box.call("odd__wait", ["number": 7, "seconds": 0]).content == "7")
        }
    }

    @Test func aToolThatTellsItsProgressAnswers() async throws {
        try await withServers([InstalledServers.misbehaving()]) { box in
            #expect(await box.call("odd__steps", ["count": 6, "seconds": 0]).content == "6 steps")
        }
    }

    @Test func aToolThatComesLaterIsOffered() async throws {
        try await withServers([InstalledServers.misbehaving()]) { box in
            let version = await box.box.read { $0.version }
            #expect(await box.call("odd__grow").content == "grown")
            try await waitForTool("odd__grown", of: box)
            #expect(await box.box.read { $0.version } > version)
            #expect(await box.call("odd__grown").content == "new")
        }
    }

    @Test func itsEnvironmentIsTheBasicOneAndWhatIsConfigured() async throws {
        let basic: Set = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LC_CTYPE"]
        let other = try #require(ProcessInfo.processInfo.environment.keys.first { !basic.contains($0) })
        let server = InstalledServers.misbehaving(environment: ["CITY": "Paris"])
        try await withServers([server]) { box in
            #expect(await box.call("odd__environment", ["name": "CITY"]).content == "Paris")
            #expect(await box.call("odd__environment", ["name": .string(other)]).content == "(unset)")
            #expect(await box.call("odd__environment", ["name": "PATH"]).content != "(unset)")
        }
    }

    @Test(arguments: [[], ["--end-when-discovered"]])
    func aServerOfTheFirstRevisionIsSpokenToByAHandshake(arguments: [String]) async throws {
        let server = MCPServerSpecification(
            name: "old", command: [InstalledServers.python, InstalledServers.fixture("older.py")] + arguments)
        try await withServers([server]) { box in
            #expect(await box.names() == ["old__alpha", "old__beta", "old__gamma"])
            #expect(await box.call("old__beta").content == "called beta")
        }
    }

    @Test func oneThatCannotBeStartedDoesNotHoldUpTheOthers() async throws {
        let gone = MCPServerSpecification(name: "gone", command: ["no-such-program"])
        let brief = MCPServerSpecification(name: "brief", command: ["sh", "-c", "echo no >&2; exit 3"])
        try await withLoop { loop in
            let box = try await TestBox(
                ToolConfiguration(mcpServers: [gone, InstalledServers.misbehaving(), brief]), on: loop)
            try await waitForTool("odd__wait", of: box)
            await box.stop()
        }
    }

    @Test func stoppingLeavesNoServerBehind() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let script = try directory.makeExecutable(
            "server.sh", "#!/bin/sh\necho $$ > \"$1\"; exec \"$2\" \"$3\"\n")
        let server = MCPServerSpecification(
            name: "odd",
            command: [
                script, directory.path + "/pid", InstalledServers.python, InstalledServers.fixture("misbehaving.py"),
            ])
        try await withServers([server]) { _ in }
        let pid = try #require(pid_t(try directory.read("pid").dropLast()))
        #expect(!isRunning(pid))
    }
}
