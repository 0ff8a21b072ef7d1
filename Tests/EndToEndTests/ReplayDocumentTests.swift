import Foundation
import Testing

/// The examples of docs/replay.md. Times, token counts and the version are not compared.
@Suite(.timeLimit(.minutes(5))) struct ReplayDocumentTests {
    @Test func everyExampleDoesWhatThePageSays() async throws {
        let page = RunnableDocument(name: "replay.md") { text in
            text.replacing(/\(\d+\.\d{3} s\)/, with: "(0.012 s)").replacing(
                /econds":\d+\.\d{3}/, with: "econds\":0.012"
            )
            .replacing(/Tokens":\d+/, with: "Tokens\":12")
            .replacing(/"ailoopctl":"[^"]+"/, with: "\"ailoopctl\":\"0.1.0\"")
        }
        let program = BuiltProgram(name: "ailoopctl")
        let count = try await page.check { command, _, directory in
            // As on a terminal, where both outputs meet.
            try await program.shell(
                "exec 2>&1; ailoopctl() { \"$PROGRAM\" \"$@\"; }; \(command)",
                environment: ["AILOOP_MOCK__FIRST_CHUNK_MS": "0", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0"],
                in: directory
            ).output
        }
        #expect(count >= 7)
    }
}
