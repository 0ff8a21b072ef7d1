import Glibc

/// How many descriptors this process, and those it starts, may have open.
package enum DescriptorLimit {
    /// Besides those of connections: standard streams, event loops, timers, a child's pipe.
    package static let ownNeed = 64

    /// Raises the soft limit as far as `needed`. Returns what is allowed then, which may be less.
    package static func raise(to needed: Int) -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 0 }
        if limit.rlim_cur < rlim_t(needed) {
            var raised = limit
            raised.rlim_cur = min(rlim_t(needed), limit.rlim_max)
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
