import EventLoops
import Glibc
import JSON
import Synchronization
import TestSupport
import Testing

@testable import Tools

@Suite(.timeLimit(.minutes(2))) struct MCPSnapshotsTests {
    /// A race can only be found, not proved to be none.
    @Test("Whoever subscribes hears of no list after a newer one")
    func order() async throws {
        let snapshots = MCPSnapshots([MCPServerSpecification(name: "s", command: [])])
        func tools(_ count: Int) throws -> [MCPToolDescription] {
            try (0..<count).map { try MCPToolDescription(["name": .string("\($0)")]) }
        }
        let rounds = 200
        let isOver = Cancellation()
        let lists = [try tools(1), try tools(2)]
        try EventLoops.Thread.start(name: "publisher") {
            while !isOver.isCancelled { for list in lists { snapshots.publish(list, of: "s") } }
        }
        defer { isOver.cancel() }
        try await onThread {
            for _ in 0..<rounds {
                let box = Mutex<(first: Bool, heard: [Int])>((true, []))
                snapshots.subscribe { all in
                    // The first list takes its time, so that others could come before it.
                    if box.withLock({ state in
                        defer { state.first = false }
                        return state.first
                    }) {
                        sched_yield()
                    }
                    box.withLock { $0.heard.append(all[0].tools.count) }
                }
                while box.withLock({ $0.heard.count < 4 }) { sched_yield() }
                snapshots.close()
                // One and two in turn, but for the beginning, where there are none.
                let heard = box.withLock { $0.heard }.drop { $0 == 0 }
                #expect(zip(heard, heard.dropFirst()).allSatisfy { $0 != $1 }, "\(heard)")
            }
        }
    }
}
