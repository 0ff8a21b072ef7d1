import AILoop
import EventLoops

/// One program run by a tool, from its turn to its end.
final class ProgramRun: ToolRun {
    private enum State {
        /// For a place among the running ones. To `starting`, `over`.
        case waiting(Int)
        /// On a thread of its own. To `running`, `over`.
        case starting
        /// To `over`.
        case running(ChildProcess)
        /// Nobody waits any more; the program ends. To `over`.
        case ending
        case over
    }

    /// What of a program's error output is told, its end.
    static let maximumErrorBytes = 4096

    private let runner: ProgramRunner
    private let program: ToolProgram
    private var completion: ((ToolOutput) -> Void)?
    private var state = State.waiting(0)
    private var output: BoundedOutput
    private var errors = BoundedOutput(limit: maximumErrorBytes, keeping: .end)

    /// - Parameter completion: called later, unless the run is cancelled.
    init(_ runner: ProgramRunner, _ program: ToolProgram, completion: @escaping (ToolOutput) -> Void) {
        self.runner = runner
        self.program = program
        self.completion = completion
        output = BoundedOutput(limit: runner.maximumOutputBytes, keeping: .beginning)
        let number = runner.slots.take { self.launch() }
        if case .waiting = state { state = .waiting(number) }
    }

    func cancel() {
        completion = nil
        switch state {
        case .waiting(let number):
            runner.slots.withdraw(number)
            state = .over
        case .starting: state = .ending
        case .running(let child):
            state = .ending
            child.terminate()
        case .ending, .over: break
        }
    }

    // MARK: Life of the program

    /// The run holds its place from here on, until the program is gone.
    private func launch() {
        state = .starting
        let launch = ProgramLaunch(
            arguments: program.arguments,
            environment: ProgramLaunch.basicEnvironment().merging(program.environment) { $1 },
            directory: runner.directory)
        let bound = LoopBound(self, loop: runner.loop)
        let isTaken = runner.calls.run {
            let result = Result { () throws(SystemError) in try launch.start() }
            bound.submit { $0.launched(result) }
        }
        if !isTaken { bound.submit { $0.finish(.failure("too many programs are being started; try again later")) } }
    }

    private func launched(_ result: Result<StartedProgram, SystemError>) {
        do throws(SystemError) {
            let started = try result.get()
            let child = try ChildProcess(loop: runner.loop, adopting: started, delegate: self)
            if case .ending = state {
                // The child's delegate is held weakly; this keeps the run until the program is gone.
                keepAlive = self
                return child.kill()
            }
            state = .running(child)
            keepAlive = self
            child.send(program.input)
            child.closeInput()
        } catch {
            finish(.failure("the program \(program.arguments.first ?? "") cannot be started: \(error.message)"))
        }
    }

    private var keepAlive: ProgramRun?

    private func finish(_ output: ToolOutput) {
        state = .over
        keepAlive = nil
        runner.slots.release()
        let completion = completion
        self.completion = nil
        completion?(output)
    }

    private func output(of status: ChildProcess.Status) -> ToolOutput {
        let text = output.text
        var message: String
        switch status {
        case .exited(code: 0): return .success(text.isEmpty ? "(no output)" : text)
        case .exited(let code): message = "the program ended with exit code \(code)."
        case .killed(let signal): message = "the program was ended by signal \(signal)."
        }
        if errors.total > 0 { message += "\nIts error output:\n\(errors.text)" }
        if !text.isEmpty { message += "\nIts output:\n\(text)" }
        return .failure(message)
    }
}

extension ProgramRun: ChildProcessDelegate {
    func child(_ child: ChildProcess, wrote bytes: UnsafeRawBufferPointer, to stream: ChildProcess.OutputStream) {
        switch stream {
        case .output: output.append(bytes)
        case .errors: errors.append(bytes)
        }
    }

    func child(_ child: ChildProcess, ended status: ChildProcess.Status) {
        finish(output(of: status))
    }
}
