import EventLoops
import HTTP1

/// Exit statuses, as the project's design documents them.
enum ExitStatus {
    static let failed: Int32 = 1
    static let usage: Int32 = 2
    /// Cannot listen, cannot reach.
    static let unavailable: Int32 = 69
}

/// What the command line asks for.
enum Arguments {
    case serve(SocketAddress, loops: Int)
    case autobahnClient(SocketAddress, HTTPURL)
    case help
    /// What is wrong with it, for a person.
    case wrong(String)

    static let maximumLoops = 64

    static let usage = """
        usage: websocket-echo --port N [--host ADDRESS] [--loops N]
               websocket-echo --autobahn-client ws://ADDRESS:PORT

        Sends every message back. ADDRESS is an IP address, 127.0.0.1 unless given; port 0 takes a free one. Prints
        the address that it listens on.
        --autobahn-client runs every case of an Autobahn|Testsuite fuzzing server, and has it write its report.
        """

    static func parse(_ arguments: ArraySlice<String>) -> Arguments {
        var values: [String: String] = [:]
        var rest = arguments
        while let option = rest.popFirst() {
            if option == "--help" || option == "-h" { return .help }
            guard ["--port", "--host", "--loops", "--autobahn-client"].contains(option) else {
                return .wrong("unknown argument \(option)")
            }
            guard let value = rest.popFirst() else { return .wrong("\(option) needs a value") }
            values[option] = value
        }
        if let url = values["--autobahn-client"] { return client(url) }
        return server(values)
    }

    private static func server(_ values: [String: String]) -> Arguments {
        guard let portText = values["--port"] else { return .wrong("--port is missing") }
        guard let port = UInt16(portText) else { return .wrong("--port \(portText) is no number from 0 to 65535") }
        let host = values["--host"] ?? "127.0.0.1"
        guard let address = SocketAddress(host: host, port: port) else {
            return .wrong("--host \(host) is no IP address")
        }
        let loopsText = values["--loops"] ?? "1"
        guard let loops = Int(loopsText), (1...maximumLoops).contains(loops) else {
            return .wrong("--loops \(loopsText) is no number from 1 to \(maximumLoops)")
        }
        return .serve(address, loops: loops)
    }

    private static func client(_ text: String) -> Arguments {
        do {
            let url = try HTTPURL(text)
            guard let address = SocketAddress(host: url.host, port: UInt16(url.port)) else {
                return .wrong("\(url.host) is no IP address")
            }
            return .autobahnClient(address, url)
        } catch {
            return .wrong(error.detail)
        }
    }
}
