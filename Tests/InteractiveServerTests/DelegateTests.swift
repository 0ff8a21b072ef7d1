import AILoop
import Configuration
import EventLoops
import Foundation
import InteractiveClient
import JSON
import Observability
import ScriptedUpstream
import Sessions
import Synchronization
import Testing

/// Delegates beside those who serve the client: what they hear, and that their trouble is nobody else's.
@Suite(.timeLimit(.minutes(5))) struct DelegateTests {
    private struct Failure: Error {}

    private final class Recording: AILoopDelegate {
        let events = Inbox<AILoopEvent>()
        func receive(_ event: AILoopEvent, from session: SessionIdentity) async throws { events.put(event) }
    }

    private struct NeverReturning: AILoopDelegate {
        func receive(_ event: AILoopEvent, from session: SessionIdentity) async throws {
            try await Task.sleep(for: .seconds(3600))
        }
    }

    private struct Failing: AILoopDelegate {
        func receive(_ event: AILoopEvent, from session: SessionIdentity) async throws { throw Failure() }
    }

    /// The log as a file, which is gone with its owner.
    private final class LogFile {
        let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)").path
        let log: Logger

        init(level: LogLevel) throws {
            log = try Logger(level: level, sink: .file(path))
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        /// Waits until the log has written that.
        func wait(for text: String) async throws {
            while try !String(contentsOfFile: path, encoding: .utf8).contains(text) {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }

    /// A session in which everything happens that has a name.
    private func liveThroughEverything(_ server: TestServer) async throws {
        let client = try await TestClient.connect(to: server)
        let session = try await client.startSession(["tools": [SessionControlTests.weatherTool]])
        let id = JSONValue.string(session)
        _ = try await client.say("weather?", in: session)
        #expect(try await client.notification("AIMessageChunkNotification")["chunk"] == "Let me see. ")
        _ = try await client.notification("ToolCallNotification")
        _ = try await client.call("provideToolResult", ["sessionId": id, "toolCallId": "call_7", "result": "22"])
        #expect(try await client.answer() == "It is sunny.")
        _ = try await client.call("pauseSession", ["sessionId": id])
        _ = try await client.notification("SessionStatusNotification")
        _ = try await client.call("resumeSession", ["sessionId": id])
        _ = try await client.notification("SessionStatusNotification")
        _ = try await client.say("break", in: session)
        #expect(try await client.notification("SessionStatusNotification")["status"] == 3)
        _ = try await client.call("stopSession", ["sessionId": id])
        #expect(try await client.notification("SessionStatusNotification")["status"] == 2)
    }

    private static let script: ScriptedUpstream.Script = { request in
        request.number < 2 ? SessionControlTests.weatherScript(request) : .json(status: 500, ["error": "broken"])
    }

    @Test func everyNamedEventIsHeardInOrderWhateverOtherDelegatesDo() async throws {
        let recorders = [Recording(), Recording()]
        let delegates: [any AILoopDelegate] = [NeverReturning(), recorders[0], Failing(), recorders[1]]
        let file = try LogFile(level: .debug)
        try await withServer(delegates: delegates, log: file.log, script: Self.script) { server in
            try await liveThroughEverything(server)
            let expected = [
                "ai_loop.session_started", "ai_loop.message.user_processed", "ai_loop.message.ai_chunk_received",
                "ai_loop.tool.call_generated", "ai_loop.tool_call.result_processed",
                "ai_loop.message.ai_chunk_received", "ai_loop.usage_reported", "ai_loop.message.ai_chunk_received",
                "ai_loop.status.paused", "ai_loop.status.resumed", "ai_loop.message.user_processed", "ai_loop.error",
                "ai_loop.session_ended",
            ]
            for recorder in recorders {
                for name in expected { #expect(await recorder.events.next()?.name == name) }
            }
            // The log is a delegate, too, and hears of the trouble of others.
            for name in Set(expected) { try await file.wait(for: name) }
            try await file.wait(for: "a delegate of the AI loop is in trouble")
            try await file.wait(for: "Failure")
        }
    }

    @Test func eventsCarryWhatTheyAreAbout() async throws {
        let recorder = Recording()
        try await withServer(delegates: [recorder], script: Self.script) { server in
            try await liveThroughEverything(server)
            var events: [AILoopEvent] = []
            while let event = await recorder.events.next() {
                events.append(event)
                if case .sessionEnded = event { break }
            }
            guard case .userMessageProcessed(let messageID, text: "weather?") = events[1] else {
                throw TestFailure("\(events[1])")
            }
            #expect(events[2] == .chunkReceived(messageID: messageID, text: "Let me see. ", isFinal: false))
            #expect(
                events[3]
                    == .toolCallGenerated(
                        messageID: messageID,
                        call: ToolCall(id: "call_7", name: "get_weather", arguments: #"{"city":"Paris","days":2}"#),
                        arguments: ["city": "Paris", "days": 2]))
            #expect(
                events[4]
                    == .toolResultProcessed(
                        messageID: messageID,
                        result: ToolResult(callID: "call_7", toolName: "get_weather", content: "22", outcome: .success))
            )
            #expect(events[12] == .sessionEnded(reason: "Session stopped"))
        }
    }

    /// What a delegate is behind by is bounded: it misses events, and that is logged.
    @Test func oneThatHangsMissesWhatIsOverItsLimit() async throws {
        let count = DelegateMailbox.defaultLimit + 100
        let file = try LogFile(level: .error)
        try await withServer(
            delegates: [NeverReturning()], log: file.log,
            script: { _ in .answer([String](repeating: "x", count: count)) }
        ) { server in
            let client = try await TestClient.connect(to: server)
            let session = try await client.startSession()
            _ = try await client.say("go", in: session)
            #expect(try await client.answer().utf8.count == count)
            try await file.wait(for: "overflow")
        }
    }
}
