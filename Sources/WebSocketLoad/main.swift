import EventLoops
import Glibc

// The benchmark's load on a WebSocket echo server: ours, or another to compare with.

switch Arguments.parse(CommandLine.arguments.dropFirst()) {
case .help:
    Console.print(Arguments.usage)
case .wrong(let message):
    Console.complain(message + "\n" + Arguments.usage)
    exit(ExitStatus.usage)
case .run(let plan):
    do {
        let loop = try EventLoop(name: "load")
        loop.submit { Load(plan, loop: loop).start() }
        loop.run()
    } catch {
        Console.complain("\(error)")
        exit(ExitStatus.unavailable)
    }
}
