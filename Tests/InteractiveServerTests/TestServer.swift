import Configuration
import EventLoops
import Glibc
import InteractiveServer
import JSON
import Observability
import ScriptedUpstream
import Sessions
import Testing

/// A real server on a free port in front of a scripted upstream.
final class TestServer: Sendable {
    let server: InteractiveServer
    let upstream: ScriptedUpstream
    let metrics: Metrics
    private let settings: Settings

    /// The loop of all the tests' clients, off the server's.
    static let clientLoop: EventLoop = {
        // swift-format-ignore: NeverUseForceTry
        let loop = try! EventLoop(name: "clients")
        // swift-format-ignore: NeverUseForceTry
        try! loop.start()
        return loop
    }()

    var address: SocketAddress { server.address }

    private init(server: InteractiveServer, upstream: ScriptedUpstream, metrics: Metrics, settings: Settings) {
        self.settings = settings
        self.server = server
        self.upstream = upstream
        self.metrics = metrics
    }

    static func start(
        _ configure: (inout Settings) -> Void = { _ in }, delegates: [any AILoopDelegate] = [], log: Logger? = nil,
        script: @escaping ScriptedUpstream.Script
    ) async throws -> TestServer {
        let upstream = try await ScriptedUpstream.start(script: script)
        var settings = Settings()
        settings.openRouter.baseURL = upstream.url + "/v1"
        settings.openRouter.model = "test/model"
        settings.openRouter.retryBase = .milliseconds(1)
        settings.openRouter.maximumRetries = 0
        settings.aiLoop.systemPrompt = "Be brief."
        // Given, so that the upstream is not asked for its models.
        settings.aiLoop.maximumContextTokens = 32_768
        settings.server.port = 0
        // A busy machine may take its time; tests of these limits set their own.
        settings.server.handshakeTimeout = .seconds(300)
        settings.server.pingInterval = .seconds(300)
        settings.server.eventLoops = 2
        configure(&settings)
        let metrics = Metrics()
        let log = try log ?? Logger(level: .error)
        let server = try await InteractiveServer.start(
            settings: settings, metrics: metrics, log: log, delegates: delegates,
            makeService: ModelServices.factory(settings: settings, metrics: metrics, log: log))
        return TestServer(server: server, upstream: upstream, metrics: metrics, settings: settings)
    }

    func stop() {
        server.stop()
        upstream.stop()
    }

    /// Has the server take over the settings that it was started with, but for these tokens.
    func replaceTokens(_ tokens: [Secret]) {
        var settings = settings
        settings.server.auth.tokens = tokens
        server.reconfigure(settings, makeService: ModelServices().factory(for: settings), completion: {})
    }

    /// The messages of the request of that number, as the upstream got them.
    func messages(ofRequest number: Int) async throws -> [JSONValue] {
        let body = try JSONParser.parse(try await upstream.request(number).body)
        return try #require(body["messages"]?.array)
    }
}

/// Runs `body` with a server whose upstream does what `script` says.
func withServer(
    _ configure: (inout Settings) -> Void = { _ in }, delegates: [any AILoopDelegate] = [], log: Logger? = nil,
    script: @escaping ScriptedUpstream.Script, _ body: (TestServer) async throws -> Void
) async throws {
    let server = try await TestServer.start(configure, delegates: delegates, log: log, script: script)
    defer { server.stop() }
    try await body(server)
}

/// For what has to happen within a time limit that is to pass: on a machine too busy for a short one a longer one is tried.
///
/// - Parameter body: false where the limit passed too early.
func withGrowingLimit(_ body: (Duration) async throws -> Bool) async throws {
    for limit in [Duration.milliseconds(400), .seconds(4), .seconds(40)] where try await body(limit) { return }
    throw TestFailure("within no limit that was tried")
}

/// Runs `body` with a server whose upstream answers every request with these texts.
func withServer(
    _ configure: (inout Settings) -> Void = { _ in }, answering texts: [String],
    _ body: (TestServer) async throws -> Void
) async throws {
    try await withServer(configure, script: { _ in .answer(texts) }, body)
}

extension [ScriptStep] {
    /// A whole answer of the model: one event for each text, each in a chunk of its own.
    static func answer(_ texts: [String]) -> [ScriptStep] {
        .eventStream(
            texts.map(ChatCompletionEvent.text) + [
                ChatCompletionEvent.finish(), ChatCompletionEvent.usage(prompt: 3, completion: texts.count),
                ChatCompletionEvent.done,
            ])
    }

    /// Text, then nothing more until the client closes.
    static func beginning(_ texts: [String]) -> [ScriptStep] {
        [.eventStreamHead()] + texts.map { .event(ChatCompletionEvent.text($0)) } + [.hang]
    }
}
