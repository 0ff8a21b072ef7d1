import ChatUI
import Configuration
import EventLoops
import Glibc
import HTTP1
import InteractiveClient
import Synchronization
import Terminal

/// `chat` in this process: a server's session or one of its own, a terminal or pipes, signals.
struct ChatProcess: Sendable {
    enum Place: Sendable {
        case inProcess(Settings)
        case server(HTTPURL, token: String?)
    }

    /// What may be piped in as material.
    static let maximumPipedBytes = 16 << 20

    let place: Place
    let options: ChatOptions
    let isJSON: Bool
    /// nil: nothing is kept.
    let history: HistoryFile?
    let environment: [String: String]
    let console: Console

    func run() throws(OutputError) -> ExitCode {
        let device = TerminalDevice(environment: environment)
        defer { device?.restore() }
        SignalSource.block(ChatSignals.watched(device: device))
        let loop: EventLoop
        do {
            // Where there is no thread for its tasks, the runtime waits for one without a word.
            try Thread.start(name: "first") {}
            loop = try EventLoop(name: "chat")
        } catch {
            console.tell("ailoopctl chat: \(error)\n")
            return .unavailable
        }
        let (inputs, sink) = AsyncStream<ChatInput>.makeStream()
        let signals = ChatSignals(device: device, sink: sink)
        signals.watch(on: loop)
        let result = Mutex<Result<ExitCode, OutputError>>(.success(.failed))
        // allowed: it ends the loop that the process waits for below
        Task {
            let outcome = await converse(inputs: inputs, signals: signals, device: device, loop: loop)
            result.withLock { $0 = outcome }
            loop.stop()
        }
        loop.run()
        return try result.withLock { $0 }.get()
    }

    private func converse(
        inputs: AsyncStream<ChatInput>, signals: ChatSignals, device: TerminalDevice?, loop: EventLoop
    ) async -> Result<ExitCode, OutputError> {
        let endpoint: SessionEndpoint
        switch place {
        case .server(let url, let token): endpoint = .server(url, token: token)
        case .inProcess(let settings):
            do throws(SystemError) {
                endpoint = try await .startInProcess(settings)
            } catch {
                console.tell("ailoopctl chat: \(error)\n")
                return .success(.unavailable)
            }
        }
        defer { endpoint.stop() }
        let writeFault = WriteFault()
        let output = ChatOutput(
            write: { writeFault.write($0, to: console) }, tell: { console.tell($0) },
            isTerminal: console.isOutputTerminal, isColoured: console.coloursErrors)
        var options = options
        options.canAsk = console.isInputTerminal
        let isConversation = options.isConversation
        let view: any ChatView = isJSON ? JSONView(output) : TextView(output, isConversation: isConversation)
        let history = history?.load() ?? InputHistory()
        var chat = Chat(
            options: options, view: view, output: output, editor: device.map { ($0, history) },
            surroundings: surroundings(endpoint, signals: signals, device: device, loop: loop))
        switch await chat.run(inputs: inputs) {
        case .complete: return .success(.success)
        case .broken: return .success(.failed)
        case .unreachable: return .success(.unavailable)
        case .interrupted: return .success(.interrupted)
        case .terminated: return .success(.terminated)
        case .unwritable: return .failure(writeFault.error ?? .closed)
        }
    }

    private func surroundings(
        _ endpoint: SessionEndpoint, signals: ChatSignals, device: TerminalDevice?, loop: EventLoop
    ) -> Chat.Surroundings {
        Chat.Surroundings(
            connect: { await endpoint.connect(on: loop) },
            wait: { milliseconds, body in
                loop.submit { _ = loop.schedule(after: UInt64(milliseconds) * 1_000_000, body) }
            },
            openInput: {
                if let error = signals.openInput() { console.tell("error: nothing can be entered: \(error)\n") }
            },
            mark: { signals.mark() }, discardInput: { signals.discardInput() },
            remember: { history?.append($0) },
            saveFile: { Self.create($0, $1) },
            suspend: { loop.submit { signals.suspend() } },
            took: { signals.took($0) })
    }

    /// Writes a file that is not there yet, for its owner's eyes; what went wrong, nil where nothing did.
    private static func create(_ path: String, _ text: String) -> String? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            return errno == EEXIST ? "there is such a file already" : SystemError.last("open").message
        }
        let fault = writeAll(text, to: descriptor)
        let isClosed = close(descriptor) == 0
        guard fault == nil, isClosed else {
            let words = fault ?? SystemError.last("close").message
            unlink(path)
            return words
        }
        return nil
    }

    private static func writeAll(_ text: String, to descriptor: Int32) -> String? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return SystemError.last("write").message
            }
        }
        return nil
    }
}

/// Why standard output takes no more, once it does not.
private final class WriteFault: Sendable {
    private let state = Mutex<OutputError?>(nil)

    var error: OutputError? { state.withLock { $0 } }

    func write(_ text: String, to console: Console) -> Bool {
        do throws(OutputError) {
            try console.write(text)
            return true
        } catch {
            state.withLock { $0 = error }
            return false
        }
    }
}
