import Glibc

/// When the messages of an open loop are to be sent, whatever becomes of them. Times are nanoseconds of the monotonic clock.
package struct ArrivalSchedule: Sendable {
    private let start: UInt64
    /// Nanoseconds, on average.
    private let interval: Double
    private let arrivals: BenchPlan.Arrivals
    private var random: SeededRandom
    /// From the start to the next one. A sum of doubles: within a day it is exact to the microsecond.
    private var offset: Double
    private var count = 0.0

    /// - Parameter rate: messages a second, more than 0.
    package init(rate: Double, arrivals: BenchPlan.Arrivals, start: UInt64, seed: UInt64) {
        self.start = start
        self.arrivals = arrivals
        interval = 1e9 / rate
        random = SeededRandom(seed: seed)
        offset = 0
        if arrivals == .poisson { advance() }
    }

    package var next: UInt64 { start + UInt64(offset) }

    package mutating func advance() {
        switch arrivals {
        case .constant:
            // By multiplication, so that no error adds up.
            count += 1
            offset = count * interval
        case .poisson:
            offset += -log(1 - random.fraction()) * interval
        }
    }
}
