import EventLoops
import Glibc
import HTTP1
import JSON
import ScriptedUpstream

// scripted-upstream: an OpenAI-compatible service for benchmarks. Every POST is answered with a paced event stream.

let usage = """
    usage: scripted-upstream [--port N] [--chunks C] [--interval-ms I] [--chunk-bytes B] [--immediate]

      --port N         where to listen on 127.0.0.1 (0: any free port; default 9100)
      --chunks C       text chunks of one answer (default 100)
      --interval-ms I  from one chunk to the next (default 50)
      --chunk-bytes B  bytes of one event, at least \(PacedStream.minimumChunkBytes) (default 200)
      --immediate      first chunk at once, instead of spread over the interval

    """

func say(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
    let bytes = Array(text.utf8)
    _ = write(descriptor, bytes, bytes.count)
}

func refuse(_ problem: String) -> Never {
    say("scripted-upstream: \(problem)\n\(usage)", to: STDERR_FILENO)
    exit(2)
}

var values = ["--port": 9100, "--chunks": 100, "--interval-ms": 50, "--chunk-bytes": 200]
var isImmediate = false
var arguments = CommandLine.arguments.dropFirst()
while let name = arguments.popFirst() {
    if name == "--help" {
        say(usage)
        exit(0)
    }
    if name == "--immediate" {
        isImmediate = true
        continue
    }
    guard values[name] != nil else { refuse("unknown option \(name)") }
    guard let value = arguments.popFirst().flatMap({ Int($0) }), value >= 0 else { refuse("\(name) needs a number") }
    values[name] = value
}

guard let port = UInt16(exactly: values["--port", default: 0]) else { refuse("--port is at most 65535") }
let interval = values["--interval-ms", default: 0]
guard (1...60_000).contains(interval) else { refuse("--interval-ms is from 1 to 60000") }
let chunkBytes = values["--chunk-bytes", default: 0]
guard (PacedStream.minimumChunkBytes...1 << 20).contains(chunkBytes) else {
    refuse("--chunk-bytes is from \(PacedStream.minimumChunkBytes) to \(1 << 20)")
}
let chunks = values["--chunks", default: 0]
guard chunks <= PacedStream.maximumChunks else { refuse("--chunks is at most \(PacedStream.maximumChunks)") }
let stream = PacedStream(
    chunks: chunks, chunkBytes: chunkBytes, intervalMicroseconds: interval * 1000,
    spreadsStart: !isImmediate)

// Thousands of streams need as many descriptors.
_ = DescriptorLimit.raise(to: .max)

SignalSource.block([SIGINT, SIGTERM])
do {
    let upstream = try await ScriptedUpstream.start(port: port) { request in
        guard request.head.method == "POST" else { return .json(["data": []]) }
        return [.eventStreamHead(), .paced(stream)]
    }
    say("listening on \(upstream.url)\n")
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    var signal: Int32 = 0
    sigwait(&signals, &signal)
    try await upstream.stopped()
    say("served \(upstream.requestCount) requests on \(upstream.connectionCount) connections\n")
} catch {
    say("scripted-upstream: cannot listen on 127.0.0.1:\(port): \(error)\n", to: STDERR_FILENO)
    exit(69)
}
