import Foundation
import Synchronization
import TLSPeer

/// A program that a test follows while it runs: what it writes so far, signals, then its end.
final class StreamingProgram: Sendable {
    private let process = Process()
    private let output = Pipe()
    private let errors: URL
    private let text = Mutex("")

    /// `environment` is all that it gets besides PATH; files go into `directory`, where it runs.
    init(_ name: String, _ arguments: [String], environment: [String: String] = [:], in directory: TemporaryDirectory)
        throws
    {
        errors = URL(filePath: try directory.write("errors of \(name)", ""))
        process.executableURL = URL(filePath: BuiltProgram(name: name).path)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
        process.currentDirectoryURL = directory.url
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.runAlone()
    }

    /// Reads standard output until so many characters have come, or it ends.
    func read(characters: Int) async {
        // On a thread of its own: the threads that tests run on are few.
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                while text.withLock({ $0.count }) < characters {
                    let data = output.fileHandleForReading.availableData
                    if data.isEmpty { break }
                    text.withLock { $0 += String(decoding: data, as: UTF8.self) }
                }
                continuation.resume()
            }
        }
    }

    func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    /// Reads what is left, and waits for the end.
    func finish() async throws -> BuiltProgram.Result {
        await read(characters: .max)
        await process.waitForExit()
        let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
        return BuiltProgram.Result(
            status: process.terminationStatus + signal, output: text.withLock { $0 },
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}
