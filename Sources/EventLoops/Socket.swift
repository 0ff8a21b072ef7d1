import CLinux
import Glibc

/// The few socket calls that channels and listeners share. Descriptors are non-blocking and close on exec.
enum Socket {
    static func make(family: Int32) throws(SystemError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw .last("socket") }
        return descriptor
    }

    static func set(_ descriptor: Int32, level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        _ = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Small writes go out at once: a chunk must not wait for the acknowledgement of the one before it.
    static func disableNagle(_ descriptor: Int32) {
        set(descriptor, level: Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// The error that a non-blocking connect ended with; 0: it is connected.
    static func pendingError(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    /// Bytes sent that the peer's kernel has acknowledged, and with them the opening of the connection; nil where the kernel
    /// does not tell.
    static func acknowledgedBytes(_ descriptor: Int32) -> Int64? {
        let count = clinux_acknowledged_bytes(descriptor)
        return count >= 0 ? count : nil
    }

    /// Makes the next close send RST instead of FIN and drop what was not sent.
    static func closeWithReset(_ descriptor: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close(descriptor)
    }
}
