import ChatUI
import Configuration
import EventLoops
import Glibc
import HTTP1
import Synchronization

/// `chat` in this process: a server's session or one of its own, a terminal or pipes.
struct ChatProcess: Sendable {
    private static let inputChunkBytes = 64 * 1024
    /// What may be piped in as material.
    static let maximumPipedBytes = 16 << 20

    let request: ChatCommand.Request
    /// nil where a server is talked to.
    let settings: Settings?
    let console: Console

    func run() -> ExitCode {
        SignalSource.block([SIGINT])
        let isInteractive = isatty(STDIN_FILENO) == 1
        var message = request.message
        if !isInteractive {
            guard let piped = readPipe() else { return .unreadable }
            // The argument is the question, what is piped in its material.
            let parts = [message, piped.allSatisfy(\.isWhitespace) ? nil : piped].compactMap(\.self)
            guard !parts.isEmpty else {
                console.tell("ailoopctl chat: nothing to say: give a message, or pipe one in\n")
                return .usage
            }
            message = parts.joined(separator: "\n\n")
        }
        let loop: EventLoop
        do {
            loop = try EventLoop(name: "chat")
        } catch {
            console.tell("ailoopctl chat: \(error)\n")
            return .unavailable
        }
        let outcome = Mutex(ExitCode.failed)
        let (inputs, sink) = AsyncStream<ChatInput>.makeStream()
        if isInteractive && message == nil { readLines(into: sink) }
        let options = ChatOptions(
            message: message, model: request.model, systemPrompt: request.systemPrompt, params: request.params,
            asJSON: request.isJSON, isInteractive: isInteractive && message == nil)
        // The loop holds it; without it Ctrl-C would do nothing, which is no reason not to chat.
        loop.submit { _ = try? SignalSource(loop: loop, signals: [SIGINT]) { _ in sink.yield(.interrupt) } }
        // allowed: it ends the loop that the process waits for below
        Task {
            let code = await converse(options, inputs: inputs, loop: loop)
            outcome.withLock { $0 = code }
            loop.stop()
        }
        loop.run()
        return outcome.withLock { $0 }
    }

    private func converse(_ options: ChatOptions, inputs: AsyncStream<ChatInput>, loop: EventLoop) async -> ExitCode {
        let endpoint: SessionEndpoint
        if let url = request.url {
            do throws(HTTPURLError) {
                endpoint = .server(try HTTPURL(url))
            } catch {
                console.tell("ailoopctl chat: --url: \(error.detail)\n")
                return .usage
            }
        } else {
            do throws(SystemError) {
                endpoint = try await .startInProcess(settings ?? Settings())
            } catch {
                console.tell("ailoopctl chat: \(error)\n")
                return .unavailable
            }
        }
        defer { endpoint.stop() }
        let client = await endpoint.connect(on: loop)
        let console = console
        var chat = Chat(
            client: client, options: options,
            output: ChatOutput(
                write: { text in (try? console.write(text)) != nil }, say: { console.tell($0 + "\n") }))
        switch await chat.run(inputs: inputs) {
        case .complete: return .success
        case .broken: return .failed
        case .unreachable: return .unavailable
        case .interrupted: return .interrupted
        }
    }

    // MARK: Standard input

    /// All of it; nil, with a word about it, where it cannot be read, is too much, or is no UTF-8.
    private func readPipe() -> String? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: Self.inputChunkBytes)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                console.tell("ailoopctl chat: standard input cannot be read: \(String(cString: strerror(errno)))\n")
                return nil
            }
            bytes += chunk[..<count]
            guard bytes.count <= Self.maximumPipedBytes else {
                console.tell("ailoopctl chat: standard input is larger than \(Self.maximumPipedBytes >> 20) MiB\n")
                return nil
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            console.tell("ailoopctl chat: standard input is not UTF-8\n")
            return nil
        }
        return text
    }

    /// Lines of the terminal, read on a thread of their own: reading waits.
    private func readLines(into sink: AsyncStream<ChatInput>.Continuation) {
        Thread.start(name: "input") {
            while let line = readLine() { sink.yield(.line(line)) }
            sink.yield(.endOfInput)
        }
    }
}
