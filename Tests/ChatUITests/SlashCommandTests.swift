import Testing

@testable import ChatUI

@Suite struct SlashCommandTests {
    @Test func aLineWithoutASlashIsAMessage() {
        #expect(SlashCommand.read("hello /help") == .message("hello /help"))
    }

    @Test func twoSlashesSendALineThatBeginsWithOne() {
        #expect(SlashCommand.read("//etc/passwd") == .message("/etc/passwd"))
    }

    @Test func aCommandMayHaveAnArgument() {
        #expect(SlashCommand.read("/help") == .command(.help, argument: ""))
        #expect(SlashCommand.read("/help  ") == .command(.help, argument: ""))
        #expect(SlashCommand.read("/model  some/model ") == .command(.model, argument: "some/model"))
        #expect(SlashCommand.read("/system Be brief.\nVery.") == .command(.system, argument: "Be brief.\nVery."))
    }

    @Test(arguments: [
        ("/histroy", "did you mean `/history`?"), ("/", "; `/help` lists them. To send the line"),
        ("/etc/passwd", "begin it with `//`"),
        ("/help me", "`/help` takes nothing after it"), ("/save", "`/save` needs the name of a file"),
    ])
    func whatIsNotUnderstoodIsSaid(line: String, words: String) {
        guard case .problem(let text) = SlashCommand.read(line) else {
            Issue.record("\(line) was understood")
            return
        }
        #expect(text.contains(words))
    }

    @Test func helpNamesEveryCommand() {
        for command in SlashCommand.allCases { #expect(SlashCommand.helpText.contains("  /\(command.rawValue)")) }
        #expect(SlashCommand.helpText.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func namesAreCompleted() {
        #expect(SlashCommand.completions(of: "/h") == ["/help", "/history"])
        #expect(SlashCommand.completions(of: "/sa") == ["/save "])
        #expect(SlashCommand.completions(of: "/save f") == [])
        #expect(SlashCommand.completions(of: "h") == [])
        #expect(SlashCommand.completions(of: "/").count == SlashCommand.allCases.count)
    }
}
