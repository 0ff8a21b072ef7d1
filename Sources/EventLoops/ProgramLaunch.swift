import CLinux
import Glibc

/// A program to be started: no shell is involved.
package struct ProgramLaunch: Sendable {
    /// Its name first; found by `PATH` where it has no slash.
    package var arguments: [String]
    /// All of it: nothing is inherited.
    package var environment: [String: String]
    /// Where it starts; nil: where this process is.
    package var directory: String?

    package init(arguments: [String], environment: [String: String], directory: String? = nil) {
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }

    /// The variables of this process that programs need to find their way, and that hold no secrets.
    package static func basicEnvironment() -> [String: String] {
        var environment: [String: String] = [:]
        for name in ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        return environment
    }

    /// The call of the error where the program cannot start in its directory.
    package static let directoryCall = "chdir"

    /// Starts the program, as the leader of a process group of its own. It does not outlive this process, however that ends.
    /// Waits until its image is loaded: not for an event loop's thread.
    ///
    /// - Throws: where there is no such program or directory, or no descriptors or processes are left.
    package func start() throws(SystemError) -> StartedProgram {
        var pipes: [PipeEnds] = []
        do throws(SystemError) {
            for _ in 0..<3 { pipes.append(try PipeEnds()) }
            let pid = try spawn([pipes[0].reading, pipes[1].writing, pipes[2].writing])
            Glibc.close(pipes[0].reading)
            Glibc.close(pipes[1].writing)
            Glibc.close(pipes[2].writing)
            return try StartedProgram(
                pid: pid, input: pipes[0].writing, output: pipes[1].reading, errors: pipes[2].reading)
        } catch {
            if error.call != "pidfd_open" { for pipe in pipes { pipe.close() } }
            throw error
        }
    }

    private func spawn(_ descriptors: [Int32]) throws(SystemError) -> pid_t {
        // What C takes for the end of a text must not cut an argument short.
        let texts = arguments + environment.flatMap { [$0.key, $0.value] }
        guard !arguments.isEmpty, !texts.contains(where: { $0.utf8.contains(0) }) else {
            throw SystemError(call: "spawn", code: EINVAL)
        }
        let variables = environment.map { "\($0.key)=\($0.value)" }
        let limit = UInt64(DescriptorLimit.inherited)
        let (pid, error) = LiveChildren.shared.start {
            var pid: pid_t = 0
            let error = Self.withCStrings(arguments) { arguments in
                Self.withCStrings(variables) { variables in
                    if let directory {
                        return clinux_spawn(arguments, variables, directory, descriptors, limit, &pid)
                    }
                    return clinux_spawn(arguments, variables, nil, descriptors, limit, &pid)
                }
            }
            return (pid, error)
        }
        guard error == 0 else { throw SystemError(call: error < 0 ? Self.directoryCall : "spawn", code: abs(error)) }
        return pid
    }

    private static func withCStrings<R>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) -> R {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        pointers.append(nil)
        return body(pointers)
    }
}

private struct PipeEnds {
    let reading: Int32
    let writing: Int32

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        let error = clinux_pipe(&ends)
        guard error == 0 else { throw SystemError(call: "pipe2", code: error) }
        (reading, writing) = (ends[0], ends[1])
    }

    func close() {
        Glibc.close(reading)
        Glibc.close(writing)
    }
}

/// A program that runs, with its pipes. To be given to a ``ChildProcess``, or to ``abandon()``.
package struct StartedProgram: Sendable {
    let pid: pid_t
    /// Readable once it has ended.
    let pidDescriptor: Int32
    let input: Int32
    let output: Int32
    let errors: Int32

    fileprivate init(pid: pid_t, input: Int32, output: Int32, errors: Int32) throws(SystemError) {
        self.pid = pid
        self.input = input
        self.output = output
        self.errors = errors
        pidDescriptor = clinux_pidfd(pid)
        guard pidDescriptor >= 0 else {
            let error = SystemError.last("pidfd_open")
            for descriptor in [input, output, errors] { close(descriptor) }
            LiveChildren.shared.end(pid)
            throw error
        }
        for descriptor in [input, output, errors] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
    }

    /// Kills it: nobody wants it any more. Blocks until it is gone, which is a moment.
    package func abandon() {
        for descriptor in [input, output, errors, pidDescriptor] { close(descriptor) }
        LiveChildren.shared.end(pid)
    }
}
