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
        maximumWait: UInt64 = 60 * second, builtIn: [BuiltInTool] = [], allowed: [[String]] = [],
        _ body: (TestBox, TemporaryDirectory) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        try await withLoop { loop in
            let box = try await TestBox(
                ToolConfiguration(
                    builtIn: builtIn, workspace: directory.path, commands: commands, allowedCommands: allowed,
                    timeout: 60 * second, maximumResultBytes: maximumResultBytes, maximumProcesses: maximumProcesses,
                    maximumWait: maximumWait),
                on: loop)
            try await body(box, directory)
        }
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

    @Test func itsEnvironmentIsTheBasicOneAndWhatIsConfigured() async throws {
        setenv("AILOOP_TEST_SECRET", "secret", 1)
        let command = CommandSpecification(name: "env", command: ["env"], environment: ["CITY": "Paris"])
        try await withCommands([command]) { box, directory in
            let lines = await box.call("env").content.split(separator: "\n").map(String.init)
            #expect(lines.contains("CITY=Paris"))
            let names = lines.map { $0.prefix { $0 != "=" } }
            let allowed: Set = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "CITY", "PWD", "_", "SHLVL"]
            #expect(names.allSatisfy { allowed.contains(String($0)) }, "\(names)")
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
        try await withCommands(
            [shell("errors", "yes | head -c 100000 >&2; echo last >&2; exit 1")], maximumResultBytes: 100_000
        ) { box, _ in
            let content = await box.call("errors").content
            #expect(content.contains("[cut: the last 4096 of 100005 bytes]"))
            #expect(content.hasSuffix("y\nlast\n"))
            #expect(content.utf8.count < 4300)
        }
    }

    @Test func oneThatTakesTooLongIsEndedWithItsChildren() async throws {
        try await withCommands([shell("slow", "sleep 600 & echo $! > child; wait", timeout: second / 2)]) {
            box, directory in
            let report = await box.call("slow")
            #expect(report.outcome == .timeout)
            #expect(report.content.hasPrefix("Error: the tool did not finish in time and was stopped after 0."))
            let child = try #require(pid_t(try directory.read("child").dropLast()))
            try await wait { !isRunning(child) }
        }
    }

    @Test func aCancelledRunEndsItsProgramAndSaysNothing() async throws {
        try await withCommands([shell("slow", "echo $$ > pid; exec sleep 600"), shell("quick", "echo done")]) {
            box, directory in
            let run = await box.start("slow")
            let pid = try await waitFor { (try? directory.read("pid")).flatMap { pid_t($0.dropLast()) } }
            run.cancel()
            try await wait { !isRunning(pid) }
            #expect(await box.call("quick").content == "done\n")
            #expect(await box.box.read { $0.runningCount } == 0)
        }
    }

    @Test func noMoreProgramsRunAtATimeThanTheLimit() async throws {
        let script = "n=$(ls | grep -c running); touch running.$$; echo $n; sleep 0.05; rm running.$$"
        try await withCommands([shell("count", script)], maximumProcesses: 2) { box, _ in
            let seen = await withTaskGroup(of: String.self) { group in
                for _ in 0..<12 { group.addTask { await box.call("count").content } }
                return await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(seen.count == 12)
            #expect(seen.allSatisfy { $0 == "0\n" || $0 == "1\n" }, "\(seen)")
        }
    }

    @Test func oneThatWaitsForItsTurnCanBeCancelled() async throws {
        try await withCommands(
            [shell("wait", "read line; cat go 2>/dev/null || sleep 600"), shell("quick", "echo done")],
            maximumProcesses: 1
        ) { box, _ in
            let first = await box.start("wait")
            let second = await box.start("quick")
            second.cancel()
            let third = await box.start("quick")
            first.cancel()
            #expect(await third.result().content == "done\n")
        }
    }

    @Test func theLimitIsThatOfTheProcessWhateverTheLoop() async throws {
        let script = "n=$(ls | grep -c running); touch running.$$; echo $n; sleep 0.05; rm running.$$"
        try await withCommands([shell("count", script)], maximumProcesses: 2) { first, _ in
            try await withLoop("second") { loop in
                let second = try await TestBox(of: first.host, on: loop)
                let seen = await withTaskGroup(of: String.self) { group in
                    for number in 0..<12 {
                        group.addTask { await (number % 2 == 0 ? first : second).call("count").content }
                    }
                    return await group.reduce(into: [String]()) { $0.append($1) }
                }
                #expect(seen.allSatisfy { $0 == "0\n" || $0 == "1\n" }, "\(seen)")
            }
        }
    }

    @Test func theWaitForItsTurnIsNotPartOfARunsTime() async throws {
        // The first goes on until the last is asked for and more than their limit is over for those that wait.
        let slow = shell("hold", "while [ ! -e go ]; do sleep 0.02; done", timeout: 60 * second)
        try await withCommands([slow, shell("quick", "echo done", timeout: second)], maximumProcesses: 1) {
            box, directory in
            let first = await box.start("hold")
            let waiting = [await box.start("quick"), await box.start("quick")]
            try await Task.sleep(for: .milliseconds(1200))
            try directory.write("go", "")
            #expect(await first.result().outcome == .success)
            for run in waiting { #expect(await run.result().content == "done\n") }
        }
    }

    @Test func aCallWhoseTurnDoesNotComeInTimeIsToldSo() async throws {
        try await withCommands([shell("hold", "exec sleep 600")], maximumProcesses: 1, maximumWait: second / 10) {
            box, _ in
            let first = await box.start("hold")
            let report = await box.call("hold")
            #expect(report.outcome == .timeout)
            #expect(
                report.content.hasPrefix("Error: the server is busy with other tools: this one did not get its turn"))
            first.cancel()
        }
    }

    @Test func aCommandWhoseTimeIsUpTellsWhatItSaidSoFar() async throws {
        let script = "echo half; echo trouble >&2; touch said; exec sleep 600"
        try await withCommands([shell("slow", script, timeout: 2 * second)]) { box, directory in
            let run = await box.start("slow")
            try await wait { access(directory.path + "/said", F_OK) == 0 }
            let report = await run.result()
            #expect(report.outcome == .timeout)
            #expect(report.content.hasSuffix(" s.\nIts error output:\ntrouble\n\nIts output:\nhalf\n"), "\(report)")
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
        try await withCommands([shell("quick", "cat >/dev/null; echo done")], maximumProcesses: 4) { box, directory in
            func descriptors() async throws -> Int {
                try await onThread { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
            }
            _ = await box.call("quick")
            let before = try await descriptors()
            for _ in 0..<20 {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<100 {
                        group.addTask { #expect(await box.call("quick", ["a": 1]).content == "done\n") }
                    }
                }
            }
            #expect(await box.box.read { $0.runningCount } == 0)
            #expect(try directory.names == [])
            // Tests that run beside this one have some, too; a leak of one a run would be thousands.
            #expect(try await descriptors() < before + 500)
        }
    }
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

@Suite(.timeLimit(.minutes(2))) struct ToolBoxTests {
    @Test func builtInToolsAreOfferedAsConfiguredAndRun() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        try directory.write("a.txt", "alpha")
        try await withLoop { loop in
            let box = try await TestBox(
                ToolConfiguration(
                    builtIn: [.currentTime, .calculate, .readFile], workspace: directory.path,
                    policies: ["calculate": .ask]), on: loop)
            #expect(await box.names() == ["current_time", "calculate", "read_file"])
            #expect(await box.box.read { $0.tools.members.map(\.policy) } == [.allow, .ask, .allow])
            #expect(await box.call("calculate", ["expression": "6 * 7"]).content == "42")
            #expect(await box.call("calculate", ["expression": "6 *"]).outcome == .error)
            #expect(await box.call("read_file", ["path": "a.txt"]).content == "1\talpha\n")
            #expect(await box.call("current_time").content.contains("UTC"))
        }
    }

    @Test func whoNeedsNoThreadWaitsForNoneAndCancelledRunsGiveTheirsBack() async throws {
        // A minute and more each, if nobody stops it.
        let long: JSONObject = [
            "expression": .string(
                [String](repeating: "(3^5100/7^2900)*(7^2901/3^5099)", count: 200).joined(separator: "%"))
        ]
        try await withLoop { loop in
            let box = try await TestBox(
                ToolConfiguration(builtIn: [.currentTime, .calculate], timeout: 600 * second), on: loop)
            var runs: [TestRun] = []
            for number in 0..<12 { runs.append(await box.start("calculate", long, session: "\(number % 3)")) }
            #expect(await box.call("current_time").outcome == .success)
            for run in runs { run.cancel() }
            #expect(await box.call("calculate", ["expression": "6 * 7"], session: "0").content == "42")
        }
    }

    @Test func aSessionThatAsksForMuchDoesNotMakeAnotherWait() async throws {
        let long: JSONObject = [
            "expression": .string(
                [String](repeating: "(3^5100/7^2900)*(7^2901/3^5099)", count: 200).joined(separator: "%"))
        ]
        try await withLoop { loop in
            let box = try await TestBox(ToolConfiguration(builtIn: [.calculate], timeout: 600 * second), on: loop)
            var runs: [TestRun] = []
            for _ in 0..<12 { runs.append(await box.start("calculate", long, session: "much")) }
            #expect(await box.call("calculate", ["expression": "6 * 7"], session: "little").content == "42")
            // Each of the others takes a minute and more, and two have a thread at a time.
            #expect(await box.box.read { $0.runningCount } > 2)
            for run in runs { run.cancel() }
        }
    }

    @Test func everyBuiltInToolHasADefinitionThatTakesNothingUnknown() {
        for tool in BuiltInTool.allCases {
            let specification = tool.specification
            #expect(!specification.description.isEmpty)
            #expect(specification.parameters["additionalProperties"] == false)
        }
        let asking = BuiltInTool.allCases.filter { $0.defaultPolicy == .ask }
        #expect(asking == [.writeFile, .editFile, .runCommand])
    }

    @Test func aToolThatIsGoneIsSaid() async throws {
        try await withLoop { loop in
            let box = try await TestBox(ToolConfiguration(), on: loop)
            let report = await box.call("gone")
            #expect(report.content == "Error: the tool is not available any more; do without it")
        }
    }

    @Test func aWorkspaceThatIsNotThereStopsTheStart() async throws {
        let configuration = ToolConfiguration(builtIn: [.readFile], workspace: "/no/such/place")
        try await withLoop { loop in
            await #expect(throws: SystemError.self) { _ = try await TestBox(configuration, on: loop) }
        }
    }
}
