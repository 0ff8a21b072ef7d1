import EventLoops
import HTTP1

// Drives many sessions of a server, for the benchmarks.

if CommandLine.arguments.contains("--help") {
    Console.print(LoadPlan.usage)
} else {
    do {
        let plan = try LoadPlan(arguments: CommandLine.arguments.dropFirst())
        let url = try HTTPURL("ws://\(plan.address)\(plan.path)")
        let loop = try EventLoop(name: "load")
        loop.submit { SessionLoad(plan, url: url, loop: loop).start() }
        loop.run()
    } catch let error as LoadPlan.UsageError {
        Console.fail(error.detail + "\n" + LoadPlan.usage, status: 2)
    } catch {
        Console.fail("\(error)", status: 2)
    }
}
