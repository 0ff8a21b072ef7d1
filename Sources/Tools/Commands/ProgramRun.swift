import AILoop
import EventLoops

/// One program run by a tool, from its turn to its end.
final class ProgramRun: RunningTool {
    private enum State {
        /// For a place among the running ones. To `starting`, `over`.
        case waiting
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
    private var report: ((ToolRunNews) -> Void)?
    private var state = State.waiting
    private var ticket: FairPlaces.Ticket?
    private var output: BoundedOutput
    private var errors = BoundedOutput(limit: maximumErrorBytes, keeping: .end)
    /// The run, until its program is gone: the program's delegate is held weakly.
    private var keepAlive: ProgramRun?

    /// - Parameter report: called later, and no more once the run is cancelled.
    init(
        _ runner: ProgramRunner, _ program: ToolProgram, _ request: ToolRequest,
        report: @escaping (ToolRunNews) -> Void
    ) {
        self.runner = runner
        self.program = program
        self.report = report
        output = BoundedOutput(limit: request.maximumResultBytes, keeping: .beginning)
        let bound = LoopBound(self, loop: runner.loop)
        ticket = runner.places.take(for: request.sessionID) { ticket in bound.submit { $0.launch(ticket) } }
        if ticket == nil { bound.submit { $0.finish(.failure("too many programs wait; try again later")) } }
    }

    func cancel() {
        report = nil
        switch state {
        case .waiting:
            state = .over
            if let ticket, runner.places.withdraw(ticket) { self.ticket = nil }
        case .starting: state = .ending
        case .running(let child):
            state = .ending
            child.terminate()
        case .ending, .over: break
        }
    }

    // MARK: Life of the program

    func timedOut(_ message: String) -> ToolOutput {
        told(message, outcome: .timeout)
    }

    /// The run holds its place from here on, until the program is gone.
    private func launch(_ ticket: FairPlaces.Ticket) {
        guard case .waiting = state else { return runner.places.release(ticket) }
        state = .starting
        report?(.began)
        let launch = ProgramLaunch(
            arguments: program.arguments,
            environment: ProgramLaunch.basicEnvironment().merging(program.environment) { $1 },
            directory: runner.directory)
        let bound = LoopBound(self, loop: runner.loop)
        // There is room for as many as there are places for programs, but maybe no thread.
        let isTaken = runner.calls.run {
            let result = Result { () throws(SystemError) in try launch.start() }
            bound.submit { $0.launched(result) }
        }
        if !isTaken { bound.submit { $0.finish(.failure("there is no thread to start it on; try again later")) } }
    }

    private func launched(_ result: Result<StartedProgram, SystemError>) {
        do throws(SystemError) {
            let started = try result.get()
            let child = try ChildProcess(loop: runner.loop, adopting: started, delegate: self)
            keepAlive = self
            if case .ending = state { return child.kill() }
            state = .running(child)
            child.send(program.input)
            child.closeInput()
        } catch {
            let isDirectory = error.call == ProgramLaunch.directoryCall
            let what = isDirectory ? "the workspace cannot be entered" : "the program \(program.name) cannot be started"
            finish(.failure("\(what): \(error.message)"))
        }
    }

    private func finish(_ output: ToolOutput) {
        state = .over
        keepAlive = nil
        if let ticket { runner.places.release(ticket) }
        ticket = nil
        let report = report
        self.report = nil
        report?(.ended(output))
    }

    private func output(of status: ChildProcess.Status) -> ToolOutput {
        if isFlooding {
            let limit = runner.maximumReadBytes >> 20
            return told("the program wrote more than \(limit) MiB and was stopped.", outcome: .error)
        }
        switch status {
        case .exited(code: 0):
            return ToolOutput(
                content: output.total == 0 ? "(no output)" : output.text, outcome: .success, omission: output.omission)
        case .exited(let code): return told("the program ended with exit code \(code).", outcome: .error)
        case .killed(let signal): return told("the program was ended by signal \(signal).", outcome: .error)
        }
    }

    private var isFlooding: Bool { output.total + errors.total > runner.maximumReadBytes }

    /// The message with all that the program has said.
    private func told(_ message: String, outcome: ToolOutcome) -> ToolOutput {
        var told = ToolOutput.failure(message, outcome: outcome)
        if errors.total > 0 { told.content += "\nIts error output:\n\(errors.text)" }
        if output.total > 0 { told.content += "\nIts output:\n\(output.text)" }
        told.omission = output.omission
        return told
    }
}

extension ProgramRun: ChildProcessDelegate {
    func child(_ child: ChildProcess, wrote bytes: UnsafeRawBufferPointer, to stream: ChildProcess.OutputStream) {
        switch stream {
        case .output: output.append(bytes)
        case .errors: errors.append(bytes)
        }
        guard isFlooding else { return }
        // It may go on writing for as long as it takes to end.
        child.pauseReading(.output)
        child.pauseReading(.errors)
        child.terminate()
    }

    func child(_ child: ChildProcess, ended status: ChildProcess.Status) {
        finish(output(of: status))
    }
}
