import Glibc

package enum Processors {
    /// How many the system has online; at least 1.
    package static var available: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
