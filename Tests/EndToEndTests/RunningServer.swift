import EventLoops
import Foundation
import HTTP1
import InteractiveClient
import JSON
import TLSPeer
import Testing

/// `ailoopctl serve` in a process of its own, on a free port.
final class RunningServer: Sendable {
    let process: Process
    /// `127.0.0.1:PORT`
    let address: String
    /// What the server writes its log to.
    private let errors: Pipe

    /// Returns when the server says that it listens.
    ///
    /// - Parameters:
    ///   - readsLog: false: nobody reads on what the server writes, so that the pipe fills.
    ///   - launcher: a program, with arguments, that becomes the one that the further arguments name.
    init(
        _ arguments: [String] = ["--ai-service", "mock"], environment: [String: String] = [:], readsLog: Bool = true,
        launcher: [String] = []
    ) async throws {
        let process = Process()
        let command = launcher + [BuiltProgram(name: "ailoopctl").path, "serve", "--port", "0"] + arguments
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
        process.currentDirectoryURL = FileManager.default.temporaryDirectory
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardError = pipe
        try process.runAlone()
        let text = try await Self.read(pipe.fileHandleForReading, until: "health ")
        let start = try #require(text.range(of: "listening on ws://"))
        address = String(text[start.upperBound...].prefix { $0 != "/" })
        self.process = process
        errors = pipe
        guard readsLog else { return }
        pipe.fileHandleForReading.readabilityHandler = { handle in
            if handle.availableData.isEmpty { handle.readabilityHandler = nil }
        }
    }

    /// On a thread of its own: the threads that tests run on are few.
    private static func read(_ handle: FileHandle, until end: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                var text = ""
                while !text.contains(end) {
                    let data = handle.availableData
                    guard !data.isEmpty else { return continuation.resume(throwing: ServerFailure(text: text)) }
                    text += String(decoding: data, as: UTF8.self)
                }
                continuation.resume(returning: text)
            }
        }
    }

    func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    /// The exit code as a shell reports it.
    func exitCode() async -> Int32 {
        await process.waitForExit()
        return process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
    }

    /// A client of the API.
    func connect(token: String? = nil) async throws -> RPCClient {
        let loop = try EventLoop(name: "client")
        loop.start()
        let client = RPCClient()
        client.use(
            await WebSocketTransport.open(
                try HTTPURL("ws://\(address)/ws"), options: WebSocketTransport.Options(token: token), loop: loop,
                onEvent: { client.receive($0) }))
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

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}

struct ServerFailure: Error, CustomStringConvertible {
    var text: String
    var description: String { "the server did not start: \(text)" }
}
