import EventLoops
import Foundation
import TestSupport
import Testing

/// What README.md shows under `<!-- runs -->` runs as it stands there, in order, in a directory with the project's `config.yaml`.
///
/// A line that begins with `$ ` is typed into bash and must succeed; what follows, up to the next such line, is what it shows: `…`
/// stands for anything within a line, alone for any lines. A line with `<Tab>` at its end is completed, and shown as it is then.
/// `<!-- runs on -->`: the command goes on in a terminal of its own until the last step is done. Port 8000 is another one here.
@Suite struct ReadmeTests {
    @Test(
        "the first steps of the README run as written",
        .enabled(if: OptionalTool.isUsable("script"), "script is not installed"))
    func firstSteps() async throws {
        let readme = try String(contentsOf: projectDirectory.appending(path: "README.md"), encoding: .utf8)
        let port = String(Int.random(in: 20_000..<30_000))
        let blocks = Walkthrough.blocks(of: readme.replacing("127.0.0.1:8000", with: "127.0.0.1:\(port)"))
        #expect(blocks.contains { $0.goesOn } && blocks.flatMap(\.steps).count > 5)
        try await Walkthrough(port: port).run(blocks)
    }

    @Test("what is shown is compared line by line, with room for what differs")
    func comparison() {
        let table: [(shown: [String], actual: String, isAlike: Bool)] = [
            (["a", "b"], "a\nb\n", true), (["a"], "a\nb\n", false), (["a", "…"], "a\nb\nc\n", true),
            (["…"], "", true), ([], "", true), ([], "a\n", false), (["a … c"], "a b c\n", true),
            (["a … c"], "a b d\n", false), (["…", "z"], "x\nz\n", true), (["1.5"], "1x5\n", false),
        ]
        for row in table {
            #expect(Walkthrough.Step(line: "", shown: row.shown).isAlike(row.actual) == row.isAlike, "\(row)")
        }
    }
}

/// Commands of a text, run one after the other.
private final class Walkthrough {
    struct Step: Sendable {
        var line: String
        var shown: [String] = []

        func isAlike(_ output: String) -> Bool {
            let pattern = shown.map { line in
                if line == "…" { return "(?:.*\\n)*" }
                return line.components(separatedBy: "…").map(NSRegularExpression.escapedPattern(for:))
                    .joined(separator: ".*") + "\\n"
            }
            return output.range(of: "\\A\(pattern.joined())\\z", options: .regularExpression) != nil
        }
    }

    struct Block: Sendable {
        var goesOn: Bool
        var steps: [Step]
    }

    private let directory: TemporaryDirectory
    private let environment: [String: String]
    private var running: [TestProgram] = []

    init(port: String) throws {
        directory = try TemporaryDirectory()
        let example = try String(contentsOf: projectDirectory.appending(path: "config.yaml"), encoding: .utf8)
        try directory.write("config.yaml", example)
        environment = [
            "AILOOP_SERVER__PORT": port, "PATH": BuiltProgram.directory.path + ":/usr/local/bin:/usr/bin:/bin",
            "HOME": directory.url.path,
        ]
    }

    static func blocks(of text: String) -> [Block] {
        var blocks: [Block] = []
        var marker: String?
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if ["<!-- runs -->", "<!-- runs on -->"].contains(line) {
                marker = line
            } else if let reached = marker, line.hasPrefix("```") {
                if isInside { marker = nil } else { blocks.append(Block(goesOn: reached.contains("on"), steps: [])) }
                isInside.toggle()
            } else if isInside, line.hasPrefix("$ ") {
                blocks[blocks.count - 1].steps.append(Step(line: String(line.dropFirst(2))))
            } else if isInside, let step = blocks[blocks.count - 1].steps.indices.last {
                blocks[blocks.count - 1].steps[step].shown.append(line)
            }
        }
        return blocks
    }

    func run(_ blocks: [Block]) async throws {
        for block in blocks {
            if block.goesOn {
                for step in block.steps { try await start(step) }
            } else if block.steps.contains(where: { $0.line.hasSuffix("<Tab>") }) {
                try await type(block.steps)
            } else {
                for step in block.steps { try await runToItsEnd(step) }
            }
        }
        for program in running {
            program.signal(SIGINT)
            #expect(await program.exitCode() == 0)
        }
    }

    private func runToItsEnd(_ step: Step) async throws {
        let result = try await BuiltProgram(name: "ailoopctl").shell(
            "{ \(step.line)\n} 2>&1", environment: environment, in: directory.url)
        #expect(result.status == 0, "\(step.line): \(result.output)")
        #expect(step.isAlike(result.output), "\(step.line): \(result.output)")
    }

    /// Returns once the step has shown what it should.
    private func start(_ step: Step) async throws {
        let program = try TestProgram(
            ["/bin/bash", "-c", "exec \(step.line) 2>&1"], environment: environment, in: directory.url.path,
            output: .collected)
        running.append(program)
        try await program.output.wait { step.isAlike($0) }
    }

    private func type(_ steps: [Step]) async throws {
        try await onThread { [environment, directory = directory.url] in
            let session = try ShellSession.bash(setUp: "", environment: environment, in: directory)
            for step in steps {
                if step.line.hasSuffix("<Tab>") {
                    let words = try session.lineAfterTab(String(step.line.dropLast("<Tab>".count)))
                    #expect(step.isAlike(words.joined(separator: " ") + "\n"), "\(step.line): \(words)")
                } else {
                    // The line itself is echoed first.
                    let shown = try session.run(step.line).replacing("\r\n", with: "\n")
                    let output = shown.drop { $0 != "\n" }.dropFirst().dropLast(ShellSession.prompt.count)
                    #expect(step.isAlike(String(output)), "\(step.line): \(output)")
                    #expect(try session.run("echo status=$?").contains("status=0"), "\(step.line)")
                }
            }
        }
    }
}
