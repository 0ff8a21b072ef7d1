import Configuration
import Diagnostics
import Testing

@Suite struct EndpointFactsTests {
    private let listed: [EndpointFacts.Model] = [
        .init(id: "acme/one", contextLength: 8192, supportedParameters: ["temperature", "tools", "max_tokens"]),
        .init(id: "acme/two", contextLength: 4096, supportedParameters: ["temperature"]),
    ]

    private func judged(
        _ yaml: String, models: Result<[EndpointFacts.Model], EndpointFacts.Fault>,
        key: Result<EndpointFacts.Key, EndpointFacts.Fault>? = nil
    ) -> LoadedConfiguration {
        var loaded = load(yaml, environment: ["OPENROUTER_API_KEY": "k"])
        loaded.judge(by: EndpointFacts(models: models, key: key))
        return loaded
    }

    @Test("an endpoint with the models and a good key leaves nothing to say")
    func good() {
        let yaml = "openrouter: {model: acme/one, fallback_models: [\"acme/two:free\"], params: {temperature: 1}}"
        let loaded = judged(yaml, models: .success(listed), key: .success(.init(limitRemaining: 1)))
        #expect(loaded.lines.isEmpty)
        #expect(judged("openrouter: {model: \"@preset/mine\"}", models: .success(listed)).codes.isEmpty)
    }

    @Test("each named model must be there, and is told at its own place")
    func models() {
        let yaml = "openrouter:\n  model: acme/oen\n  fallback_models:\n    - acme/two\n    - other/three\n"
        let loaded = judged(yaml, models: .success(listed))
        #expect(
            loaded.lines == [
                "AL074 2:10 the endpoint has no model `acme/oen`", "AL074 5:7 the endpoint has no model `other/three`",
            ])
        #expect(loaded.diagnostics[0].help == "did you mean `acme/one`?")
        #expect(loaded.diagnostics[1].help == "it has `acme/one`, `acme/two`")
        #expect(loaded.settings == nil)
        // Where nothing is said of parameters, the server may take any name.
        let local = judged("openrouter: {model: a/b}", models: .success([.init(id: "llama")]))
        let tagged = judged("openrouter: {model: a/b}", models: .success([.init(id: "a/b:latest")]))
        #expect(tagged.codes.isEmpty)
        #expect(local.codes == ["AL074"] && local.settings != nil)
    }

    @Test("what a model does not support is told: parameters, tools, context")
    func support() {
        let yaml = """
            openrouter: {model: acme/two, params: {top_k: 4, temperature: 1, user: me}}
            ai_loop: {max_tokens: 10, max_context_tokens: 5000}
            tools: {timeout_seconds: 5, builtin: [calculate]}
            """
        let loaded = judged(yaml, models: .success(listed))
        #expect(
            loaded.lines == [
                "AL076 2:47 `acme/two` takes at most 4096 tokens, fewer than `ai_loop.max_context_tokens` (5000)",
                "AL075 1:40 `acme/two` does not support the parameter `top_k`",
                "AL075 2:23 `acme/two` does not support the parameter `max_tokens`",
                "AL075 3:38 `acme/two` does not use tools, which are configured",
            ])
        #expect(loaded.settings != nil)
        let limitsOnly = judged(
            "openrouter: {model: acme/two}\ntools: {timeout_seconds: 5}", models: .success(listed))
        #expect(limitsOnly.lines.isEmpty)
        let strict = yaml.replacing("user: me}", with: "user: me}, provider: {require_parameters: true}")
        #expect(judged(strict, models: .success(listed)).settings == nil)
    }

    @Test("faults of endpoint and key have codes of their own, once each")
    func faults() {
        let yaml = "openrouter: {model: acme/one}"
        #expect(judged(yaml, models: .failure(.unreachable("it is gone"))).codes == ["AL070"])
        #expect(
            judged(yaml, models: .failure(.failing("status 500"))).lines == [
                "AL070 1:1 the endpoint https://openrouter.ai/api/v1 answers with a failure: status 500"
            ])
        #expect(judged(yaml, models: .failure(.unreadable("no list"))).codes == ["AL073"])
        #expect(judged(yaml + "\n", models: .success([])).codes == ["AL073"])
        #expect(judged(yaml, models: .failure(.refusedKey("no"))).codes == ["AL071"])
        #expect(judged(yaml, models: .success(listed), key: .failure(.refusedKey("no"))).codes == ["AL071"])
        #expect(judged(yaml, models: .success(listed), key: .success(.init(limitRemaining: 0))).codes == ["AL072"])
        #expect(judged(yaml, models: .success(listed), key: .success(.init())).codes.isEmpty)
    }
}
