import EventLoops
import Foundation
import Observability
import Synchronization
import Testing

struct LoggerTests {
    private let second: UInt64 = 1_000_000_000

    private func temporaryFile() -> String {
        NSTemporaryDirectory() + "ailoopctl-log-\(UUID().uuidString)"
    }

    private func contents(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// The line without its time.
    private func untimed(_ line: String) -> Substring { line.dropFirst("2026-12-31T23:59:59.007Z ".count) }

    // MARK: Levels

    @Test func `A line below the level is not even evaluated`() throws {
        let pipe = LogPipe()
        let logger = try Logger(level: .warning, sink: .descriptor(pipe.writing))
        var evaluated = 0
        func count(_ text: String) -> String {
            evaluated += 1
            return text
        }
        logger.trace(count("no"))
        logger.debug(count("no"))
        logger.info(count("no"), ["k": .string(count("no"))])
        #expect(evaluated == 0)
        logger.warning(count("yes"))
        logger.error(count("yes too"), ["k": .string(count("v"))])
        #expect(evaluated == 3)
        #expect(untimed(pipe.readLine()) == "warning yes")
        #expect(untimed(pipe.readLine()) == "error   yes too k=v")
        logger.close(within: second)
    }

    // MARK: A sink that is not read

    @Test func `A full pipe blocks no caller, and what was dropped is told once there is room`() throws {
        let pipe = LogPipe()
        pipe.fill()
        let shard = Metrics().makeShard()
        let limits = LogQueueLimits(maximumBytes: 1_000_000, maximumLines: 10)
        let logger = try Logger(sink: .descriptor(pipe.writing), limits: limits, metrics: shard)
        for number in 1...10 { logger.info("line \(number)") }
        #expect(logger.droppedLines == 0)
        for number in 11...30 { logger.info("line \(number)") }
        #expect(logger.droppedLines == 20)

        pipe.drain()
        for number in 1...10 { #expect(untimed(pipe.readLine()) == "info    line \(number)") }
        // In one line or, where the writing thread looked before all were dropped, in two.
        var told = 0
        while told < 20 {
            let line = untimed(pipe.readLine())
            try #require(line.hasPrefix("warning log lines were dropped count="))
            told += try #require(line.split(separator: "=").last.flatMap { Int($0) })
        }
        #expect(told == 20)
        // Room is there once the writing thread looks for more, which may be a moment after it has written.
        var dropped: Int
        repeat {
            dropped = logger.droppedLines
            logger.info("there is room again")
        } while logger.droppedLines > dropped
        while true {
            let line = untimed(pipe.readLine())
            if line == "info    there is room again" { break }
            try #require(line.hasPrefix("warning log lines were dropped count="))
        }
        logger.close(within: second)
    }

    @Test func `The bytes that wait are limited too, at the limit and one past it`() throws {
        let pipe = LogPipe()
        pipe.fill()
        let line = "2026-12-31T23:59:59.007Z info    x\n"
        let clock: @Sendable () -> Timestamp = { Timestamp(milliseconds: 1_798_761_599_007) }
        let limits = LogQueueLimits(maximumBytes: 3 * line.utf8.count, maximumLines: 1_000)
        let logger = try Logger(sink: .descriptor(pipe.writing), limits: limits, clock: clock)
        for _ in 1...3 { logger.info("x") }
        #expect(logger.droppedLines == 0)
        logger.info("x")
        #expect(logger.droppedLines == 1)
        pipe.drain()
        for _ in 1...3 { #expect(pipe.readLine() + "\n" == line) }
        #expect(untimed(pipe.readLine()) == "warning log lines were dropped count=1")
        logger.close(within: second)
    }

    @Test func `Closing a log whose pipe is full ends at its limit of time`() throws {
        let pipe = LogPipe()
        pipe.fill()
        let logger = try Logger(sink: .descriptor(pipe.writing))
        logger.info("never read")
        logger.close(within: 20_000_000)
        logger.info("after the end")
        #expect(logger.droppedLines == 1)
    }

    @Test func `A reader that went away costs lines and nothing else`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        let shard = Metrics().makeShard()
        let logger = try Logger(sink: .descriptor(ends[1]), metrics: shard)
        logger.info("lost")
        logger.info("lost")
        logger.close(within: second)
        #expect(logger.droppedLines == 2)
        close(ends[1])
    }

    // MARK: Files

    @Test func `Closing writes all that was logged`() throws {
        let path = temporaryFile()
        defer { unlink(path) }
        let logger = try Logger(format: .json, sink: .file(path))
        for number in 0..<5_000 { logger.info("line", ["number": .integer(number)]) }
        logger.close(within: 10 * second)
        let lines = try contents(path)
        #expect(lines.count == 5_000)
        #expect(lines.last?.hasSuffix(#""number":4999}"#) == true)
        #expect(logger.droppedLines == 0)
    }

    @Test func `Lines of many threads stay whole and in each thread's order`() throws {
        let path = temporaryFile()
        defer { unlink(path) }
        let logger = try Logger(sink: .file(path))
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for number in 0..<1_000 { logger.info("line", ["thread": .integer(thread), "number": .integer(number)]) }
        }
        logger.close(within: 10 * second)
        var next = [0, 0, 0, 0]
        for line in try contents(path) {
            let words = line.split(separator: " ").suffix(3)
            let thread = try #require(Int(words[words.startIndex + 1].dropFirst("thread=".count)))
            #expect(words.joined(separator: " ") == "line thread=\(thread) number=\(next[thread])")
            next[thread] += 1
        }
        #expect(next == [1_000, 1_000, 1_000, 1_000])
    }

    @Test func `After a rotation the log goes on in a new file`() throws {
        let path = temporaryFile()
        let old = path + ".1"
        defer {
            unlink(path)
            unlink(old)
        }
        let logger = try Logger(sink: .file(path))
        logger.info("before")
        // The writer has nothing more to do with the old file once its line is there.
        while try contents(path).isEmpty { sched_yield() }
        rename(path, old)
        logger.reopen()
        logger.info("after")
        logger.close(within: 10 * second)
        #expect(try contents(old).map(untimed) == ["info    before"])
        #expect(try contents(path).map(untimed) == ["info    after"])
    }

    @Test func `A file that cannot be opened again is told of in the old one`() throws {
        let directory = temporaryFile()
        let moved = directory + ".moved"
        mkdir(directory, 0o700)
        defer {
            unlink(moved + "/log")
            rmdir(moved)
        }
        let logger = try Logger(sink: .file(directory + "/log"))
        rename(directory, moved)
        logger.reopen()
        logger.info("after")
        logger.close(within: 10 * second)
        let lines = try contents(moved + "/log").map(untimed)
        #expect(lines.count == 2)
        #expect(
            lines.first?.hasPrefix("error   the log file cannot be opened again; the old one is used on error=") == true
        )
        #expect(lines.last == "info    after")
    }

    @Test func `A file that cannot be opened is an error that names it`() throws {
        let path = "/nowhere/at/all.log"
        let error = try #require(throws: SystemError.self) { try Logger(sink: .file(path)) }
        #expect(error.description == "open \(path): No such file or directory")
    }
}
