import Foundation
import TLSPeer

/// The programs that were built along with these tests, run as a person would.
struct BuiltProgram {
    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Beside the bundle of the tests, which is what runs now.
    static let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    let name: String

    var path: String { Self.directory.appending(path: name).path }

    /// Runs the program to its end. `environment` is all that it gets besides PATH.
    func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:], in directory: URL? = nil
    ) async throws -> Result {
        try await Self.run(path, arguments, input: input, environment: environment, in: directory)
    }

    /// Runs a line of shell in which `$PROGRAM` is the program.
    func shell(
        _ line: String, environment: [String: String] = [:], in directory: URL? = nil
    ) async throws -> Result {
        let environment = environment.merging(["PROGRAM": path]) { $1 }
        return try await Self.run("/bin/bash", ["-c", line], input: "", environment: environment, in: directory)
    }

    /// Output goes through files, which take any amount while nobody reads.
    private static func run(
        _ path: String, _ arguments: [String], input: String, environment: [String: String], in directory: URL?
    ) async throws -> Result {
        let scratch = try TemporaryDirectory()
        let files = try ["in": input, "out": "", "err": ""].mapValues { Data($0.utf8) }.map { name, content in
            let url = scratch.url.appending(path: name)
            try content.write(to: url)
            return (name, url)
        }
        let urls = Dictionary(uniqueKeysWithValues: files)
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/local/bin:/usr/bin:/bin"]) { own, _ in own }
        process.currentDirectoryURL = directory ?? scratch.url
        process.standardInput = try urls["in"].map { try FileHandle(forReadingFrom: $0) }
        process.standardOutput = try urls["out"].map { try FileHandle(forWritingTo: $0) }
        process.standardError = try urls["err"].map { try FileHandle(forWritingTo: $0) }
        try process.runAlone()
        await process.waitForExit()
        let text: (String) throws -> String = { name in
            try urls[name].map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) } ?? ""
        }
        // What a shell would report of a program that a signal ended.
        let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
        return Result(status: process.terminationStatus + signal, output: try text("out"), errors: try text("err"))
    }
}

extension Process {
    /// Returns when the process has ended. Waits on a thread of its own: the threads that tests run on are few.
    func waitForExit() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                self.waitUntilExit()
                continuation.resume()
            }
        }
    }
}

/// A directory that is gone with its owner.
final class TemporaryDirectory {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "ailoopctl-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = url.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
