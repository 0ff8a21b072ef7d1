import Foundation
import TLSPeer
import Testing

@testable import TLS

/// The library itself: missing, foreign, and in use while the process ends.
@Suite(.timeLimit(.minutes(5))) struct OpenSSLTests {
    @Test func aMissingLibraryIsSaidWithWhatToDo() {
        let error = tlsError { _ = try OpenSSL(libraryNamed: "libssl-of-nowhere.so.3") }
        #expect(error?.kind == .libraryUnavailable)
        #expect(
            error?.detail == """
                https needs OpenSSL 3 of the system (libssl.so.3), which could not be loaded (libssl-of-nowhere.so.3: \
                cannot open shared object file: No such file or directory). \
                Install it (Debian, Ubuntu: libssl3) or use an http address.
                """)
    }

    @Test func aLibraryThatIsNotOpenSSLIsRefused() {
        let error = tlsError { _ = try OpenSSL(libraryNamed: "libm.so.6") }
        #expect(error?.kind == .libraryUnavailable)
        #expect(error?.detail.contains("undefined symbol: OPENSSL_init_ssl") == true)
    }

    /// The whole process is run anew with a loader path on which `libssl.so.3` is junk, found before the real one.
    @Test func aProcessWithoutTheLibraryStartsAndSaysSo() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let path = "LD_LIBRARY_PATH"
            guard let directory = getenv(path).map({ String(cString: $0) }), directory.hasSuffix("/without-tls") else {
                let directory =
                    FileManager.default.temporaryDirectory.path
                    + "/\(ProcessInfo.processInfo.processIdentifier)/without-tls"
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
                try Data().write(to: URL(fileURLWithPath: directory + "/libssl.so.3"))
                try runAnew(adding: "\(path)=\(directory)")
                return
            }
            let error = tlsError { _ = try TLSContext(trust: TLSTrust()) }
            try FileManager.default.removeItem(atPath: directory)
            exit(error?.kind == .libraryUnavailable && error?.detail.contains("could not be loaded") == true ? 7 : 1)
        }
    }

    /// The library's own exit handler would free what other threads use: one end in three or so would crash.
    @Test(arguments: 1...10) func exitDoesNotCrashBesideThreadsInHandshakes(attempt: Int) async {
        await #expect(processExitsWith: .exitCode(7)) {
            let context = try TLSContext.shared(for: TLSTrust())
            let running = DispatchSemaphore(value: 0)
            for _ in 0..<8 {
                Thread.detachNewThread {
                    for count in 1... {
                        let session = try? TLSClientSession(
                            context: context, host: "api.test", port: 443, sessions: TLSSessionCache())
                        try? session?.startHandshake()
                        if count == 10 { running.signal() }
                    }
                }
            }
            for _ in 0..<8 { running.wait() }
            exit(7)
        }
    }
}

/// Replaces this process by itself with one more variable in the environment that it was started with.
private func runAnew(adding variable: String) throws {
    func strings(_ path: String) throws -> [String] {
        try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: 0, omittingEmptySubsequences: true)
            .map { String(decoding: $0, as: UTF8.self) }
    }
    let arguments = try strings("/proc/self/cmdline").map { strdup($0) } + [nil]
    let environment = try (strings("/proc/self/environ") + [variable]).map { strdup($0) } + [nil]
    execve("/proc/self/exe", arguments, environment)
}
