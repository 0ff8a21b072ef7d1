import CLinux
import Glibc
import Synchronization

/// The process groups that this process has started and that have not ended, so that none outlives it.
///
/// Where this process is the first of its container, or has been made a reaper, those whose parent has ended become its
/// children, too: what programs leave behind outside of their group. Nobody waits for these, so they are reaped here
/// (``reapOrphans()``).
package final class LiveChildren: Sendable {
    package static let shared = LiveChildren()

    private struct State {
        var groups: Set<pid_t> = []
        /// Programs that are being started: they may be there, and have ended, without being in `groups` yet.
        var startingCount = 0
    }

    private let state = Mutex(State())
    private let adoptsOrphans = clinux_adopts_orphans() != 0

    package var count: Int { state.withLock(\.groups.count) }

    /// Starts a program by `spawn`, which returns its process or an error.
    func start(_ spawn: () -> (pid_t, error: Int32)) -> (pid_t, error: Int32) {
        state.withLock { $0.startingCount += 1 }
        let (pid, error) = spawn()
        state.withLock { state in
            state.startingCount -= 1
            if error == 0 { state.groups.insert(pid) }
            reapOrphans(but: state)
        }
        return (pid, error)
    }

    /// Signals the whole group. Safe as long as the leader is not reaped, which happens under the same lock: its number
    /// belongs to nobody else until then.
    func signal(_ pid: pid_t, _ signal: Int32) {
        state.withLock { if $0.groups.contains(pid) { _ = kill(-pid, signal) } }
    }

    /// Kills what is left of the group of a leader that has ended, and reaps it. Its wait status, nil where it still runs.
    func reap(_ pid: pid_t) -> Int32? {
        state.withLock { state in
            guard state.groups.contains(pid) else { return nil }
            kill(-pid, SIGKILL)
            let status = clinux_reap(pid)
            guard status >= 0 else { return nil }
            state.groups.remove(pid)
            reapOrphans(but: state)
            return status
        }
    }

    /// Kills a group and waits for its leader.
    func end(_ pid: pid_t) {
        state.withLock { state in
            guard state.groups.remove(pid) != nil else { return }
            kill(-pid, SIGKILL)
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
    }

    /// Kills all of them: the process is about to end.
    package func killAll() {
        state.withLock { for pid in $0.groups { kill(-pid, SIGKILL) } }
    }

    /// Reaps those that others have left behind, as far as they have ended. To be called on SIGCHLD, in a process that starts
    /// programs in no other way.
    package func reapOrphans() {
        state.withLock { reapOrphans(but: $0) }
    }

    /// The first that has ended hides the others. One that was started here is reaped by whoever watches it, and the others
    /// then, or once all that are being started are known.
    private func reapOrphans(but state: State) {
        guard adoptsOrphans, state.startingCount == 0 else { return }
        while true {
            let pid = clinux_ended_child()
            guard pid > 0, !state.groups.contains(pid) else { return }
            _ = clinux_reap(pid)
        }
    }
}
