import AILoop
import EventLoops
import Foundation
import JSON
import TestSupport
import Testing

@testable import Tools

/// Configured commands and `run_command`, through the box that sessions use.
@Suite(.timeLimit(.minutes(2))) struct CommandToolTests {
    private func withCommands(
        _ commands: [CommandSpecification], maximumResultBytes: Int = 1000, maximumProcesses: Int = 8,
        limits: ToolLimits = ToolLimits(), builtIn: [BuiltInTool] = [], allowed: [[String]] = [],
        _ body: (TestBox, TemporaryDirectory) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        try await withLoop { loop in
            let box = try await TestBox(
                ToolConfiguration(
                    builtIn: builtIn, workspace: directory.path, commands: commands, allowedCommands: allowed,
                    timeout: 600 * second, maximumResultBytes: maximumResultBytes, maximumProcesses: maximumProcesses,
                    maximumWait: 600 * second),
                limits: limits, on: loop)
            try await body(box, directory)
        }
    }

    /// A program that says by a file that it runs, and goes on until there is another one.
    private func held(_ name: String) -> CommandSpecification {
        shell(name, "touch \(name).runs; while [ ! -e \(name).go ]; do sleep 0.02; done; echo \(name)")
    }

    private func waitForFiles(_ names: String..., in directory: TemporaryDirectory) async throws {
        try await wait { try Set(names).isSubset(of: directory.names) }
    }

    private func shell(_ name: String, _ script: String, timeout: UInt64? = nil) -> CommandSpecification {
        CommandSpecification(name: name, command: ["sh", "-c", script], timeout: timeout)
    }

    @Test func argumentsComeAsJSONAndTheOutputIsTheResult() async throws {
        try await withCommands([shell("echo", "cat")]) { box, _ in
            let report = await box.call("echo", ["city": "Paris", "days": 3])
            #expect(report.content == "{\"city\":\"Paris\",\"days\":3}\n")
            #expect(report.outcome == .success)
        }
    }

    @Test func noShellTouchesTheArguments() async throws {
        let command = CommandSpecification(name: "say", command: ["/bin/echo", "$HOME", ";", "*", "a b"])
        try await withCommands([command]) { box, _ in
            #expect(await box.call("say").content == "$HOME ; * a b\n")
        }
    }

    @Test func anErrorTellsTheExitCodeAndWhatWasSaid() async throws {
        try await withCommands([
            shell("fail", "echo partly; echo bad >&2; exit 3"), shell("quiet", "exit 1"), shell("die", "kill -9 $$"),
            shell("silent", "true"),
        ]) { box, _ in
            let failed = await box.call("fail")
            #expect(
                failed.content
                    == "Error: the program ended with exit code 3.\nIts error output:\nbad\n\nIts output:\npartly\n")
            #expect(failed.outcome == .error)
            #expect(await box.call("quiet").content == "Error: the program ended with exit code 1.")
            #expect(await box.call("die").content == "Error: the program was ended by signal 9.")
            #expect(await box.call("silent").content == "(no output)")
        }
    }

    @Test func aProgramThatIsNotThereIsSaid() async throws {
        try await withCommands([CommandSpecification(name: "gone", command: ["no-such-program"])]) { box, _ in
            let report = await box.call("gone")
            #expect(report.content == "Error: the program no-such-program cannot be started: No such file or directory")
        }
    }

    @Test func aWorkspaceThatIsGoneIsSaid() async throws {
        try await withCommands([shell("quick", "echo done")]) { box, directory in
            try FileManager.default.removeItem(atPath: directory.path)
            let report = await box.call("quick")
            #expect(report.content == "Error: the workspace cannot be entered: No such file or directory")
        }
    }

    @Test func itsEnvironmentIsTheBasicOneAndWhatIsConfigured() async throws {
        let command = CommandSpecification(name: "env", command: ["env"], environment: ["CITY": "Paris"])
        try await withCommands([command]) { box, directory in
            let lines = await box.call("env").content.split(separator: "\n").map(String.init)
            #expect(lines.contains("CITY=Paris"))
            let names = lines.map { $0.prefix { $0 != "=" } }
            let allowed: Set = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "CITY", "PWD", "_", "SHLVL"]
            #expect(names.allSatisfy { allowed.contains(String($0)) }, "\(names)")
            // There are others that could have been passed on.
            #expect(ProcessInfo.processInfo.environment.keys.contains { !allowed.contains($0) })
        }
    }

    @Test func itStartsInTheWorkspace() async throws {
        try await withCommands([shell("pwd", "pwd")]) { box, directory in
            #expect(await box.call("pwd").content == directory.path + "\n")
        }
    }

    @Test func outputPastTheLimitIsCutAndTheModelIsTold() async throws {
        try await withCommands(
            [
                shell("full", "printf '%010d' 0"), shell("more", "printf '%011d' 0"),
                shell("bad", "printf '%010000d' 0; exit 1"),
            ],
            maximumResultBytes: 10
        ) { box, _ in
            #expect(await box.call("full").content == "0000000000")
            #expect(
                await box.call("more").content == "0000000000\n[cut: 11 bytes are more than the limit of 10]")
            #expect(
                await box.call("bad").content == "Error: the\n[cut: 10055 bytes are more than the limit of 10]")
        }
    }

    @Test func ofTheErrorOutputTheEndIsTold() async throws {
        let limit = ProgramRun.maximumErrorBytes
        func script(_ bytes: Int) -> String { "yes | head -c \(bytes - 5) >&2; echo last >&2; exit 1" }
        try await withCommands(
            [shell("full", script(limit)), shell("more", script(limit + 1))], maximumResultBytes: 100_000
        ) { box, _ in
            let full = await box.call("full").content
            #expect(!full.contains("cut") && full.hasSuffix("last\n"))
            let more = await box.call("more").content
            #expect(more.contains("[cut: the last 4096 of 4097 bytes]\n") && more.hasSuffix("last\n"))
            #expect(more.utf8.count < limit + 200)
        }
    }

    @Test func aProgramThatWritesWithoutEndIsStopped() async throws {
        var limits = ToolLimits()
        limits.programBytes = 1 << 20
        try await withCommands(
            [
                shell("full", "head -c 1048570 /dev/zero; printf 12345 >&2; printf 6"),
                shell("more", "head -c 1048570 /dev/zero; printf 123456 >&2; printf 7"), shell("endless", "yes"),
                shell("stubborn", "trap '' TERM; yes >&2"),
            ], limits: limits
        ) { box, _ in
            #expect(await box.call("full").outcome == .success)
            for name in ["more", "endless", "stubborn"] {
                let report = await box.call(name)
                #expect(report.outcome == .error)
                #expect(
                    report.content.hasPrefix("Error: the program wrote more than 1 MiB and was stopped."), "\(name)")
            }
        }
    }

    @Test func oneThatTakesTooLongIsEnded() async throws {
        try await withCommands([shell("slow", "exec sleep 600", timeout: second / 10)]) { box, _ in
            let report = await box.call("slow")
            #expect(report.outcome == .timeout)
            #expect(report.content.hasPrefix("Error: the tool did not finish in time and was stopped after 0."))
        }
    }

    @Test func aCancelledRunEndsItsProgramWithItsChildrenAndSaysNothing() async throws {
        let script = "sleep 600 & echo $! > pids; echo $$ >> pids; touch told; wait"
        try await withCommands([shell("slow", script), shell("quick", "echo done")]) { box, directory in
            let run = await box.start("slow")
            try await waitForFiles("told", in: directory)
            let pids = try directory.read("pids").split(separator: "\n").compactMap { pid_t($0) }
            #expect(pids.count == 2)
            run.cancel()
            try await wait { !pids.contains(where: isRunning) }
            #expect(await box.call("quick").content == "done\n")
            #expect(await box.box.read { $0.runningCount } == 0)
        }
    }

    /// One too many could be slow to say that it runs: this can find one, not prove that there is none.
    @Test func noMoreProgramsRunAtATimeThanTheLimitWhateverTheLoop() async throws {
        try await withCommands([held("a"), held("b"), held("c")], maximumProcesses: 2) { first, directory in
            try await withCommands([shell("quick", "echo done")]) { other, _ in
                try await withLoop("second") { loop in
                    let second = try await TestBox(of: try #require(first.host), on: loop)
                    let runs = [await first.start("a"), await second.start("b"), await second.start("c")]
                    try await waitForFiles("a.runs", "b.runs", in: directory)
                    // Programs are started in turn: those of other places, too.
                    for _ in 0..<3 { #expect(await other.call("quick").content == "done\n") }
                    #expect(try !directory.names.contains("c.runs"))
                    try directory.write("a.go", "")
                    #expect(await runs[0].result().content == "a\n")
                    try await waitForFiles("c.runs", in: directory)
                    for name in ["b.go", "c.go"] { try directory.write(name, "") }
                    #expect(await runs[1].result().content == "b\n")
                    #expect(await runs[2].result().content == "c\n")
                }
            }
        }
    }

    @Test func oneThatWaitsForItsTurnCanBeCancelled() async throws {
        try await withCommands(
            [held("a"), shell("mark", "touch ran"), shell("quick", "echo done")], maximumProcesses: 1
        ) {
            box, directory in
            let first = await box.start("a")
            try await waitForFiles("a.runs", in: directory)
            let second = await box.start("mark")
            let third = await box.start("quick")
            second.cancel()
            first.cancel()
            #expect(await third.result().content == "done\n")
            #expect(try !directory.names.contains("ran"))
        }
    }

    @Test func programsThatWaitForTheirTurnHaveALimit() async throws {
        var limits = ToolLimits()
        limits.waitingPrograms = 1
        try await withCommands([held("a"), shell("quick", "echo done")], maximumProcesses: 1, limits: limits) {
            box, directory in
            let first = await box.start("a")
            let second = await box.start("quick")
            #expect(await box.call("quick").content == "Error: too many programs wait; try again later")
            try directory.write("a.go", "")
            #expect(await first.result().content == "a\n")
            #expect(await second.result().content == "done\n")
        }
    }

    @Test func aCommandWhoseTimeIsUpTellsWhatItSaidSoFar() async throws {
        try await withLoop { loop in
            let run = try await loop.run {
                let runner = ProgramRunner(
                    loop: loop, calls: BlockingCalls(),
                    places: FairPlaces(maximumTaken: 1, maximumPerSession: 1, maximumWaiting: 0), directory: "/",
                    maximumReadBytes: 1000)
                let program = ToolProgram(arguments: ["sh", "-c", "echo half; echo trouble >&2; exec sleep 600"])
                let request = ToolRequest(arguments: [:], sessionID: "s", maximumResultBytes: 1000)
                return LoopBound(ProgramRun(runner, program, request) { _ in }, loop: loop)
            }
            let all = "Error: too late\nIts error output:\ntrouble\n\nIts output:\nhalf\n"
            try await wait { await run.read { $0.timedOut("too late").content } == all }
            #expect(await run.read { $0.timedOut("too late").outcome } == .timeout)
            run.submit { $0.cancel() }
        }
    }

    @Test func runCommandStartsWhatIsAllowedOnly() async throws {
        try await withCommands([], builtIn: [.runCommand], allowed: [["echo"], ["git", "log"]]) { box, _ in
            #expect(await box.call("run_command", ["command": ["echo", "$HOME", "x y"]]).content == "$HOME x y\n")
            for command: JSONValue in [["git", "push"], ["git"], ["/bin/echo"], ["sh", "-c", "echo"], ["echo;ls"]] {
                let report = await box.call("run_command", ["command": command])
                #expect(
                    report.content
                        == "Error: this command is not allowed. Allowed are commands that begin with `echo`, `git log`."
                )
            }
        }
    }

    @Test func thousandsOfRunsLeaveNothingBehind() async throws {
        try await withCommands([shell("quick", "cat >/dev/null; echo $$")], maximumProcesses: 4) { box, directory in
            func descriptors() async throws -> Int {
                try await onThread { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
            }
            _ = await box.call("quick")
            let before = try await descriptors()
            var pids: Set<pid_t> = []
            for _ in 0..<20 {
                await withTaskGroup(of: String.self) { group in
                    for _ in 0..<100 { group.addTask { await box.call("quick", ["a": 1]).content } }
                    for await content in group { pids.insert(pid_t(content.dropLast()) ?? -1) }
                }
            }
            #expect(!pids.contains(-1))
            #expect(await box.box.read { $0.runningCount } == 0)
            #expect(try directory.names == [])
            // A child that has ended and that nobody has asked for how.
            let ended = pids
            try await wait { !ended.contains(where: isZombie) }
            // Tests that run beside this one have some, too; a leak of one a run would be thousands.
            #expect(try await descriptors() < before + 500)
        }
    }
}

/// A child of this process that has ended and is not reaped.
private func isZombie(_ pid: pid_t) -> Bool {
    var info = siginfo_t()
    return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == SIGCHLD
}

@Suite struct BoundedOutputTests {
    private func output(_ text: String, limit: Int, _ part: BoundedOutput.Part, pieces: Int) -> String {
        var output = BoundedOutput(limit: limit, keeping: part)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            bytes[start..<min(bytes.count, start + pieces)].withUnsafeBytes { output.append($0) }
        }
        return output.text
    }

    @Test("The beginning or the end is kept, whole characters only, however it comes", arguments: [1, 2, 3, 100])
    func parts(pieces: Int) {
        #expect(output("abcdef", limit: 6, .beginning, pieces: pieces) == "abcdef")
        #expect(
            output("abcdef", limit: 5, .beginning, pieces: pieces)
                == "abcde")
        #expect(
            output("aé😀b", limit: 4, .beginning, pieces: pieces) == "aé")
        #expect(
            output("aé😀b", limit: 7, .beginning, pieces: pieces) == "aé😀")
        #expect(output("abcdef", limit: 6, .end, pieces: pieces) == "abcdef")
        #expect(output("abcdef", limit: 3, .end, pieces: pieces) == "[cut: the last 3 of 6 bytes]\ndef")
        #expect(output("a😀b", limit: 3, .end, pieces: pieces) == "[cut: the last 3 of 6 bytes]\nb")
    }
}
