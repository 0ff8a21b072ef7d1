import Configuration
import Diagnostics
import EventLoops
import Glibc
import HTTP1
import InteractiveServer
import Replaying
import Synchronization

/// `replay` in this process: from checked scripts to the exit code.
struct ReplayProcess: Sendable {
    let request: ReplayCommand.Request
    /// For the server that is talked to.
    let token: ServerToken?
    /// nil where a server is talked to.
    let settings: Settings?
    let scripts: [Script]
    let renderer: TextRenderer
    let console: Console

    func run() throws(OutputError) -> ExitCode {
        SignalSource.block([SIGINT])
        let control: EventLoop
        let loop: EventLoop
        do {
            // Signals have a loop of their own: the other one may wait for whoever reads standard output.
            control = try EventLoop(name: "control")
            loop = try EventLoop(name: "replay")
        } catch {
            say("\(error)")
            return .unavailable
        }
        let state = Mutex(State())
        let finish: @Sendable (ReplayRun.Ending) -> Void = { ending in
            state.withLock { $0.ending = $0.ending ?? ending }
            control.stop()
        }
        control.submit {
            // The loop holds it; without it Ctrl-C would do nothing, which is no reason not to play.
            _ = try? SignalSource(loop: control, signals: [SIGINT]) { _ in
                // A second one while the first is under way leaves at once.
                let run = state.withLock { state in
                    defer { state.run = nil }
                    return state.run
                }
                guard let run else { return finish(.init(code: .interrupted)) }
                run.submit { $0.interrupt() }
            }
        }
        do throws(SystemError) {
            try loop.start()
        } catch {
            say("\(error)")
            return .unavailable
        }
        // allowed: it starts what ends the loop that the process waits for below
        Task {
            guard let endpoint = await endpoint() else { return finish(.init(code: .unavailable)) }
            loop.submit {
                guard let run = makeRun(endpoint, loop, onEnd: finish) else { return finish(.init(code: .failed)) }
                state.withLock { $0.run = LoopBound(run, loop: loop) }
                run.start()
            }
        }
        control.run()
        loop.stop()
        let ending = state.withLock { $0.ending } ?? ReplayRun.Ending(code: .failed)
        if let error = ending.outputError { throw error }
        return ending.code
    }

    private struct State {
        /// Until the first Ctrl-C.
        var run: LoopBound<ReplayRun>?
        var ending: ReplayRun.Ending?
    }

    private func endpoint() async -> SessionEndpoint? {
        do {
            if let url = request.url { return .server(try HTTPURL(url), token: token?.text) }
            return try await .startInProcess(settings ?? Settings())
        } catch {
            say("\(error)")
            return nil
        }
    }

    /// On the loop. nil where the log cannot be opened.
    private func makeRun(
        _ endpoint: SessionEndpoint, _ loop: EventLoop, onEnd: @escaping @Sendable (ReplayRun.Ending) -> Void
    ) -> ReplayRun? {
        var log: FrameLogFile?
        if let name = request.log {
            do throws(SystemError) {
                log = try FrameLogFile(name, onFailure: { say($0) })
            } catch {
                say("the log \(name) cannot be opened: \(error.message)")
                return nil
            }
        }
        return ReplayRun(
            ReplayPlan(scripts: scripts, url: request.url, version: ServerIdentity.version), endpoint: endpoint,
            loop: loop, request: request, renderer: renderer, console: console, log: log, onEnd: onEnd)
    }

    private func say(_ text: String) {
        console.tell("ailoopctl replay: \(text)\n")
    }
}
