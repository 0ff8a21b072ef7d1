import AILoop
import HTTP1
import JSON

/// One `GET /models`.
final class ModelListCall: HTTPResponseReceiver {
    /// OpenRouter's list of some hundred models is below a mebibyte.
    static let maximumBodyBytes = 16 * 1024 * 1024

    private let service: OpenRouterService
    private var completion: ((Result<[ModelDescription], ModelError>) -> Void)?
    private var exchange: (any HTTPExchange)?
    private var timer: (any ScheduledWork)?
    private var head: ResponseHead?
    private var body: [UInt8] = []

    init(service: OpenRouterService, completion: @escaping (Result<[ModelDescription], ModelError>) -> Void) {
        self.service = service
        self.completion = completion
    }

    func start() {
        service.retain(self)
        let configuration = service.configuration
        let message = HTTPRequestMessage(
            method: "GET", url: configuration.url("/models"), headers: configuration.headers(accept: "application/json")
        )
        exchange = service.transport.send(message, receiver: self)
        guard configuration.timeout > .zero else { return }
        timer = service.scheduler.schedule(after: configuration.timeout.wholeNanoseconds) {
            self.exchange?.cancel()
            self.end(.failure(CallError.tooSlow(nil, whole: true, configuration)))
        }
    }

    func received(head: ResponseHead) {
        self.head = head
    }

    func received(body bytes: UnsafeRawBufferPointer) {
        body.append(contentsOf: bytes)
        guard body.count > limit else { return }
        exchange?.cancel()
        if isAnswer {
            let detail = "The AI service's list of models is longer than is read of it."
            end(.failure(ModelError(kind: .malformedResponse, detail: detail, retryable: false)))
        } else {
            finished()
        }
    }

    private var isAnswer: Bool { head.map { (200..<300).contains($0.status) } ?? false }
    private var limit: Int { isAnswer ? Self.maximumBodyBytes : APIErrorDecoder.maximumBodyBytes }

    func finished() {
        guard let head else { return end(.failure(CallError.truncated)) }
        guard isAnswer else {
            let redactor = DetailRedactor(key: service.configuration.apiKey)
            let errors = APIErrorDecoder(redactor: redactor, unixTime: service.scheduler.unixTime)
            return end(.failure(errors.responseError(head, body: body)))
        }
        guard let models = Self.models(in: body) else {
            let detail = "The AI service answered with something other than a list of models."
            return end(.failure(ModelError(kind: .malformedResponse, detail: detail, retryable: false)))
        }
        end(.success(models))
    }

    func failed(_ error: HTTPTransportError) {
        end(.failure(CallError.transport(error, responseStarted: head != nil)))
    }

    private func end(_ result: Result<[ModelDescription], ModelError>) {
        timer?.cancel()
        exchange = nil
        let completion = completion
        self.completion = nil
        service.ended(self)
        completion?(result)
    }

    /// `{"data": […]}` as OpenRouter and OpenAI send it, or the bare list of other services. Entries without an id are left
    /// out.
    static func models(in body: [UInt8]) -> [ModelDescription]? {
        guard let root = try? JSONParser.parse(body) else { return nil }
        guard let list = root["data"]?.array ?? root["models"]?.array ?? root.array else { return nil }
        return list.compactMap { entry in
            guard let id = entry["id"]?.string, !id.isEmpty else { return nil }
            return ModelDescription(
                id: id, name: entry["name"]?.string,
                contextLength: entry["context_length"]?.int ?? entry["top_provider"]?["context_length"]?.int,
                supportedParameters: entry["supported_parameters"]?.array?.compactMap(\.string) ?? [])
        }
    }
}
