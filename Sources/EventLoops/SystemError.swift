import Glibc

/// A system call that failed.
package struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Name of the call: `bind`, `connect`, …
    package var call: String
    /// `errno` as the call left it.
    package var code: Int32
    /// A sentence for a person, where more is known than the code tells: by a ``ChannelFilter``.
    package var detail: String?

    package init(call: String, code: Int32, detail: String? = nil) {
        self.call = call
        self.code = code
        self.detail = detail
    }

    /// The error that `call` has just left in `errno`.
    package static func last(_ call: String) -> SystemError {
        SystemError(call: call, code: errno)
    }

    /// The system gives no more threads, descriptors or memory, whatever they are for.
    package var isExhaustion: Bool { [EAGAIN, EMFILE, ENFILE, ENOMEM].contains(code) }
    package var isAddressInUse: Bool { code == EADDRINUSE }
    package var isAddressNotAvailable: Bool { code == EADDRNOTAVAIL }
    package var isPermissionDenied: Bool { code == EACCES || code == EPERM }

    /// The system's own words: `Connection refused`.
    package var message: String { String(cString: strerror(code)) }

    package var description: String { "\(call): \(message)" }
}
