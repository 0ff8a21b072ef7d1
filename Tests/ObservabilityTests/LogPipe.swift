import Foundation

/// A pipe whose reading end the test holds: what it does not read piles up.
final class LogPipe {
    let reading: Int32
    let writing: Int32
    private var filler = 0
    private var buffered: [UInt8] = []

    init() {
        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0)
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// Writes until a further byte would make the writer wait.
    func fill() {
        let flags = fcntl(writing, F_GETFL)
        precondition(fcntl(writing, F_SETFL, flags | O_NONBLOCK) == 0)
        let piece = [UInt8](repeating: UInt8(ascii: "#"), count: 4_096)
        while true {
            let count = write(writing, piece, piece.count)
            if count < 0 { break }
            filler += count
        }
        precondition(fcntl(writing, F_SETFL, flags) == 0)
    }

    /// Reads what ``fill()`` wrote.
    func drain() {
        var piece = [UInt8](repeating: 0, count: 65_536)
        while filler > 0 {
            let count = read(reading, &piece, min(piece.count, filler))
            precondition(count > 0)
            filler -= count
        }
    }

    /// The next line, waited for.
    func readLine() -> String {
        while true {
            if let end = buffered.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffered[..<end], as: UTF8.self)
                buffered.removeSubrange(...end)
                return line
            }
            var piece = [UInt8](repeating: 0, count: 65_536)
            let count = read(reading, &piece, piece.count)
            precondition(count > 0)
            buffered += piece[..<count]
        }
    }
}
