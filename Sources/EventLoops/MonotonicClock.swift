import Glibc

/// Time that never goes back, in nanoseconds since an arbitrary start (`CLOCK_MONOTONIC`).
package enum MonotonicClock {
    package static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
