import EventLoops

/// What one run of the load does.
struct LoadPlan {
    static let usage = """
        usage: session-load --port N [--host ADDRESS] [--path PATH] [--sessions N] [--seconds N] [--warm-up-seconds N]
                            [--pid PID] [--idle] [--message TEXT]

        Opens a connection and a session for each of --sessions, and has every one of them answered all the time; with
        --idle they are only started. Prints chunks a second and, where the chunks carry the time that a scripted
        upstream wrote them, the time from there to here; with --pid the CPU time of the server a chunk, and its memory.
        """

    let address: SocketAddress
    var path = "/ws"
    var sessions = 100
    var seconds = 5
    /// Before the counting starts, once all sessions stand.
    var warmUpSeconds = 2
    /// The server's process, whose CPU time and memory are told.
    var serverProcess: Int32?
    var isIdle = false
    var message = "go"

    /// What is wrong with the arguments, for a person.
    struct UsageError: Error {
        var detail: String
    }

    init(arguments: ArraySlice<String>) throws(UsageError) {
        var host = "127.0.0.1"
        var port: UInt16?
        var rest = arguments
        while let option = rest.popFirst() {
            if option == "--idle" {
                isIdle = true
                continue
            }
            guard let value = rest.popFirst() else { throw UsageError(detail: "\(option) needs a value") }
            switch option {
            case "--host": host = value
            case "--path": path = value
            case "--message": message = value
            case "--port": port = UInt16(value)
            case "--sessions": sessions = try Self.positive(value, option)
            case "--seconds": seconds = try Self.positive(value, option)
            case "--warm-up-seconds": warmUpSeconds = try Self.positive(value, option)
            case "--pid": serverProcess = Int32(try Self.positive(value, option))
            default: throw UsageError(detail: "unknown argument \(option)")
            }
        }
        guard let port, port > 0 else { throw UsageError(detail: "--port is missing, or no number from 1 to 65535") }
        guard let resolved = SocketAddress(host: host, port: port) else {
            throw UsageError(detail: "--host \(host) is no IP address")
        }
        address = resolved
    }

    private static func positive(_ text: String, _ option: String) throws(UsageError) -> Int {
        guard let number = Int(text), number > 0, number <= Int(Int32.max) else {
            throw UsageError(detail: "\(option) \(text) is no positive number")
        }
        return number
    }
}
