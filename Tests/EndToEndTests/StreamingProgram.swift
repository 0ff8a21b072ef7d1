import Foundation

/// A program that a test follows while it runs: what it writes so far, signals, then its end.
final class StreamingProgram {
    private let process = Process()
    private let output = Pipe()
    private let errors: URL
    private let scratch: TemporaryDirectory
    /// All that was written so far.
    private(set) var text = ""

    /// `environment` is all that it gets besides PATH.
    init(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        scratch = try TemporaryDirectory()
        errors = URL(filePath: try scratch.write("errors", ""))
        process.executableURL = URL(filePath: BuiltProgram(name: name).path)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
        process.currentDirectoryURL = scratch.url
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
    }

    /// Reads standard output until so many characters have come, or it ends.
    func read(characters: Int) {
        while text.count < characters, readMore() {}
    }

    func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    /// Reads what is left, and waits for the end.
    func finish() throws -> BuiltProgram.Result {
        while readMore() {}
        process.waitUntilExit()
        let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
        return BuiltProgram.Result(
            status: process.terminationStatus + signal, output: text,
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }

    private func readMore() -> Bool {
        let data = output.fileHandleForReading.availableData
        text += String(decoding: data, as: UTF8.self)
        return !data.isEmpty
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}
