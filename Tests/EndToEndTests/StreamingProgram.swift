import Foundation
import TestSupport

/// A program that a test follows while it runs: what it writes so far, signals, then its end.
final class StreamingProgram: Sendable {
    private let program: TestProgram
    private let errors: String

    /// `environment` is all that it gets besides PATH; files go into `directory`, where it runs.
    init(_ name: String, _ arguments: [String], environment: [String: String] = [:], in directory: TemporaryDirectory)
        throws
    {
        errors = try directory.write("errors of \(name)", "")
        program = try TestProgram(
            [BuiltProgram(name: name).path] + arguments,
            environment: TestProgram.basicEnvironment.merging(environment) { $1 }, in: directory.url.path,
            output: .collected, errors: .file(errors))
    }

    /// Returns once so many characters have come on standard output.
    func read(characters: Int) async throws {
        try await program.output.wait { $0.count >= characters }
    }

    func signal(_ number: Int32) { program.signal(number) }

    /// Waits for the end.
    func finish() async throws -> BuiltProgram.Result {
        let output = await program.output.whole()
        return BuiltProgram.Result(
            status: await program.exitCode(), output: output,
            errors: String(decoding: try Data(contentsOf: URL(filePath: errors)), as: UTF8.self))
    }
}
