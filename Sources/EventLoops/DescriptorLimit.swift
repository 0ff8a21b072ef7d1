import Glibc

/// How many descriptors this process may have open.
package enum DescriptorLimit {
    /// Besides those of connections: standard streams, event loops, timers, a child's pipe.
    package static let ownNeed = 64

    /// What this process was given, before it was raised: programs that it starts get no more, as some go through all of them.
    static let inherited = current()?.rlim_cur ?? 0

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    private static func current() -> rlimit? {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? limit : nil
    }

    /// Raises the soft limit as far as `needed`. Returns what is allowed then, which may be less.
    package static func raise(to needed: Int) -> Int {
        _ = inherited
        guard var limit = current() else { return 0 }
        if limit.rlim_cur < rlim_t(needed) {
            var raised = limit
            raised.rlim_cur = min(rlim_t(needed), limit.rlim_max)
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
