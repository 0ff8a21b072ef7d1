import Diagnostics
import JSON
import Observability
import SessionProtocol
import Testing

@testable import Replaying

@Suite struct ReportTests {
    private let script = ScriptReader.read(
        Array("one\nBell\\u0007 & <two>\nthree\n".utf8), origin: .file("talk \"1\".txt")
    ).script

    private func failed(_ line: Int, _ failure: PlayFailure) -> PlayEvent {
        var result = MessageResult(command: script.commands[line - 1], status: .failed(failure))
        result.duration = 1_234_567_890
        return .messageEnded(result)
    }

    private func ended(_ line: Int, answer: String) -> PlayEvent {
        var result = MessageResult(command: script.commands[line - 1], status: .ok)
        result.answer = answer
        result.duration = 250_400_000
        result.timeToFirstChunk = 10_000_000
        result.toolCalls = [ToolCallRecord(name: "look", arguments: ["q": 1], executor: .client)]
        result.usage = [
            UsageReport(promptTokens: 10, completionTokens: 2, totalTokens: 12, cost: 0.5, model: "m"),
            UsageReport(promptTokens: 20, completionTokens: 3, totalTokens: 23, cost: 0.25, model: "m"),
        ]
        return .messageEnded(result)
    }

    private var events: [PlayEvent] {
        [
            .messageSent(script.commands[0]), .chunk("An\u{1B}[2Jswer\n"), .chunk("more"),
            .toolCall(ToolCallRecord(name: "look", arguments: ["q": 1], executor: .client)),
            .toolResult(name: "look", ["a": "b"]), ended(1, answer: "Answer"), .messageSent(script.commands[1]),
            failed(2, PlayFailure(.answer, "it <broke>\u{1B} & \"fell\"")),
            .messageEnded(MessageResult(command: script.commands[2], status: .skipped)), .ended(.failed),
        ]
    }

    private func render(_ report: some ReplayReport, files: Int = 1, _ events: [PlayEvent]) -> String {
        var report = report
        var summary = ReplaySummary()
        var text = report.began(
            ReplayPlan(scripts: Array(repeating: script, count: files), url: nil, version: "1.2.3"))
        for event in events {
            summary.add(event)
            text += report.report(event, of: script, after: 3_000_000_000)
        }
        summary.duration = 4_000_000_000
        return text + report.finished(summary, exitCode: 4)
    }

