import Configuration
import Foundation
import Testing

/// Files that are none: whoever reads them must not wait for ever.
@Suite struct SystemFilesTests {
    private func withPipe(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "ailoop-pipe-\(UUID())").path
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        try body(path)
    }

    @Test("a named pipe that nobody writes to is given up after a while")
    func silentPipe() throws {
        try withPipe { path in
            #expect(throws: FileReadError.failed("nothing came out of it within 20ms")) {
                try SystemFiles(maximumWait: .milliseconds(20)).read(path, maximumBytes: 10)
            }
        }
    }

    @Test("a named pipe that somebody writes to is read to its end")
    func pipe() throws {
        try withPipe { path in
            // Opened for both, so that it does not wait for a reader.
            let writer = open(path, O_RDWR)
            #expect(write(writer, "abc", 3) == 3)
            let reader = open(path, O_RDONLY | O_NONBLOCK)
            close(writer)
            defer { close(reader) }
            let bytes = try SystemFiles().read("/dev/fd/\(reader)", maximumBytes: 10)
            #expect(bytes == Array("abc".utf8))
        }
    }

    @Test("a named pipe that is written to later is read to its end")
    func latePipe() throws {
        try withPipe { path in
            // Opening it waits for the reader.
            let writer = Thread {
                let descriptor = open(path, O_WRONLY)
                _ = write(descriptor, "abc", 3)
                close(descriptor)
            }
            writer.start()
            let bytes = try SystemFiles(maximumWait: .seconds(60)).read(path, maximumBytes: 10)
            #expect(bytes == Array("abc".utf8))
        }
    }

    @Test("a named pipe that is left open is given up after a while, although something came out of it")
    func openPipe() throws {
        try withPipe { path in
            let writer = open(path, O_RDWR)
            defer { close(writer) }
            #expect(write(writer, "abc", 3) == 3)
            #expect(throws: FileReadError.failed("it came to no end within 20ms")) {
                try SystemFiles(maximumWait: .milliseconds(20)).read(path, maximumBytes: 10)
            }
        }
    }

    @Test("a file is read up to its limit, a device without an end not at all")
    func devices() {
        #expect(throws: FileReadError.tooLarge) { try SystemFiles().read("/dev/zero", maximumBytes: 100_000) }
        #expect((try? SystemFiles().read("/dev/null", maximumBytes: 1)) == [])
    }
}
