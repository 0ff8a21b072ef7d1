import EventLoops
import Foundation
import HTTP1
import InteractiveClient
import JSON
import TestSupport
import Testing

/// `ailoopctl serve` in a process of its own, on a free port.
final class RunningServer: Sendable {
    /// The loop of all clients.
    private static let loop = Result {
        let loop = try EventLoop(name: "clients")
        try loop.start()
        return loop
    }

    private let program: TestProgram
    /// `127.0.0.1:PORT`
    let address: String

    /// Returns when the server says that it listens.
    ///
    /// - Parameters:
    ///   - readsLog: false: nobody reads on what the server writes, so that the pipe fills.
    ///   - launcher: a program, with arguments, that becomes the one that the further arguments name.
    init(
        _ arguments: [String] = ["--ai-service", "mock"], environment: [String: String] = [:],
        in directory: URL = FileManager.default.temporaryDirectory, readsLog: Bool = true, launcher: [String] = []
    ) async throws {
        program = try TestProgram(
            launcher + [BuiltProgram(name: "ailoopctl").path, "serve", "--port", "0"] + arguments,
            environment: TestProgram.basicEnvironment.merging(environment) { $1 }, in: directory.path,
            errors: readsLog ? .collected : .collectedUpTo("health "))
        address = try await program.output.wait(for: "listening on ws://", thenUpTo: "/")
        try await program.output.wait(for: "health ")
    }

    var pid: Int32 { program.pid }

    /// The next line of the log, behind those that were waited for before, that contains `text`.
    @discardableResult
    func line(_ text: String) async throws -> String { try await program.output.line(with: text) }

    func signal(_ number: Int32) { program.signal(number) }

    /// The exit code as a shell reports it.
    func exitCode() async -> Int32 { await program.exitCode() }

    /// A client of the API.
    func connect(token: String? = nil) async throws -> RPCClient {
        let client = RPCClient()
        client.use(
            await WebSocketTransport.open(
                try HTTPURL("ws://\(address)/ws"), options: WebSocketTransport.Options(token: token),
                loop: try Self.loop.get(), onEvent: { client.receive($0) }))
        try await client.waitUntilOpen()
        return client
    }

    /// The metrics page.
    func metrics() async throws -> String {
        let (host, port) = (address.prefix { $0 != ":" }, address.split(separator: ":").last ?? "")
        let request = #"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"#
        let result = try await BuiltProgram(name: "ailoopctl").shell(
            "exec 3<>/dev/tcp/\(host)/\(port) && printf '\(request)' >&3 && cat <&3")
        return result.output
    }

    /// The value of a metric without labels.
    func metric(_ name: String) async throws -> Int {
        let line = try await metrics().split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return try #require(line?.split(separator: " ").last.flatMap { Int($0) }, "\(name)")
    }
}
