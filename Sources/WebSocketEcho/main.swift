import EventLoops
import Glibc

// The conformance suite's and the benchmarks' peer: our WebSocket with nothing above it.

do {
    switch Arguments.parse(CommandLine.arguments.dropFirst()) {
    case .help:
        Console.print(Arguments.usage)
    case .wrong(let message):
        Console.complain(message + "\n" + Arguments.usage)
        exit(ExitStatus.usage)
    case .serve(let address, let loops):
        try EchoServer.run(address: address, loopCount: loops)
    case .autobahnClient(let address, let url):
        let loop = try EventLoop(name: "client")
        loop.submit { AutobahnClient(loop: loop, address: address, server: url).start() }
        loop.run()
    }
} catch {
    Console.complain("\(error)")
    exit(ExitStatus.unavailable)
}
