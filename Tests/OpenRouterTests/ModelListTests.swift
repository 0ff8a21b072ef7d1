import AILoop
import HTTP1
import Testing

@testable import OpenRouter

@Suite struct ModelListTests {
    private final class Answer {
        var results: [Result<[ModelDescription], ModelError>] = []
    }

    private func ask(_ bench: ServiceBench) -> Answer {
        let answer = Answer()
        bench.service.listModels { answer.results.append($0) }
        return answer
    }

    @Test("the list is asked for with the key, and read in OpenRouter's form")
    func openRouter() throws {
        let bench = ServiceBench()
        let answer = ask(bench)
        let exchange = try #require(bench.exchange)
        #expect(exchange.request.method == "GET")
        #expect(exchange.request.url == "https://openrouter.ai/api/v1/models")
        #expect(exchange.request.headers.first("Authorization") == "Bearer \(ServiceBench.key)")
        exchange.respond(
            body:
                #"{"data":[{"id":"acme/one","name":"One","context_length":8192,"supported_parameters":["tools"],"pricing":{"prompt":"0.1"}},"#
                + #"{"id":"acme/two","top_provider":{"context_length":4096}},{"name":"nameless"}]}"#)
        #expect(
            answer.results == [
                .success([
                    ModelDescription(id: "acme/one", name: "One", contextLength: 8192, supportedParameters: ["tools"]),
                    ModelDescription(id: "acme/two", contextLength: 4096),
                ])
            ])
        #expect(bench.scheduler.pendingCount == 0)
    }

    @Test("other services' lists are read too", arguments: [#"{"models":[{"id":"m"}]}"#, #"[{"id":"m"}]"#])
    func others(_ body: String) {
        let bench = ServiceBench()
        let answer = ask(bench)
        bench.exchange?.respond(body: body)
        #expect(answer.results == [.success([ModelDescription(id: "m")])])
    }

    @Test("what is no list, or no success, is an error")
    func errors() {
        for (status, body, kind) in [
            (200, "<html>", ModelError.Kind.malformedResponse), (200, "{}", .malformedResponse),
            (401, #"{"error":{"message":"bad \#(ServiceBench.key)"}}"#, .unauthorized),
        ] {
            let bench = ServiceBench()
            let answer = ask(bench)
            bench.exchange?.respond(status, body: body)
            guard case .failure(let error)? = answer.results.first else {
                Issue.record("no failure for \(body)")
                continue
            }
            #expect(error.kind == kind)
            #expect(!error.detail.contains("0123456789abcdef"))
        }
    }

    @Test("a key's description is asked for at its own place, and read")
    func key() throws {
        for (body, expected) in [
            (#"{"data":{"label":"k","limit_remaining":74.5}}"#, 74.5), (#"{"data":{"limit_remaining":null}}"#, nil),
        ] as [(String, Double?)] {
            let bench = ServiceBench()
            var results: [Result<KeyDescription, ModelError>] = []
            bench.service.describeKey { results.append($0) }
            #expect(bench.exchange?.request.url == "https://openrouter.ai/api/v1/key")
            bench.exchange?.respond(body: body)
            #expect(results.count == 1)
            #expect(try results[0].get().limitRemaining == expected)
        }
        for body in ["[]", "{}", #"{"data":1}"#, "x"] {
            let bench = ServiceBench()
            var results: [Result<KeyDescription, ModelError>] = []
            bench.service.describeKey { results.append($0) }
            bench.exchange?.respond(body: body)
            #expect(throws: ModelError.self) { try results.first?.get() }
        }
    }

    @Test("a list that does not come in time, a lost connection, a list without end: each is an error, once")
    func failures() {
        let slow = ServiceBench(timeout: .seconds(5))
        let slowAnswer = ask(slow)
        slow.scheduler.advance(.seconds(5))
        #expect(slow.exchange?.isCancelled == true)
        slow.exchange?.finish()
        #expect(slowAnswer.results.count == 1)

        let lost = ServiceBench()
        let lostAnswer = ask(lost)
        lost.exchange?.fail(.connectionRefused)
        #expect(lostAnswer.results.count == 1)
        #expect(lost.scheduler.pendingCount == 0)

        let endless = ServiceBench()
        let endlessAnswer = ask(endless)
        endless.exchange?.head()
        endless.exchange?.body(String(repeating: " ", count: ModelList.maximumBodyBytes))
        #expect(endlessAnswer.results.isEmpty)
        endless.exchange?.body(" ")
        #expect(endlessAnswer.results.count == 1)
        #expect(endless.exchange?.isCancelled == true)
    }
}
