import Glibc

package protocol ChildProcessDelegate: AnyObject {
    /// The bytes are valid during the call only.
    func child(_ child: ChildProcess, wrote bytes: UnsafeRawBufferPointer, to stream: ChildProcess.OutputStream)
    /// It has ended and is reaped, and so has whatever was left of its group. Nothing follows.
    func child(_ child: ChildProcess, ended status: ChildProcess.Status)
}

/// A program that runs in a process group of its own, with pipes that an event loop reads and writes.
///
/// Isolation: lives on its loop, which holds it until it has ended.
package final class ChildProcess {
    package enum OutputStream: Sendable, Hashable { case output, errors }

    package enum Status: Sendable, Hashable {
        case exited(code: Int32)
        case killed(signal: Int32)
    }

    /// From SIGTERM to SIGKILL.
    package static let terminationGrace: UInt64 = 2_000_000_000
    /// Output that is read after the program's end, in pieces of the loop's buffer: what the pipes hold is less.
    private static let maximumFinalReads = 64

    private let loop: EventLoop
    private let pid: pid_t
    private let pidDescriptor: Int32
    private var exit: RegistrationToken?
    private var input: ChildInput?
    private var outputs: [ChildOutput] = []
    private weak var delegate: (any ChildProcessDelegate)?
    private var killTimer: TimerID?
    private var isTerminating = false

    /// On the loop.
    ///
    /// - Throws: where the loop cannot watch it; the program is ended then.
    package init(loop: EventLoop, adopting program: StartedProgram, delegate: any ChildProcessDelegate)
        throws(SystemError)
    {
        self.loop = loop
        self.delegate = delegate
        pid = program.pid
        pidDescriptor = program.pidDescriptor
        do throws(SystemError) {
            input = ChildInput(loop: loop, descriptor: program.input)
            outputs = [
                ChildOutput(loop: loop, descriptor: program.output, stream: .output, child: self),
                ChildOutput(loop: loop, descriptor: program.errors, stream: .errors, child: self),
            ]
            for output in outputs { try output.start() }
            exit = try loop.register(pidDescriptor, interest: .readable, handler: self)
        } catch {
            close()
            LiveChildren.shared.end(pid)
            throw error
        }
    }

    package var hasEnded: Bool { exit == nil }

    /// Bytes sent that the program has not taken yet.
    package var unsentBytes: Int { input?.unsentBytes ?? 0 }

    /// Writes to its standard input. What it does not read is dropped when it ends.
    package func send(_ bytes: [UInt8]) {
        input?.send(bytes)
    }

    /// Ends its standard input once all is written.
    package func closeInput() {
        input?.closeWhenSent()
    }

    /// Leaves what it writes in the pipe, and lets it wait once that is full, until ``resumeReading(_:)``. What is there when it
    /// ends is read all the same. Idempotent.
    package func pauseReading(_ stream: OutputStream) {
        for output in outputs where output.stream == stream { output.setReading(false) }
    }

    package func resumeReading(_ stream: OutputStream) {
        for output in outputs where output.stream == stream { output.setReading(true) }
    }

    /// Asks the whole group to end (SIGTERM), and makes it after ``terminationGrace`` (SIGKILL). Idempotent.
    package func terminate() {
        guard !hasEnded, !isTerminating else { return }
        isTerminating = true
        LiveChildren.shared.signal(pid, SIGTERM)
        killTimer = loop.schedule(after: Self.terminationGrace) { [weak self] in self?.kill() }
    }

    /// Ends the whole group at once.
    package func kill() {
        guard !hasEnded else { return }
        LiveChildren.shared.signal(pid, SIGKILL)
    }

    fileprivate func received(_ bytes: UnsafeRawBufferPointer, _ stream: OutputStream) {
        delegate?.child(self, wrote: bytes, to: stream)
    }

    private func close() {
        if let exit { loop.deregister(exit, descriptor: pidDescriptor) }
        exit = nil
        Glibc.close(pidDescriptor)
        input?.close()
        input = nil
        for output in outputs { output.close() }
        outputs = []
        if let killTimer { loop.cancel(killTimer) }
    }
}