    @Test("text is the conversation as it was")
    func text() {
        #expect(
            render(TextReport(isTerminal: false), events) == """
                > one
                An\u{1B}[2Jswer
                more
                [calls look {"q":1}]
                [look answers {"a":"b"}]

                > Bell\\u0007 & <two>

                """)
    }

    @Test("on a terminal an answer can do nothing but be read")
    func terminal() {
        #expect(render(TextReport(isTerminal: true), events).hasPrefix("> one\nAn\\u{1B}[2Jswer\nmore\n[calls"))
    }

    @Test("a message of several lines is marked on each; files are named where there are several")
    func files() {
        let command = ScriptCommand(
            .sendUserMessage(ScriptMessage("a\nb")), name: "USER", span: script.commands[0].span, line: 1)
        let events = [
            PlayEvent.messageSent(command), .chunk("yes"), .messageEnded(MessageResult(command: command, status: .ok)),
        ]
        #expect(render(TextReport(isTerminal: false), files: 2, events) == "== talk \"1\".txt\n\n> a\n> b\nyes\n")
    }

    @Test("a message that waits behind another is shown when its answer begins")
    func order() {
        let (one, two) = (script.commands[0], script.commands[2])
        let events: [PlayEvent] = [
            .messageSent(one), .messageSent(two), .chunk("1"), .messageEnded(MessageResult(command: one, status: .ok)),
            .chunk("2"), .messageEnded(MessageResult(command: two, status: .ok)),
        ]
        #expect(render(TextReport(isTerminal: false), events) == "> one\n1\n\n> three\n2\n")
    }

    @Test("JSON is an object a line")
    func json() throws {
        let lines = render(JSONLinesReport(), events).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                #"{"event":"start","version":1,"ailoopctl":"1.2.3","files":["talk \"1\".txt"]}"#,
                #"{"event":"message","file":"talk \"1\".txt","line":1,"message":"one","status":"ok","answer":"Answer","#
                    + #""toolCalls":[{"name":"look","arguments":{"q":1},"executor":"client"}],"#
                    + #""usage":{"promptTokens":30,"completionTokens":5,"totalTokens":35,"cost":0.75},"#
                    + #""seconds":0.250,"firstChunkSeconds":0.010}"#,
                #"{"event":"message","file":"talk \"1\".txt","line":2,"message":"Bell\\u0007 & <two>","status":"failed","#
                    + #""failure":{"kind":"answer","detail":"it <broke>\u001b & \"fell\""},"answer":"","seconds":1.235}"#,
                #"{"event":"message","file":"talk \"1\".txt","line":3,"message":"three","status":"skipped"}"#,
                #"{"event":"file","file":"talk \"1\".txt","status":"failed","messages":3,"ok":1,"failed":1,"skipped":1,"#
                    + #""failedCommands":0,"seconds":3.000}"#,
                #"{"event":"end","exitCode":4,"files":1,"messages":3,"ok":1,"failed":1,"skipped":1,"failedCommands":0,"#
                    + #""seconds":4.000}"#,
            ])
        for line in lines { _ = try JSONParser.parse(line) }
    }

    @Test("JUnit has a case a message, and nothing that XML cannot hold")
    func junit() {
        let command = ScriptCommand(.reconnect, name: "reconnect", span: script.commands[0].span, line: 9)
        let more = [PlayEvent.commandFailed(command, PlayFailure(.connection, "gone")), .ended(.unreachable("no way"))]
        #expect(
            render(JUnitReport(), events + more) == #"""
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites name="ailoopctl replay" tests="5" failures="2" errors="1" skipped="1" time="4.000">
                  <testsuite name="talk &quot;1&quot;.txt" tests="3" failures="1" errors="0" skipped="1" time="3.000">
                    <testcase name="line 1: one" classname="talk &quot;1&quot;.txt" time="0.250"/>
                    <testcase name="line 2: Bell\u0007 &amp; &lt;two&gt;" classname="talk &quot;1&quot;.txt" time="1.235">
                      <failure message="it &lt;broke&gt;\u{1B} &amp; &quot;fell&quot;" type="answer">talk &quot;1&quot;.txt:2: it &lt;broke&gt;\u{1B} &amp; &quot;fell&quot;</failure>
                    </testcase>
                    <testcase name="line 3: three" classname="talk &quot;1&quot;.txt" time="0.000">
                      <skipped/>
                    </testcase>
                  </testsuite>
                  <testsuite name="talk &quot;1&quot;.txt" tests="2" failures="1" errors="1" skipped="0" time="3.000">
                    <testcase name="connect" classname="talk &quot;1&quot;.txt" time="0.000">
                      <error message="no way" type="unreachable"/>
                    </testcase>
                    <testcase name="line 9: reconnect" classname="talk &quot;1&quot;.txt" time="0.000">
                      <failure message="gone" type="connection">talk &quot;1&quot;.txt:9: gone</failure>
                    </testcase>
                  </testsuite>
                </testsuites>

                """#)
    }

    @Test("no scalar whatever makes the XML invalid")
    func escaping() {
        for value in UInt32(0)..<0x1_1000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for part in JUnitReport.escaped(String(Character(scalar))).unicodeScalars {
                // XML 1.0 §2.2, and the characters that mean something.
                let isChar = part.value == 9 || part.value == 10 || part.value == 13 || part.value >= 0x20
                #expect(isChar && part != "<" && part != "\"" && part.value != 0xFFFE && part.value != 0xFFFF)
            }
        }
    }

    @Test("the summary is one line")
    func summary() {
        var summary = ReplaySummary()
        for event in events { summary.add(event) }
        #expect(summary.text == "1 file, 3 messages: 1 ended well, 1 failed, 1 not played (0.000 s)")
        summary.failedCommands = 2
        summary.files = 2
        summary.duration = 61_002_500_000
        #expect(
            summary.text
                == "2 files, 3 messages: 1 ended well, 1 failed, 2 other commands failed, 1 not played (61.003 s)")
    }
}

@Suite struct FrameLineTests {
    private let script = ScriptReader.read(Array("one\n".utf8), origin: .file("a.txt")).script

    private func line(_ lines: inout FrameLine, _ text: String, _ direction: FrameLine.Direction) -> String {
        String(
            decoding: lines.render(
                Array(text.utf8), direction, script: script, line: 3, connection: 2, time: Timestamp(milliseconds: 7)),
            as: UTF8.self)
    }

    @Test("a message is kept as it was, on one line")
    func kept() {
        var lines = FrameLine()
        #expect(
            line(&lines, "{\"a\": 1}\n", .sent)
                == #"{"time":"1970-01-01T00:00:00.007Z","file":"a.txt","line":3,"connection":2,"direction":"sent","#
                + #""text":"{\"a\": 1}\n"}"# + "\n")
        #expect(line(&lines, #"{"resumeToken": "#, .received).contains(#""text":"{\"resumeToken\": ""#))
    }

    @Test("the resume token stands nowhere, however it is written")
    func token() {
        var lines = FrameLine()
        let secret = "s3cr\\u0065t/token"
        for text in [
            #"{"jsonrpc":"2.0","id":1,"result":{"sessionId":"s","resumeToken":"\#(secret)"}}"#,
            #"{"method":"attachSession","params":{"resumeToken":"s3cret/token","lastSeq":4}}"#,
            #"[{"a":{"resumeToken":"s3cret\/token"}}]"#,
            #"{"chunk":"I saw s3cret/token there"}"#,
            "not JSON s3cret/token",
        ] {
            let shown = line(&lines, text, .received)
            #expect(!shown.contains("s3cret") && !shown.contains("s3cr\\") && shown.contains("[redacted]"), "\(shown)")
        }
    }
}
