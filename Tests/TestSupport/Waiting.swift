package import Foundation

/// Returns once `condition` holds, of which nothing tells: a process of another's has ended, a file is written. The test's time
/// limit ends the wait.
package func wait(until condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}

/// The first value that `read` gives, asked again and again like a condition.
package func waitFor<Value>(_ read: () async throws -> Value?) async throws -> Value {
    while true {
        if let value = try await read() { return value }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Runs what blocks, and ends by itself, on a thread of its own: the threads that tests run on are few.
package func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}

/// Whether there is such a process. A zombie does not run any more.
package func isRunning(_ pid: pid_t) -> Bool {
    guard let state = ProcessStatus(of: pid)?.state else { return false }
    return state != "Z"
}

/// What the system tells of a process (proc(5)).
package struct ProcessStatus {
    /// `R`, `S`, `Z`, …
    package let state: Substring
    package let parent: pid_t

    /// nil where there is no such process.
    package init?(of pid: pid_t) {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[end...].dropFirst(2).split(separator: " ")
        guard fields.count > 1, let parent = pid_t(fields[1]) else { return nil }
        state = fields[0]
        self.parent = parent
    }
}
