package import Foundation
import Synchronization

/// Runs `openssl` with `arguments` to its end.
package func runOpenSSL(_ arguments: [String], in directory: URL) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = directory
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.runAlone()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw ToolFailure(description: "openssl \(arguments.joined(separator: " ")): \(text)")
    }
}

package struct ToolFailure: Error, CustomStringConvertible {
    package var description: String
}

/// Foundation has crashed within `run()` where several threads were in it.
private let launching = Mutex(())

extension Process {
    /// As `run()`, one at a time.
    package func runAlone() throws {
        try launching.withLock { _ in try run() }
    }
}
