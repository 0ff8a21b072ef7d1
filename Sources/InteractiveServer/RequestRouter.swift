import JSON
import JSONRPC
import SessionProtocol
import Sessions

/// Turns the messages of clients into requests, carries them out on this loop's sessions, and answers.
///
/// The answer of a request, or of a batch as a whole, is sent before the notifications that it causes.
final class RequestRouter {
    /// Takes the answer of a request: called once, at once or later.
    typealias Reply = (Result<JSONValue, JSONRPCError>) -> Void

    unowned let worker: Worker

    init(worker: Worker) {
        self.worker = worker
    }

    /// Takes one message of a client, whatever it is.
    func receive(_ message: [UInt8], from client: Client) {
        let calls = JSONRPCCalls(decoding: message)
        switch route(of: calls, client: client) {
        case .here: perform(calls, from: client)
        case .move(let connection, let loopIndex): connection.move(to: loopIndex, message: message)
        case .forward(let loopIndex): worker.forward(message, of: client, to: loopIndex)
        }
    }

    /// Takes one request of a batch that another loop has got. What it causes comes after `completion`.
    func receive(
        _ request: JSONRPCRequest, from client: Client, completion: @escaping (JSONRPCResponse?) -> Void
    ) {
        client.beginRequest()
        perform(.request(request), from: client, completion: completion)
        client.endRequest()
    }

    private func perform(_ calls: JSONRPCCalls, from client: Client) {
        client.answersUnderWay += 1
        switch calls {
        case .single(let call):
            client.beginRequest()
            perform(call, from: client) { [worker] response in
                client.answersUnderWay -= 1
                guard let response else { return }
                worker.countError(in: response)
                client.answer(response.encoded())
            }
            client.endRequest()
        case .batch(let calls):
            perform(calls, from: client)
        }
    }

    /// What waits for the AI service comes first: notifications are held back for the rest only, which takes no time.
    private func perform(_ batch: [JSONRPCCall], from client: Client) {
        collect(batch.filter(\.waitsForService), from: client) { [self] answersOfService in
            // A client that is gone meanwhile starts nothing any more.
            guard client.link != nil else { return }
            client.beginRequest()
            collect(batch.filter { !$0.waitsForService }, from: client) { [worker] answers in
                let responses = answersOfService + answers
                for response in responses { worker.countError(in: response) }
                if let array = JSONRPCResponse.encodedBatch(responses) { client.answer(array) }
                client.answersUnderWay -= 1
                client.endRequest()
            }
        }
    }

    private func collect(
        _ calls: [JSONRPCCall], from client: Client, completion: @escaping ([JSONRPCResponse]) -> Void
    ) {
        let batch = BatchAnswer(count: calls.count, completion: completion)
        for call in calls {
            if case .request(let request) = call, let loopIndex = otherLoop(of: request, client: client) {
                worker.forward(request, of: client, to: loopIndex) { batch.add($0) }
            } else {
                perform(call, from: client) { batch.add($0) }
            }
        }
    }

    private func perform(
        _ call: JSONRPCCall, from client: Client, completion: @escaping (JSONRPCResponse?) -> Void
    ) {
        switch call {
        case .invalid(let response):
            completion(response)
        case .request(let request):
            dispatch(request, from: client) { outcome in
                // A request without an id is carried out and never answered.
                completion(request.id.map { JSONRPCResponse(id: $0, outcome: outcome) })
            }
        }
    }

    private func dispatch(_ request: JSONRPCRequest, from client: Client, reply: @escaping Reply) {
        guard let method = SessionMethod(rawValue: request.method) else {
            return reply(.failure(.methodNotFound(request.method)))
        }
        do throws(JSONRPCError) {
            try perform(method, request.params, from: client, reply: reply)
        } catch {
            reply(.failure(error))
        }
    }

    private func perform(
        _ method: SessionMethod, _ params: JSONValue?, from client: Client, reply: @escaping Reply
    ) throws(JSONRPCError) {
        switch method {
        case .startSession: try startSession(StartSessionParams(params), client, reply)
        case .sendUserMessage: try sendUserMessage(params, client, reply)
        case .provideToolResult: try provideToolResult(ProvideToolResultParams(params), client, reply)
        case .approveToolCall: try approveToolCall(ApproveToolCallParams(params), client, reply)
        case .stopSession: try stopSession(SessionParams(params), client, reply)
        case .cancelMessage: try cancelMessage(CancelMessageParams(params), client, reply)
        case .pauseSession: try pauseSession(SessionParams(params), client, reply)
        case .resumeSession: try resumeSession(SessionParams(params), client, reply)
        case .attachSession: try attachSession(AttachSessionParams(params), client, reply)
        case .getHistory: try getHistory(SessionParams(params), client, reply)
        case .listModels: listModels(reply)
        case .getServerInfo: getServerInfo(reply)
        case .echo: reply(.success(params?["message"] ?? params ?? .null))
        }
    }
}

extension JSONRPCCall {
    /// Whether the answer comes from the AI service, and so at some time.
    fileprivate var waitsForService: Bool {
        if case .request(let request) = self { request.method == SessionMethod.listModels.rawValue } else { false }
    }
}

/// Collects the answers of a batch; what has come when the last one arrives is sent as one.
private final class BatchAnswer {
    private var missing: Int
    private var responses: [JSONRPCResponse] = []
    private let completion: ([JSONRPCResponse]) -> Void

    init(count: Int, completion: @escaping ([JSONRPCResponse]) -> Void) {
        missing = count
        self.completion = completion
        if count == 0 { completion([]) }
    }

    /// nil for a request that is not answered.
    func add(_ response: JSONRPCResponse?) {
        if let response { responses.append(response) }
        missing -= 1
        if missing == 0 { completion(responses) }
    }
}
