import AILoop
import EventLoops
import Foundation
import JSON
import Observability
import Testing

@testable import Tools

/// Runs a test's body on a loop of its own.
func withLoop(_ name: String = #function, _ body: (EventLoop) async throws -> Void) async throws {
    let loop = try EventLoop(name: name)
    try loop.start()
    defer { loop.stop() }
    try await body(loop)
}

extension EventLoop {
    /// Runs `body` on the loop and returns what it makes.
    func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            submit { continuation.resume(with: Result { try body() }) }
        }
    }
}

/// Values that a loop hands to a waiting test, in order.
final class Inbox<Element: Sendable>: Sendable {
    private let stream: AsyncStream<Element>
    private let continuation: AsyncStream<Element>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func put(_ element: Element) { continuation.yield(element) }

    /// nil where the test was cancelled meanwhile.
    func next() async -> Element? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }
}

/// A directory that is removed when the test is over.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/ailoopctl-tools-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template), let real = realpath(made, nil) else { throw CocoaError(.fileWriteUnknown) }
        path = String(cString: real)
        free(real)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    @discardableResult
    func write(_ name: String, _ content: String) throws -> String {
        let file = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(content.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
    }

    func makeExecutable(_ name: String, _ script: String) throws -> String {
        let file = try write(name, script)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        return file
    }

    /// Everything in it, hidden files too.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}

/// A box of tools on a loop, for calls from a test.
struct TestBox: Sendable {
    let loop: EventLoop
    let host: ToolHost?
    let box: LoopBound<ToolBox>

    /// Another loop's box of the same host.
    init(of host: ToolHost, on loop: EventLoop) async throws {
        self.loop = loop
        self.host = host
        box = try await loop.run { LoopBound(host.makeBox(loop: loop), loop: loop) }
    }

    init(
        _ configuration: ToolConfiguration, limits: ToolLimits = ToolLimits(), on loop: EventLoop, log: Logger? = nil
    ) async throws {
        let log = try log ?? Logger(level: .error)
        try await self.init(of: ToolHost.start(configuration, limits: limits, log: log), on: loop)
    }

    /// A box of a test's own tools.
    init(
        on loop: EventLoop, maximumWait: UInt64 = 600 * second,
        tools: @escaping @Sendable (EventLoop) -> [(name: String, timeout: UInt64, body: any ToolBody)]
    ) async throws {
        self.loop = loop
        host = nil
        box = try await loop.run {
            let tools = tools(loop).map { name, timeout, body in
                RunnableTool(
                    definition: ToolDefinition(name: name, definition: [:]), policy: .allow, timeout: timeout,
                    body: body)
            }
            return LoopBound(
                ToolBox(loop: loop, maximumResultBytes: 1000, maximumWait: maximumWait, fixedTools: tools), loop: loop)
        }
    }

    func definitions() async -> [ToolDefinition] {
        await box.read { $0.tools.members.map(\.definition) }
    }

    func names() async -> [String] {
        await box.read { $0.tools.members.map(\.definition.name) }
    }

    /// What a call comes to.
    func call(_ name: String, _ arguments: JSONObject = [:], session: String = "s") async -> ToolRunReport {
        await start(name, arguments, session: session).result()
    }

    func start(_ name: String, _ arguments: JSONObject = [:], session: String = "s") async -> TestRun {
        let reports = Inbox<ToolRunReport>()
        let run = await withCheckedContinuation { (continuation: CheckedContinuation<LoopBound<any ToolRun>, Never>) in
            box.submit { [loop] box in
                let call = ToolCall(id: "c", name: name, arguments: "")
                let run = box.start(call, arguments: arguments, for: session) { reports.put($0) }
                continuation.resume(returning: LoopBound(run, loop: loop))
            }
        }
        return TestRun(run: run, reports: reports)
    }

    /// Waits until nothing runs any more.
    func stop() async {
        host?.stop()
        await host?.stopped()
    }
}

struct TestRun: Sendable {
    let run: LoopBound<any ToolRun>
    let reports: Inbox<ToolRunReport>

    func result() async -> ToolRunReport {
        await reports.next() ?? ToolRunReport(content: "the test was cancelled", outcome: .error)
    }

    func cancel() {
        run.submit { $0.cancel() }
    }
}

let second: UInt64 = 1_000_000_000
