import Configuration
import EventLoops
import HTTP1
import InteractiveServer
import JSON
import ScriptedUpstream
import Testing

/// `validate-config --online`, over real sockets.
@Suite(.timeLimit(.minutes(5))) struct EndpointInquiryTests {
    private func ask(
        _ upstream: ScriptedUpstream, _ configure: (inout Settings) -> Void = { _ in }
    ) async throws -> EndpointFacts {
        try await ask(upstream.url + "/v1", configure)
    }

    private func ask(_ url: String, _ configure: (inout Settings) -> Void = { _ in }) async throws -> EndpointFacts {
        var settings = Settings()
        settings.openRouter.baseURL = url
        settings.openRouter.apiKey = Secret("a-key")
        configure(&settings)
        let loop = try EventLoop(name: "inquiry")
        try loop.start()
        defer { loop.stop() }
        return await withCheckedContinuation { continuation in
            EndpointInquiry.ask(settings, on: loop) { continuation.resume(returning: $0) }
        }
    }

    private static let models: JSONValue = [
        "data": [["id": "acme/one", "context_length": 8192, "supported_parameters": ["tools"]], ["id": "acme/two"]]
    ]

    @Test("models and key are asked for with the key")
    func good() async throws {
        let key: JSONValue = ["data": ["label": "k", "limit_remaining": 2]]
        try await ScriptedUpstream.with(replies: [.json(Self.models), .json(key)]) { upstream in
            let facts = try await ask(upstream)
            let models = try facts.models.get()
            #expect(models.map(\.id) == ["acme/one", "acme/two"])
            #expect(models[0].contextLength == 8192 && models[0].supportedParameters == ["tools"])
            #expect(try facts.key?.get().limitRemaining == 2)
            for (number, target) in [(0, "/v1/models"), (1, "/v1/key")] {
                let request = try await upstream.request(number)
                #expect(request.head.target == target)
                #expect(request.head.headers.first("Authorization") == "Bearer a-key")
            }
        }
    }

    @Test("a service that is not OpenRouter is not asked for the key, nor is anybody without one")
    func withoutKey() async throws {
        try await ScriptedUpstream.with(replies: [.json(["data": [["id": "llama"]]])]) { upstream in
            let facts = try await ask(upstream)
            #expect(facts.key == nil && upstream.requestCount == 1)
        }
        try await ScriptedUpstream.with(replies: [.json(Self.models)]) { upstream in
            let facts = try await ask(upstream) { $0.openRouter.apiKey = nil }
            #expect(facts.key == nil && upstream.requestCount == 1)
        }
    }

    @Test("a key that is refused is told, whichever page refuses it; one that no page knows is no trouble")
    func keys() async throws {
        let refusal: [ScriptStep] = .json(status: 401, ["error": ["code": 401, "message": "User not found."]])
        try await ScriptedUpstream.with(replies: [refusal]) { upstream in
            let facts = try await ask(upstream)
            guard case .failure(.refusedKey(let detail)) = facts.models else {
                Issue.record("the key is not refused")
                return
            }
            #expect(detail.contains("User not found") && !detail.hasSuffix("."))
        }
        try await ScriptedUpstream.with(replies: [.json(Self.models), refusal]) { upstream in
            let facts = try await ask(upstream)
            guard case .failure(.refusedKey)? = facts.key else {
                Issue.record("the key is not refused")
                return
            }
        }
        try await ScriptedUpstream.with(replies: [.json(Self.models), .json(status: 404, [:])]) { upstream in
            let facts = try await ask(upstream)
            #expect(facts.key == nil)
        }
    }

    @Test(
        "an endpoint that is silent, broken or gone does not answer, one that fails says so; something else is no list")
    func faults() async throws {
        func isUnreachable(_ facts: EndpointFacts) -> Bool {
            if case .failure(.unreachable) = facts.models { true } else { false }
        }
        for reply in [[ScriptStep.reset], [.close]] {
            try await ScriptedUpstream.with(replies: [reply]) { upstream in
                let facts = try await ask(upstream)
                #expect(isUnreachable(facts), "\(reply)")
            }
        }
        for status in [429, 500, 503] {
            try await ScriptedUpstream.with(replies: [.json(status: status, [:])]) { upstream in
                let facts = try await ask(upstream)
                guard case .failure(.failing(let detail)) = facts.models else {
                    Issue.record("status \(status) is no failure: \(facts)")
                    return
                }
                #expect(detail.contains("\(status)"))
            }
        }
        try await ScriptedUpstream.with(replies: [[.hang]]) { upstream in
            let facts = try await ask(upstream) { $0.openRouter.timeout = .milliseconds(50) }
            #expect(isUnreachable(facts))
        }
        // The system hands this port out to no other test.
        let facts = try await ask("http://127.0.0.1:1/v1")
        #expect(isUnreachable(facts))
        for reply in [
            [ScriptStep].json(status: 404, [:]), .json(["hello": 1]), .reply(status: 200, body: Array("<html>".utf8)),
        ] {
            try await ScriptedUpstream.with(replies: [reply]) { upstream in
                let facts = try await ask(upstream)
                guard case .failure(.unreadable) = facts.models else {
                    Issue.record("it is taken for a list: \(reply)")
                    return
                }
            }
        }
    }
}
