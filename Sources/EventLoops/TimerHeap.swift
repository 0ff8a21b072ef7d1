/// Deadlines in order, each with a payload: a binary heap whose entries can be cancelled.
///
/// A pure value. Cancelling frees the payload at once and leaves a dead entry, which is dropped when it reaches the top
/// or when dead entries outnumber the living; scheduling and cancelling cost O(log n) amortised.
struct TimerHeap<Payload> {
    private struct Entry {
        var deadline: UInt64
        /// Entries of one deadline fire in the order in which they were scheduled.
        var order: UInt64
        var slot: Int
    }

    private struct Slot {
        var payload: Payload?
        var generation: UInt32
    }

    private var entries: [Entry] = []
    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    /// Of new slots: above those of slots that were given up, whose ids must not name what is scheduled later.
    private var firstGeneration: UInt32 = 0
    private var nextOrder: UInt64 = 0
    /// Timers that will fire.
    private(set) var count = 0

    init() {}

    mutating func schedule(at deadline: UInt64, _ payload: Payload) -> TimerID {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            slots[slot].payload = payload
        } else {
            slot = slots.count
            slots.append(Slot(payload: payload, generation: firstGeneration))
        }
        entries.append(Entry(deadline: deadline, order: nextOrder, slot: slot))
        nextOrder += 1
        count += 1
        siftUp(from: entries.count - 1)
        return TimerID(slot: UInt32(slot), generation: slots[slot].generation)
    }

    /// Whether the timer was still waiting.
    @discardableResult
    mutating func cancel(_ id: TimerID) -> Bool {
        let slot = Int(id.slot)
        guard slot < slots.count, slots[slot].generation == id.generation, slots[slot].payload != nil else {
            return false
        }
        slots[slot].payload = nil
        count -= 1
        if entries.count > 64, entries.count > 2 * count { removeDeadEntries() }
        return true
    }

    /// When the next timer is due.
    var nextDeadline: UInt64? {
        mutating get {
            dropDeadTop()
            return entries.first?.deadline
        }
    }

    /// The next timer that is due at `now`, taken out.
    mutating func popDue(at now: UInt64) -> Payload? {
        dropDeadTop()
        guard let top = entries.first, top.deadline <= now else { return nil }
        let payload = slots[top.slot].payload
        count -= 1
        removeTop()
        return payload
    }

    private mutating func dropDeadTop() {
        while let top = entries.first, slots[top.slot].payload == nil { removeTop() }
    }

    private mutating func removeTop() {
        release(entries[0].slot)
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            siftDown(from: 0)
        }
    }

    /// Frees a slot once no entry names it; the generation makes old ids of it worthless.
    private mutating func release(_ slot: Int) {
        slots[slot].payload = nil
        slots[slot].generation &+= 1
        freeSlots.append(slot)
    }

    private mutating func removeDeadEntries() {
        for entry in entries where slots[entry.slot].payload == nil { release(entry.slot) }
        entries.removeAll { slots[$0.slot].payload == nil }
        entries.sort(by: Self.isBefore)
        if entries.isEmpty {
            firstGeneration = slots.map(\.generation).max() ?? firstGeneration
            slots = []
            freeSlots = []
        }
    }

    private static func isBefore(_ left: Entry, _ right: Entry) -> Bool {
        (left.deadline, left.order) < (right.deadline, right.order)
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.isBefore(entries[child], entries[parent]) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if Self.isBefore(entries[child], entries[least]) { least = child }
            }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}

/// Names a scheduled timer. An id of a timer that fired or was cancelled names nothing.
package struct TimerID: Sendable, Hashable {
    var slot: UInt32
    var generation: UInt32
}
