import AILoop
import HTTP1
import JSON

/// One `GET` of something that the service tells about itself.
final class EndpointQuery<Answer>: HTTPResponseReceiver {
    private let path: String
    /// What is asked for, to follow "something other than".
    private let subject: String
    private let maximumBodyBytes: Int
    private let decode: ([UInt8]) -> Answer?
    private let service: OpenRouterService
    private var completion: ((Result<Answer, ModelError>) -> Void)?
    private var exchange: (any HTTPExchange)?
    private var timer: (any ScheduledWork)?
    private var head: ResponseHead?
    private var body: [UInt8] = []

    /// - Parameters:
    ///   - path: behind the base URL; begins with a slash.
    ///   - decode: nil where the body is not what was asked for.
    init(
        _ path: String, _ subject: String, maximumBodyBytes: Int, service: OpenRouterService,
        decode: @escaping ([UInt8]) -> Answer?, completion: @escaping (Result<Answer, ModelError>) -> Void
    ) {
        self.path = path
        self.subject = subject
        self.maximumBodyBytes = maximumBodyBytes
        self.decode = decode
        self.service = service
        self.completion = completion
    }

    func start() {
        service.retain(self)
        let configuration = service.configuration
        let message = HTTPRequestMessage(
            method: "GET", url: configuration.url(path), headers: configuration.headers(accept: "application/json")
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
            let detail = "The AI service's \(subject) is longer than is read of it."
            end(.failure(ModelError(kind: .malformedResponse, detail: detail, retryable: false)))
        } else {
            finished()
        }
    }

    private var isAnswer: Bool { head.map { (200..<300).contains($0.status) } ?? false }
    private var limit: Int { isAnswer ? maximumBodyBytes : APIErrorDecoder.maximumBodyBytes }

    func finished() {
        guard let head else { return end(.failure(CallError.truncated)) }
        guard isAnswer else {
            let redactor = DetailRedactor(key: service.configuration.apiKey)
            let errors = APIErrorDecoder(redactor: redactor, unixTime: service.scheduler.unixTime)
            return end(.failure(errors.responseError(head, body: body)))
        }
        guard let answer = decode(body) else {
            let detail = "The AI service answered with something other than a \(subject)."
            return end(.failure(ModelError(kind: .malformedResponse, detail: detail, retryable: false)))
        }
        end(.success(answer))
    }

    func failed(_ error: HTTPTransportError) {
        end(.failure(CallError.transport(error, responseStarted: head != nil)))
    }

    private func end(_ result: Result<Answer, ModelError>) {
        timer?.cancel()
        exchange = nil
        let completion = completion
        self.completion = nil
        service.ended(self)
        completion?(result)
    }
}
