import EventLoops

/// Something that takes a step of a TLS handshake when its turn comes.
protocol HandshakeStep: AnyObject {
    func takeHandshakeStep()
}

/// Lets a few steps of TLS handshakes happen in one turn of the loop, and queues the others for the next turns: a step takes
/// up to a millisecond, and a burst of them would hold up every stream of the loop.
///
/// The queue holds each connection at most once, and connections are limited.
final class HandshakeThrottle {
    static let stepsPerTick = 2

    private let loop: EventLoop
    /// Oldest first, from `next` on.
    private var waiting: [any HandshakeStep] = []
    private var next = 0
    private var steps = 0
    private var isCounting = false

    init(loop: EventLoop) {
        self.loop = loop
    }

    /// Takes a step now, where this turn has one left and nobody waits; `false`: call ``enqueue(_:)``.
    func takeTurn() -> Bool {
        guard next == waiting.count, steps < Self.stepsPerTick else { return false }
        count()
        return true
    }

    /// Has `step` taken in one of the next turns.
    func enqueue(_ step: any HandshakeStep) {
        waiting.append(step)
        countToEndOfTick()
    }

    private func count() {
        steps += 1
        countToEndOfTick()
    }

    private func countToEndOfTick() {
        guard !isCounting else { return }
        isCounting = true
        loop.runAtEndOfTick(self)
    }

    private func takeWaiting() {
        while next < waiting.count, steps < Self.stepsPerTick {
            let step = waiting[next]
            next += 1
            count()
            step.takeHandshakeStep()
        }
        if next == waiting.count || next > 1024 {
            waiting.removeFirst(next)
            next = 0
        }
    }
}

extension HandshakeThrottle: EndOfTickWork {
    func endOfTick() {
        isCounting = false
        steps = 0
        guard next < waiting.count else { return }
        LoopBound(self, loop: loop).submit { $0.takeWaiting() }
    }
}
