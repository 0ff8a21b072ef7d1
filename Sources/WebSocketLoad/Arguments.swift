import EventLoops

/// Exit statuses, as the project's design documents them.
enum ExitStatus {
    static let failed: Int32 = 1
    static let usage: Int32 = 2
    /// Cannot reach.
    static let unavailable: Int32 = 69
}

/// What the command line asks for.
enum Arguments {
    case run(Plan)
    case help
    /// What is wrong with it, for a person.
    case wrong(String)

    static let usage = """
        usage: websocket-load --port N [--host ADDRESS] [--connections N] [--bytes N] [--seconds N]
                              [--warm-up-seconds N] [--pid PID]

        Opens connections to a WebSocket echo server. Each sends a text message, waits for its echo, and sends the
        next. Prints messages a second and round-trip times, and with --pid the CPU time that the server took.
        """

    private static let numbers = ["--connections", "--bytes", "--seconds", "--warm-up-seconds", "--pid"]

    static func parse(_ arguments: ArraySlice<String>) -> Arguments {
        var values: [String: String] = [:]
        var rest = arguments
        while let option = rest.popFirst() {
            if option == "--help" || option == "-h" { return .help }
            guard ["--port", "--host"].contains(option) || numbers.contains(option) else {
                return .wrong("unknown argument \(option)")
            }
            guard let value = rest.popFirst() else { return .wrong("\(option) needs a value") }
            values[option] = value
        }
        guard let port = values["--port"].flatMap(UInt16.init), port > 0 else {
            return .wrong("--port is missing, or no number from 1 to 65535")
        }
        let host = values["--host"] ?? "127.0.0.1"
        guard let address = SocketAddress(host: host, port: port) else {
            return .wrong("--host \(host) is no IP address")
        }
        for option in numbers {
            guard let text = values[option] else { continue }
            guard let number = Int32(text), number > 0 else { return .wrong("\(option) \(text) is no positive number") }
        }
        func number(_ option: String) -> Int? { values[option].flatMap { Int($0) } }
        return .run(
            Plan(
                address: address, connections: number("--connections") ?? 100, messageBytes: number("--bytes") ?? 128,
                seconds: number("--seconds") ?? 5, warmUpSeconds: number("--warm-up-seconds") ?? 1,
                serverProcess: number("--pid").map(Int32.init)))
    }
}

/// One run of the load.
struct Plan {
    var address: SocketAddress
    var connections: Int
    var messageBytes: Int
    var seconds: Int
    /// Before the counting starts, when all connections stand.
    var warmUpSeconds: Int
    /// Whose CPU time to tell.
    var serverProcess: Int32?
}