extension ChildProcess: ReadinessHandler {
    func handle(_ readiness: Readiness) {
        guard !hasEnded, let status = LiveChildren.shared.reap(pid) else { return }
        // What it wrote last is in the pipes. One who left the group may hold them open: nobody waits for that.
        for output in outputs { output.drain(maximumReads: Self.maximumFinalReads) }
        close()
        let delegate = delegate
        self.delegate = nil
        // The layout of wait statuses: the signal in the low seven bits, the exit code above them.
        let signal = status & 0x7F
        delegate?.child(self, ended: signal == 0 ? .exited(code: status >> 8 & 0xFF) : .killed(signal: signal))
    }
}

/// The pipe to a program's standard input.
private final class ChildInput: ReadinessHandler {
    private let loop: EventLoop
    private let descriptor: Int32
    private var token: RegistrationToken?
    private var queue: [UInt8] = []
    private var sent = 0
    private var isClosing = false
    private var isClosed = false

    init(loop: EventLoop, descriptor: Int32) {
        self.loop = loop
        self.descriptor = descriptor
    }

    var unsentBytes: Int { queue.count - sent }

    func send(_ bytes: [UInt8]) {
        guard !isClosed, !isClosing else { return }
        queue += bytes
        flush()
    }

    func closeWhenSent() {
        isClosing = true
        if unsentBytes == 0 { close() }
    }

    func handle(_ readiness: Readiness) {
        flush()
    }

    private func flush() {
        while !isClosed, sent < queue.count {
            let count = queue.withUnsafeBytes { bytes in
                write(descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                return waitForRoom()
            } else if errno != EINTR {
                // It reads no more; what it says and how it ends comes all the same.
                return close()
            }
        }
        queue = []
        sent = 0
        if let token { loop.deregister(token, descriptor: descriptor) }
        token = nil
        if isClosing { close() }
    }

    private func waitForRoom() {
        if sent > queue.count / 2 {
            queue.removeFirst(sent)
            sent = 0
        }
        guard token == nil else { return }
        token = try? loop.register(descriptor, interest: .writable, handler: self)
        if token == nil { close() }
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        if let token { loop.deregister(token, descriptor: descriptor) }
        token = nil
        queue = []
        sent = 0
        Glibc.close(descriptor)
    }
}

/// A pipe from a program.
private final class ChildOutput: ReadinessHandler {
    private let loop: EventLoop
    private let descriptor: Int32
    let stream: ChildProcess.OutputStream
    private unowned let child: ChildProcess
    private var token: RegistrationToken?
    private var isClosed = false

    init(loop: EventLoop, descriptor: Int32, stream: ChildProcess.OutputStream, child: ChildProcess) {
        self.loop = loop
        self.descriptor = descriptor
        self.stream = stream
        self.child = child
    }

    func start() throws(SystemError) {
        token = try loop.register(descriptor, interest: .readable, handler: self)
    }

    func setReading(_ isReading: Bool) {
        if let token { loop.modify(token, descriptor: descriptor, interest: isReading ? .readable : []) }
    }

    func handle(_ readiness: Readiness) {
        _ = readOnce()
    }

    func drain(maximumReads: Int) {
        for _ in 0..<maximumReads where !readOnce() { return }
    }

    /// False where there is nothing more for now.
    private func readOnce() -> Bool {
        guard !isClosed else { return false }
        let buffer = loop.readBuffer
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count > 0 {
            child.received(UnsafeRawBufferPointer(rebasing: buffer[..<count]), stream)
            return true
        }
        if count < 0, errno == EINTR { return true }
        if count == 0 || errno != EAGAIN { close() }
        return false
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        if let token { loop.deregister(token, descriptor: descriptor) }
        token = nil
        Glibc.close(descriptor)
    }
}
