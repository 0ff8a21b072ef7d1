import Foundation
import TestSupport

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
        let program = try TestProgram(
            [path] + arguments, environment: TestProgram.basicEnvironment.merging(environment) { $1 },
            in: (directory ?? scratch.url).path, input: .file(urls["in"]?.path ?? ""),
            output: .file(urls["out"]?.path ?? ""), errors: .file(urls["err"]?.path ?? ""))
        let status = await program.exitCode()
        let text: (String) throws -> String = { name in
            try urls[name].map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) } ?? ""
        }
        return Result(status: status, output: try text("out"), errors: try text("err"))
    }
}

/// A directory that is gone with its owner.
final class TemporaryDirectory: Sendable {
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
