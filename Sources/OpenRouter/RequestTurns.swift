/// One event loop's requests at a ``RequestGate``: those that wait stand here until their turn comes. The services of the
/// loop share it, those of an earlier configuration included.
package final class RequestTurns {
    private var member: RequestGate.Member?
    private var waiting: [RequestGate.Ticket: OpenRouterCall] = [:]

    package init() {}

    /// Has every request of the services ask `gate` first. To be called once, before the first one.
    ///
    /// - Parameter wake: called on any thread, also from within a service; it must have ``gateOpened()`` called on the
    ///   loop later.
    package func join(_ gate: RequestGate, wake: @escaping @Sendable () -> Void) {
        member = gate.join(wake: wake)
    }

    /// Starts the requests whose turn has come.
    package func gateOpened() {
        guard let member else { return }
        for ticket in member.takeGranted() {
            if let call = waiting.removeValue(forKey: ticket) {
                call.admitted()
            } else {
                member.release()
            }
        }
    }

    /// Where the answer is ``RequestGate/Admission/waiting(_:)``, `call` hears of its turn by ``OpenRouterCall/admitted()``.
    func admit(_ call: OpenRouterCall, session: String) -> RequestGate.Admission {
        guard let member else { return .granted }
        let admission = member.request(session: session)
        if case .waiting(let ticket) = admission { waiting[ticket] = call }
        return admission
    }

    func withdraw(_ ticket: RequestGate.Ticket) {
        waiting[ticket] = nil
        member?.withdraw(ticket)
    }

    func requestEnded() {
        member?.release()
    }
}
