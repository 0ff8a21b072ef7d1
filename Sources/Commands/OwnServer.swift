import CLinux
import CommandLineSpec
import Configuration
import EventLoops
import Glibc
import HTTP1
import Synchronization

/// `ailoopctl serve` in a process of its own, for a benchmark: what is measured is what serves in earnest, over real sockets,
/// and its memory and CPU time are told apart from those of the load. It never outlives this process.
final class OwnServer: Sendable {
    struct Plan: Sendable {
        var settings: Settings
        /// Of `serve`.
        var arguments: [String]
        var environment: [String: String]

        /// As this call's configuration says, but on any free port of the loopback interface.
        init(settings: Settings, invocation: Invocation) {
            self.settings = settings
            environment = invocation.environment
            arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--log-level", "error"]
            for name in ["config", "ai-service", "model"] {
                if let value = invocation.parsed.value(of: name) { arguments += ["--\(name)", value] }
            }
        }
    }

    struct StartError: Error {
        var detail: String
    }

    /// How long it may take to end when it is told to.
    private static let stopMilliseconds: Int32 = 5_000
    /// Of what it says on standard error, the end that is kept.
    private static let maximumErrorBytes = 4096

    let pid: Int32
    let url: HTTPURL
    /// Readable, at its end, once the process has closed its standard error: it is over.
    private let ended: Int32
    private let errors = Mutex<[UInt8]>([])

    private init(pid: Int32, url: HTTPURL, ended: Int32) {
        self.pid = pid
        self.url = url
        self.ended = ended
    }

    // MARK: Starting

    /// Returns when it listens. It ends with the calling thread, if not before.
    static func start(_ plan: Plan) throws(StartError) -> OwnServer {
        var pipe: [Int32] = [-1, -1]
        guard pipe2(&pipe) else { throw StartError(detail: "no pipe: \(SystemError.last("pipe"))") }
        let pid = launch(plan, errors: pipe[1])
        close(pipe[1])
        guard pid > 0 else {
            close(pipe[0])
            throw StartError(detail: "no process: \(SystemError.last("fork"))")
        }
        var text = ""
        var buffer = [UInt8](repeating: 0, count: maximumErrorBytes)
        while true {
            let count = read(pipe[0], &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            text += String(decoding: buffer[..<count], as: UTF8.self)
            guard let address = announcement(in: text), let url = try? HTTPURL(address) else { continue }
            var ends: [Int32] = [-1, -1]
            guard pipe2(&ends) else { break }
            let server = OwnServer(pid: pid, url: url, ended: ends[0])
            do throws(SystemError) {
                try server.readErrors(from: pipe[0], closingAtEnd: ends[1])
                return server
            } catch {
                text = "\(error)"
                for end in ends { close(end) }
                break
            }
        }
        close(pipe[0])
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
        throw StartError(detail: text.isEmpty ? "it ended without a word" : text)
    }

    private static func pipe2(_ ends: inout [Int32]) -> Bool {
        guard pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return true
    }

    private static func launch(_ plan: Plan, errors: Int32) -> Int32 {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        // Where the file has been replaced meanwhile, its name is no longer right; what runs now is still there.
        let isKnown = readlink("/proc/self/exe", &path, path.count - 1) > 0 && access(path, X_OK) == 0
        let program = isKnown ? path : Array("/proc/self/exe".utf8CString)
        let variables = plan.environment.map { "\($0.key)=\($0.value)" }
        return withCStrings([CommandTable.program.name] + plan.arguments) { arguments in
            withCStrings(variables) { clinux_start_bound(program, arguments, $0, errors) }
        }
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() { pointers[index] = strdup(text) }
        pointers[texts.count] = nil
        defer {
            for index in texts.indices { free(pointers[index]) }
            pointers.deallocate()
        }
        return body(pointers)
    }

    /// The address in the first whole line that says where it listens.
    static func announcement(in text: String) -> String? {
        guard let start = text.firstRange(of: "listening on ")?.upperBound,
            let end = text[start...].firstIndex(of: "\n")
        else { return nil }
        return String(text[start..<end])
    }

    /// Reads on, so that its standard error never fills.
    private func readErrors(from descriptor: Int32, closingAtEnd end: Int32) throws(SystemError) {
        try Thread.start(name: "server-errors") { [self] in
            var buffer = [UInt8](repeating: 0, count: Self.maximumErrorBytes)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                errors.withLock { $0 = Array(($0 + buffer[..<count]).suffix(Self.maximumErrorBytes)) }
            }
            close(descriptor)
            close(end)
        }
    }

    // MARK: Ending

    /// Ends it, first by asking. Returns when it is gone: what it said at its end where it had gone by itself before.
    func stop() -> String? {
        let hadEnded = waitForEnd(0)
        if !hadEnded {
            kill(pid, SIGTERM)
            if !waitForEnd(Self.stopMilliseconds) { kill(pid, SIGKILL) }
            _ = waitForEnd(-1)
        }
        close(ended)
        waitpid(pid, nil, 0)
        guard hadEnded else { return nil }
        // Its chat page and the like were announced before; these are its last words.
        let words = errors.withLock { String(decoding: $0, as: UTF8.self) }
        return words.split(separator: "\n").last.map(String.init) ?? "it said nothing"
    }

    private func waitForEnd(_ milliseconds: Int32) -> Bool {
        var request = pollfd(fd: ended, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&request, 1, milliseconds)
            if count >= 0 || errno != EINTR { return count > 0 }
        }
    }
}
