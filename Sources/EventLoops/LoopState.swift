import CLinux
import Glibc

/// What a descriptor is ready for, or what is asked of it (`EPOLL…`).
struct Readiness: OptionSet {
    let rawValue: UInt32
    static let readable = Readiness(rawValue: clinux_EPOLLIN)
    static let writable = Readiness(rawValue: clinux_EPOLLOUT)
    /// Reported without being asked for: the connection is broken or wholly shut.
    static let hangUp = Readiness(rawValue: clinux_EPOLLHUP)
    static let error = Readiness(rawValue: clinux_EPOLLERR)
}

protocol ReadinessHandler: AnyObject {
    func handle(_ readiness: Readiness)
}

/// Names a registration; worthless after it ended.
struct RegistrationToken {
    var slot: UInt32
    var generation: UInt32
}

/// What an event loop owns while it runs: the epoll instance, registrations, timers. Used on the loop's thread only.
final class LoopState {
    /// Events taken from the kernel in one turn.
    static let maximumEventsPerTick = 256
    /// Bytes read from a socket in one call.
    static let readBufferBytes = 64 * 1024

    private struct Registration {
        var handler: (any ReadinessHandler)?
        var generation: UInt32
    }

    let readBuffer: UnsafeMutableRawBufferPointer
    var timers = TimerHeap<() -> Void>()
    var endOfTick: [any EndOfTickWork] = []
    private(set) var now: UInt64
    private let epoll: Int32
    private let wakeDescriptor: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    private var registrations: [Registration] = []
    private var freeRegistrations: [UInt32] = []
    private static let wakeToken = UInt64.max

    init(wakeDescriptor: Int32) throws(SystemError) {
        self.wakeDescriptor = wakeDescriptor
        epoll = clinux_epoll_create()
        guard epoll >= 0 else { throw .last("epoll_create1") }
        guard clinux_epoll_ctl(epoll, EPOLL_CTL_ADD, wakeDescriptor, clinux_EPOLLIN, Self.wakeToken) == 0 else {
            throw .last("epoll_ctl")
        }
        events = .allocate(capacity: Self.maximumEventsPerTick)
        readBuffer = .allocate(byteCount: Self.readBufferBytes, alignment: 64)
        now = MonotonicClock.now()
    }

    deinit {
        close(epoll)
        events.deallocate()
        readBuffer.deallocate()
    }

    // MARK: One turn

    /// Waits for descriptors or the next timer. Returns how many events ``handleEvents(_:)`` will find.
    func wait(withoutWaiting: Bool) -> Int {
        let count = epoll_wait(epoll, events, Int32(Self.maximumEventsPerTick), withoutWaiting ? 0 : timeout())
        now = MonotonicClock.now()
        return max(0, Int(count))
    }

    func handleEvents(_ count: Int) {
        for index in 0..<count {
            let token = clinux_event_token(events + index)
            if token == Self.wakeToken {
                drainWakeDescriptor()
                continue
            }
            let slot = Int(token & 0xFFFF_FFFF)
            let registration = registrations[slot]
            // A handler that ran earlier in this turn may have ended this registration.
            guard registration.generation == UInt32(token >> 32), let handler = registration.handler else { continue }
            handler.handle(Readiness(rawValue: events[index].events))
        }
    }

    /// Milliseconds until the next timer, rounded up so that it is due when the wait ends; -1: no timer.
    private func timeout() -> Int32 {
        guard let deadline = timers.nextDeadline else { return -1 }
        let now = MonotonicClock.now()
        guard deadline > now else { return 0 }
        return Int32(min((deadline - now + 999_999) / 1_000_000, 60_000))
    }

    private func drainWakeDescriptor() {
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, 8)
    }

    /// Runs the timers that are due. One that schedules another due at once has it run in the next turn.
    func fireTimers() {
        guard timers.count > 0 else { return }
        let due = MonotonicClock.now()
        var budget = timers.count
        while budget > 0, let body = timers.popDue(at: due) {
            body()
            budget -= 1
        }
    }

    func runEndOfTick() {
        // Work may add work: a failed write tells its owner, who writes to another channel.
        var index = 0
        while index < endOfTick.count {
            endOfTick[index].endOfTick()
            index += 1
        }
        endOfTick.removeAll(keepingCapacity: endOfTick.capacity <= 4096)
    }

    /// Drops handlers, timers and work; false where there was nothing.
    func abandon() -> Bool {
        // Out of the state first: what is dropped may call back.
        let handlers = registrations.compactMap(\.handler)
        for slot in registrations.indices { registrations[slot].handler = nil }
        let (bodies, work) = (timers, endOfTick)
        (timers, endOfTick) = (TimerHeap(), [])
        return !handlers.isEmpty || bodies.count > 0 || !work.isEmpty
    }

    // MARK: Registrations

    func register(
        _ descriptor: Int32, interest: Readiness, handler: any ReadinessHandler
    ) throws(SystemError) -> RegistrationToken {
        let slot: UInt32
        if let free = freeRegistrations.popLast() {
            slot = free
        } else {
            slot = UInt32(registrations.count)
            registrations.append(Registration(handler: nil, generation: 0))
        }
        let token = RegistrationToken(slot: slot, generation: registrations[Int(slot)].generation)
        guard clinux_epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, interest.rawValue, Self.data(of: token)) == 0 else {
            freeRegistrations.append(slot)
            throw .last("epoll_ctl")
        }
        registrations[Int(slot)].handler = handler
        return token
    }

    func modify(_ token: RegistrationToken, descriptor: Int32, interest: Readiness) {
        guard isLive(token) else { return }
        _ = clinux_epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, interest.rawValue, Self.data(of: token))
    }

    func deregister(_ token: RegistrationToken, descriptor: Int32) {
        guard isLive(token) else { return }
        _ = clinux_epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, 0, 0)
        registrations[Int(token.slot)].handler = nil
        registrations[Int(token.slot)].generation &+= 1
        freeRegistrations.append(token.slot)
    }

    private func isLive(_ token: RegistrationToken) -> Bool {
        registrations[Int(token.slot)].generation == token.generation
    }

    private static func data(of token: RegistrationToken) -> UInt64 {
        UInt64(token.generation) << 32 | UInt64(token.slot)
    }
}
