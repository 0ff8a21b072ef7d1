import Glibc
import JSON
import Terminal
import Testing

@testable import ChatUI

/// The line at a terminal whose screen nobody looks at.
private final class Typist {
    private var prompt: PromptLine
    private let master: Int32
    private let slave: Int32

    init() throws {
        // As posix_openpt, unlockpt and ptsname do it, which Glibc's module does not show: TIOCSPTLCK, TIOCGPTN.
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, Int32) = (0, 0)
        try #require(master >= 0 && ioctl(master, 0x4004_5431, &lock) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
        // What is written and not read is lost.
        slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        let device = try #require(TerminalDevice(input: slave, output: slave, environment: ["TERM": "xterm"]))
        prompt = PromptLine(device: device, history: InputHistory(), isColoured: false)
    }

    deinit {
        close(master)
        close(slave)
    }

    /// The first outcome.
    func type(_ text: String) -> PromptLine.Outcome? {
        var decoder = KeyDecoder()
        for event in text.utf8.flatMap({ decoder.feed($0) }) {
            if let outcome = prompt.handle(event) { return outcome }
        }
        return nil
    }

    func ask(_ question: Conversation.Question) -> PromptLine.Pause? { prompt.ask(question) }

    func end(_ pause: PromptLine.Pause?) throws -> PromptLine.Pause? { prompt.end(try #require(pause)) }

    func withdraw() { prompt.withdraw() }

    func takeTypedAhead() -> PromptLine.Outcome? { prompt.takeTypedAhead() }

    /// Asks for the next message.
    func expectTypedAhead(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(ask(.message) == nil, sourceLocation: sourceLocation)
        #expect(takeTypedAhead() == .line(line), sourceLocation: sourceLocation)
    }
}

/// What is typed, and which question it answers.
@Suite struct PromptLineTests {
    private let typist: Typist
    private let approval = Conversation.Question.approval(name: "write_file", arguments: [:])

    init() throws {
        typist = try Typist()
    }

    @Test func whatIsTypedBeforeAMessageIsAskedForIsTheMessage() {
        #expect(typist.type("hello\r") == nil)
        typist.expectTypedAhead("hello")
    }

    @Test(arguments: ["yes\r", "y\r", "a\r", "\r"], [true, false])
    func whatIsTypedBeforeAToolIsAskedAboutIsNoAnswer(typed: String, isApproval: Bool) throws {
        #expect(typist.type(typed) == nil)
        let pause = typist.ask(isApproval ? approval : .toolResult(name: "add"))
        #expect(pause?.milliseconds == PromptLine.quietMilliseconds)
        #expect(typist.takeTypedAhead() == nil)
        #expect(try typist.end(pause) == nil)
        #expect(typist.takeTypedAhead() == nil)
        #expect(typist.type("n\r") == .line("n"))
        typist.expectTypedAhead(String(typed.dropLast()))
    }

    @Test func aQuestionThatIsTypedBeforeWaitsForAPause() throws {
        let first = typist.ask(approval)
        // Nobody types: it waits only for what was read already.
        #expect(first?.milliseconds == 0)
        #expect(typist.type("y\r") == nil)
        let second = try typist.end(first)
        #expect(second?.milliseconds == PromptLine.quietMilliseconds)
        #expect(typist.type("x") == nil)
        let third = try typist.end(second)
        #expect(third?.milliseconds == PromptLine.quietMilliseconds)
        #expect(try typist.end(third) == nil)
        #expect(typist.type("a\r") == .line("a"))
        typist.expectTypedAhead("y")
    }

    @Test func theAnswerToAWithdrawnQuestionDoesNotAnswerTheNext() throws {
        let first = typist.ask(approval)
        #expect(try typist.end(first) == nil)
        #expect(typist.type("ye") == nil)
        typist.withdraw()
        let second = typist.ask(approval)
        #expect(second?.milliseconds == PromptLine.quietMilliseconds)
        #expect(typist.type("s\r") == nil)
        // The pause of the question that is gone says nothing about this one.
        #expect(try typist.end(first) == nil)
        #expect(typist.type("\r") == nil)
        let third = try typist.end(second)
        #expect(try typist.end(third) == nil)
        #expect(typist.type("n\r") == .line("n"))
        typist.expectTypedAhead("s")
        typist.expectTypedAhead("")
        // An answered question is none that was withdrawn.
        #expect(typist.ask(approval)?.milliseconds == 0)
    }

    @Test func keysThatAreNotKeptAnyMoreAreTypingToo() throws {
        for _ in 0..<PromptLine.maximumTypedAhead { #expect(typist.type("x") == nil) }
        let first = typist.ask(approval)
        #expect(typist.type("y\r") == nil)
        let second = try typist.end(first)
        #expect(second?.milliseconds == PromptLine.quietMilliseconds)
        #expect(try typist.end(second) == nil)
        #expect(typist.type("n\r") == .line("n"))
        #expect(typist.ask(.message) == nil)
        #expect(typist.takeTypedAhead() == nil)
        #expect(typist.type("\r") == .line(String(repeating: "x", count: PromptLine.maximumTypedAhead)))
    }

    @Test func controlCLeavesAQuestionThatIsNotThereYet() throws {
        #expect(typist.type("half") == nil)
        let pause = typist.ask(approval)
        #expect(typist.type("\u{03}") == .interrupt)
        #expect(try typist.end(pause) == nil)
        #expect(typist.type("y\r") == nil)
        typist.expectTypedAhead("y")
    }
}
