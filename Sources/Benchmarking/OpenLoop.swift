/// The sending side of an open loop: messages fall due by a schedule, and each waits for a session that is free.
struct OpenLoop<Session> {
    /// Messages that wait for a session; further ones are counted as unsent at once.
    static var maximumWaiting: Int { 100_000 }

    private var schedule: ArrivalSchedule
    private var waiting = Queue<UInt64>()
    private var free = Queue<Session>()
    /// Due times of messages that the queue had no room for.
    private(set) var overflow: [UInt64] = []
    private static var maximumOverflow: Int { 1_000_000 }

    init(schedule: ArrivalSchedule) {
        self.schedule = schedule
    }

    var nextDue: UInt64 { schedule.next }

    /// A session is free: the message that has waited longest is to be sent in it, where one does.
    mutating func sessionIsFree(_ session: Session) -> (session: Session, due: UInt64)? {
        if let due = waiting.popFirst() { return (session, due) }
        free.append(session)
        return nil
    }

    /// The next message that is due by `now` and has a session. Those without one wait.
    ///
    /// - Parameter isFree: false for a session that has been lost since it was free.
    mutating func nextSend(now: UInt64, isFree: (Session) -> Bool) -> (session: Session, due: UInt64)? {
        while schedule.next <= now {
            let due = schedule.next
            schedule.advance()
            while let session = free.popFirst() {
                if isFree(session) { return (session, due) }
            }
            if waiting.count < Self.maximumWaiting {
                waiting.append(due)
            } else if overflow.count < Self.maximumOverflow {
                overflow.append(due)
            }
        }
        return nil
    }

    /// Takes out all that waits: how many messages were due from `start` to `now` and never sent.
    mutating func takeUnsent(since start: UInt64, now: UInt64) -> Int {
        var count = overflow.count { $0 >= start }
        overflow = []
        while schedule.next <= now {
            if schedule.next >= start { count += 1 }
            schedule.advance()
        }
        while let due = waiting.popFirst() {
            if due >= start { count += 1 }
        }
        return count
    }
}
