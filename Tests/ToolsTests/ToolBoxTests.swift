import AILoop
import EventLoops
import Foundation
import JSON
import Testing

@testable import Tools

/// A tool whose runs do what a test wants.
private struct ScriptedBody: ToolBody {
    let loop: EventLoop
    var wasCancelled: Inbox<Bool>?
    var act: (_ loop: EventLoop, _ report: @escaping (ToolRunNews) -> Void) -> Void = { _, _ in }

    func start(_ request: ToolRequest, report: @escaping (ToolRunNews) -> Void) -> any RunningTool {
        act(loop, report)
        return ScriptedRun(wasCancelled: wasCancelled)
    }
}

private final class ScriptedRun: RunningTool {
    private let wasCancelled: Inbox<Bool>?

    init(wasCancelled: Inbox<Bool>?) {
        self.wasCancelled = wasCancelled
    }

    func timedOut(_ message: String) -> ToolOutput { .failure(message + " It was half done.", outcome: .timeout) }

    func cancel() { wasCancelled?.put(true) }
}

/// Times and limits that hold for runs of all kinds.
@Suite(.timeLimit(.minutes(2))) struct ToolBoxTests {
    private let millisecond: UInt64 = 1_000_000

    @Test func theWaitForItsTurnIsNotPartOfARunsTime() async throws {
        try await withLoop { loop in
            let box = try await TestBox(on: loop) { [millisecond] loop in
                let body = ScriptedBody(loop: loop) { loop, report in
                    // Its time would be up before.
                    loop.schedule(after: 20 * millisecond) {
                        report(.began)
                        report(.ended(.success("done")))
                    }
                }
                return [("late", 10 * millisecond, body)]
            }
            #expect(await box.call("late").content == "done")
        }
    }

    @Test func aRunWhoseTimeIsUpIsAskedWhatToSayAndCancelled() async throws {
        let wasCancelled = Inbox<Bool>()
        try await withLoop { loop in
            let box = try await TestBox(on: loop) { [millisecond] loop in
                let body = ScriptedBody(loop: loop, wasCancelled: wasCancelled) { loop, report in
                    loop.schedule(after: 0) { report(.began) }
                }
                return [("slow", 10 * millisecond, body)]
            }
            let report = await box.call("slow")
            #expect(report.outcome == .timeout)
            let beginning = "Error: the tool did not finish in time and was stopped after "
            #expect(report.content.hasPrefix(beginning) && report.content.hasSuffix(" s. It was half done."))
            #expect(await wasCancelled.next() == true)
        }
    }

    @Test func progressBeginsTheTimeAnewButNotForEver() async throws {
        try await withLoop { loop in
            let box = try await TestBox(on: loop) { [millisecond] loop in
                // The first tells its progress and ends; the second tells it and never ends.
                let ending = ScriptedBody(loop: loop) { loop, report in
                    loop.schedule(after: 0) {
                        report(.began)
                        Self.repeatProgress(loop, every: 5 * millisecond, times: 20, report) {
                            report(.ended(.success("done")))
                        }
                    }
                }
                let endless = ScriptedBody(loop: loop) { loop, report in
                    loop.schedule(after: 0) {
                        report(.began)
                        Self.repeatProgress(loop, every: 5 * millisecond, times: .max, report) {}
                    }
                }
                return [("ending", 50 * millisecond, ending), ("endless", 50 * millisecond, endless)]
            }
            // Twice its time, at least.
            #expect(await box.call("ending").content == "done")
            let report = await box.call("endless")
            #expect(report.outcome == .timeout)
            #expect(report.durationMilliseconds >= 50 * Int(ToolExecution.maximumExtensions))
        }
    }

    private static func repeatProgress(
        _ loop: EventLoop, every delay: UInt64, times: Int, _ report: @escaping (ToolRunNews) -> Void,
        then end: @escaping () -> Void
    ) {
        guard times > 0 else { return end() }
        loop.schedule(after: delay) {
            report(.progress)
            repeatProgress(loop, every: delay, times: times - 1, report, then: end)
        }
    }

    @Test func aCallWhoseTurnDoesNotComeInTimeIsToldSoAndGivenUp() async throws {
        let wasCancelled = Inbox<Bool>()
        try await withLoop { loop in
            let box = try await TestBox(on: loop, maximumWait: 10 * millisecond) { loop in
                [("never", 600 * second, ScriptedBody(loop: loop, wasCancelled: wasCancelled))]
            }
            let report = await box.call("never")
            #expect(report.outcome == .timeout)
            #expect(
                report.content.hasPrefix("Error: the server is busy with other tools: this one did not get its turn"))
            #expect(await wasCancelled.next() == true)
        }
    }

    @Test func resultsHaveTheLengthOfTheirSession() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        try directory.write("long.txt", String(repeating: "a line\n", count: 1000))
        try await withLoop { loop in
            let box = try await TestBox(
                ToolConfiguration(
                    builtIn: [.readFile], workspace: directory.path,
                    commands: [CommandSpecification(name: "say", command: ["printf", "0123456789"])],
                    maximumResultBytes: 5), on: loop)
            let cut = "01234\n[cut: 10 bytes are more than the limit of 5]"
            #expect(await box.call("say").content == cut)
            await box.box.read { $0.maximumResultBytes = { session in session == "old" ? 5 : 2000 } }
            #expect(await box.call("say", session: "old").content == cut)
            #expect(await box.call("say", session: "new").content == "0123456789")
            let page = await box.call("read_file", ["path": "long.txt"], session: "new").content
            #expect(page.utf8.count > 1000 && page.utf8.count <= 2000 && page.contains("read on with offset"))
        }
    }

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
            for number in 0..<ToolThreads.maximumThreads {
                runs.append(await box.start("calculate", long, session: "\(number % 2)"))
            }
            #expect(await box.call("current_time").outcome == .success)
            for run in runs { run.cancel() }
            #expect(await box.call("calculate", ["expression": "6 * 7"], session: "0").content == "42")
        }
    }

    @Test func aSessionThatAsksForMuchDoesNotMakeAnotherWaitAndTheWaitHasALimit() async throws {
        let gate = DispatchSemaphore(value: 0)
        try await withLoop { loop in
            let threads = ToolThreads(maximumWaiting: 10)
            let box = try await TestBox(on: loop) { loop in
                let slow = BlockingBody(loop: loop, threads: threads) { _, _ in
                    gate.wait()
                    gate.signal()
                    return "slow"
                }
                return [
                    ("slow", 600 * second, slow),
                    ("quick", 600 * second, BlockingBody(loop: loop, threads: threads) { _, _ in "quick" }),
                ]
            }
            var runs: [TestRun] = []
            for _ in 0..<12 { runs.append(await box.start("slow", session: "much")) }
            #expect(await box.box.read { $0.runningCount } == 12)
            // Two have a thread, ten wait for one.
            let refused = await box.call("quick", session: "much")
            #expect(refused.content == "Error: too many tools are running; try again later")
            #expect(await box.call("quick", session: "little").content == "quick")
            #expect(await box.box.read { $0.runningCount } == 12)
            gate.signal()
            for run in runs { #expect(await run.result().content == "slow") }
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
