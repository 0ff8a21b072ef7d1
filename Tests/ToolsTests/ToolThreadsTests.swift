import AILoop
import EventLoops
import Glibc
import JSON
import Testing

@testable import Tools

/// Built-in tools where the system gives no threads.
@Suite(.timeLimit(.minutes(5))) struct ToolThreadsTests {
    @Test func aRunForWhichThereIsNoThreadFailsAndGivesItsPlaceBack() async throws {
        try await withLoop { loop in
            let threads = ToolThreads(
                maximumWaiting: 8,
                startThread: { _, _ throws(SystemError) in
                    throw SystemError(call: "pthread_create", code: EAGAIN)
                })
            let outputs = Inbox<ToolOutput>()
            // More than there are places.
            let count = ToolThreads.maximumThreads + 1
            loop.submit {
                let body = BlockingBody(loop: loop, threads: threads) { _, _ in "never" }
                let request = ToolRequest(arguments: [:], sessionID: "session", maximumResultBytes: 1000)
                for _ in 0..<count {
                    _ = body.start(request) { if case .ended(let output) = $0 { outputs.put(output) } }
                }
            }
            for _ in 0..<count {
                #expect(await outputs.next() == .failure("no thread can be started for it; try again later"))
            }
        }
    }
}
