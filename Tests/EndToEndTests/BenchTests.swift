import Foundation
import JSON
import Testing

/// `bench` as a process: against a server of its own, and against one that runs.
@Suite(.timeLimit(.minutes(5))) struct BenchTests {
    private let program = BuiltProgram(name: "ailoopctl")
    /// An answer of three chunks, at once.
    private let quick = [
        "AILOOP_MOCK__FIRST_CHUNK_MS": "1", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "1", "AILOOP_MOCK__CHUNKS": "3",
    ]

    private func bench(
        _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> (result: BuiltProgram.Result, json: JSONValue) {
        let environment = quick.merging(environment) { $1 }
        let result = try await program.run(["bench", "--json"] + arguments, environment: environment)
        return (result, (try? JSONParser.parse(result.output)) ?? .null)
    }

    @Test("without a key, a configuration or a server it measures one of its own")
    func ownServer() async throws {
        let result = try await program.run(
            ["bench", "-n", "2", "--messages", "6", "--warmup", "0s"], environment: quick)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasPrefix("ailoopctl 0.") == true)
        for name in ["ttft", "gap", "e2e", "start"] {
            #expect(lines.contains { $0.hasPrefix("\(name) ") && $0.contains("s  ") }, "\(name): \(result.output)")
        }
        #expect(lines.contains("errors                       0"))
        #expect(lines.contains { $0.hasPrefix("server_resident ") && $0.hasSuffix(" MiB") })
        #expect(result.output.contains("6 messages, after 0s of warm-up that is left out"))
        #expect(!result.output.contains("\u{1B}"))
    }

    @Test("the report for programs says what was done, and has all that the figures are made of")
    func json() async throws {
        let (result, json) = try await bench(["-n", "2", "--messages", "6", "--warmup", "0s", "--seed", "7"])
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(json["version"] == 1)
        #expect(json["program"]?["name"] == "ailoopctl")
        #expect(json["command"]?.array?.prefix(3) == ["ailoopctl", "bench", "--json"])
        #expect(json["host"]?["processors"]?.int ?? 0 > 0)
        #expect(json["server"]?["isOwn"] == true)
        let run = try #require(json["runs"]?.array?.first)
        #expect(run["plan"]?["seed"] == 7 && run["plan"]?["messages"] == 6 && run["plan"]?["load"] == "closed")
        #expect(run["messages"]?["answered"] == 6 && run["messages"]?["failed"] == 0)
        #expect(run["chunks"] == 18)
        let counts = ["ttft": 6, "gap": 12, "e2e": 6, "start": 2]
        for (name, count) in counts {
            let times = try #require(run["times"]?[name])
            #expect(times["count"]?.int == count, "\(name)")
            let buckets = (times["buckets"]?.array ?? []).compactMap { $0.array }
            #expect(buckets.reduce(0) { $0 + ($1.last?.int ?? 0) } == count, "\(name)")
            let percentiles = ["min", "p50", "p99", "max"].compactMap { times[$0]?.int }
            #expect(percentiles.count == 4 && percentiles == percentiles.sorted(), "\(name)")
        }
        // The mock service waits that long before its first chunk.
        #expect(run["times"]?["ttft"]?["min"]?.int ?? 0 >= 1_000_000)
        #expect(run["serverUsage"]?["residentPeakBytes"]?.int ?? 0 > 1 << 20)
        #expect(run["serverUsage"]?["cpuNanoseconds"]?.int ?? 0 > 0)
        #expect(json["definitions"]?["ttft"]?["meaning"] == "message sent → first chunk that is not empty")
    }

    @Test("the warm-up is left out, and said to be")
    func warmup() async throws {
        let (result, json) = try await bench(["-n", "1", "--messages", "2", "--warmup", "100ms"])
        #expect(result.status == 0)
        let messages = try #require(json["runs"]?.array?.first?["messages"])
        #expect(messages["warmup"]?.int ?? 0 > 0 && messages["answered"] == 2)
        #expect(json["runs"]?.array?.first?["times"]?["ttft"]?["count"] == 2)
        #expect(json["runs"]?.array?.first?["notes"]?.array?.first?.string?.contains("messages left out") == true)
    }

    @Test("the same seed asks the same")
    func seed() async throws {
        // The length of an answer depends on its question.
        let long = ["AILOOP_MOCK__CHUNKS": "0", "AILOOP_MOCK__CHUNK_INTERVAL_MS": "0"]
        var chunks: [Int?] = []
        for _ in 0..<2 {
            let (_, json) = try await bench(
                ["-n", "1", "--messages", "5", "--warmup", "0s", "--seed", "3"], environment: long)
            chunks.append(json["runs"]?.array?.first?["chunks"]?.int)
        }
        #expect(chunks[0] == chunks[1] && chunks[0] ?? 0 > 5)
    }

    @Test("several numbers of sessions are a run each, and memory is a line through them")
    func sweep() async throws {
        let arguments = ["bench", "-n", "1,3,9", "--messages", "9", "--warmup", "0s"]
        let result = try await program.run(arguments, environment: quick)
        #expect(result.status == 0, "\(result.errors)")
        let rows = result.output.split(separator: "\n").filter { ["1 ", "3 ", "9 "].contains($0.prefix(2)) }
        #expect(rows.count == 3)
        #expect(result.output.contains("server memory, sessions idle: "))
        #expect(result.output.contains(" a session (least squares, R² "))
        let json = try await bench(["-n", "1,3,9", "--messages", "9", "--warmup", "0s"]).json
        #expect(json["runs"]?.array?.map { $0["startedSessions"] } == [1, 3, 9])
        #expect(json["memory"]?["idle"]?["bytesPerSession"] != nil)
    }

    @Test("idle sessions show their memory, and how soon they are freed")
    func idle() async throws {
        let (result, json) = try await bench(["-n", "20", "--idle", "--warmup", "10ms"])
        #expect(result.status == 0)
        let run = try #require(json["runs"]?.array?.first)
        #expect(run["figures"]?["release"] != nil && run["figures"]?["server_resident_per_session"] != nil)
        #expect(run["times"]?["ttft"] == nil && run["messages"]?["sent"] == 0)
    }

    // MARK: Conditions

    @Test("a condition that holds, or cannot be told, is exit code 1; all are told")
    func conditions() async throws {
        let once = ["-n", "1", "--messages", "1", "--warmup", "0s"]
        let passed = try await bench(once + ["--fail-if", "ttft.p99>1h", "--fail-if=errors>0"])
        #expect(passed.result.status == 0 && passed.result.errors.isEmpty)
        #expect(passed.json["checks"]?.array?.map { $0["passed"] } == [true, true])
        let failed = try await bench(
            once + ["--fail-if", "ttft.p99 > 1us", "--fail-if", "errors>0", "--fail-if", "relay.p50>1s"])
        #expect(failed.result.status == 1)
        #expect(failed.json["checks"]?.array?.map { $0["passed"] } == [false, true, false])
        #expect(failed.result.errors.contains("--fail-if `ttft.p99 > 1us` with 1 session: yes, it is "))
        #expect(
            failed.result.errors.contains("`relay.p50>1s` with 1 session: cannot be told, nothing of it was measured"))
        #expect(!failed.result.errors.contains("errors>0"))
    }

    @Test("what cannot be understood is exit code 2, and says what is possible")
    func usage() async throws {
        let table: [([String], String)] = [
            (["--fail-if", "tfft.p99>1s"], "did you mean `ttft.p99`?"),
            (["--fail-if", "ttft.p99>200"], "a time with its unit"),
            (["--duration", "10"], "`--duration` needs a duration with its unit"),
            (["--sessions", "0"], "from 1 to 10000"), (["--sessions", "10001"], "from 1 to 10000"),
            (["--sessions", "1,,2"], "from 1 to 10000"), (["--rate", "nan"], "`--rate` must be a number"),
            (["--idle", "--rate", "1"], "`--rate` cannot go with `--idle`"),
            (["--rate", "1", "--think", "1s"], "`--think` cannot go with `--rate`"),
            (["--arrivals", "constant"], "`--arrivals` needs `--rate`"),
            (["--url", "ws://127.0.0.1:1/ws", "--ai-service", "mock"], "`--ai-service` cannot go with `--url`"),
            (["--url", "http://127.0.0.1:1/ws"], "http:// is not spoken here"),
        ]
        for (arguments, words) in table {
            let result = try await program.run(["bench"] + arguments)
            #expect(
                result.status == 2 && result.output.isEmpty && result.errors.contains(words),
                "\(arguments): \(result.errors)")
        }
    }

    // MARK: What fails

    @Test("a server that is not there is 69")
    func unreachable() async throws {
        let (result, json) = try await bench(["--url", "ws://127.0.0.1:1/ws?token=hush", "-n", "3"])
        #expect(result.status == 69)
        #expect(result.errors == "ailoopctl bench: cannot connect to 127.0.0.1:1: Connection refused\n")
        #expect(json["runs"]?.array?.first?["ending"] == "unreachable")
        #expect(json["server"]?["url"] == "ws://127.0.0.1:1/ws" && !result.output.contains("hush"))
        #expect(try await program.run(["bench", "--url", "ws://127.0.0.1:1/ws"]).output.isEmpty)
    }

    @Test("failures are counted by kind and are in no time; where nothing but failures came it is 1")
    func allFailed() async throws {
        let (result, json) = try await bench(["-n", "1", "--messages", "3", "--warmup", "0s", "--message", "error"])
        #expect(result.status == 1)
        #expect(result.errors == "ailoopctl bench: no message was answered\n")
        let run = try #require(json["runs"]?.array?.first)
        #expect(run["errors"]?.array?.map { $0["kind"] } == ["upstreamUnavailable"])
        #expect(run["errors"]?.array?.first?["count"] == 3)
        #expect(run["times"]?["ttft"] == nil && run["times"]?["e2e"] == nil && run["messages"]?["failed"] == 3)
    }

    @Test("answers without text, and those that come too late, are failures")
    func emptyAndLate() async throws {
        let empty = try await bench(["-n", "1", "--messages", "1", "--warmup", "0s", "--message", "empty"])
        #expect(empty.json["runs"]?.array?.first?["errors"]?.array?.first?["kind"] == "emptyAnswer")
        let late = try await bench(
            ["-n", "1", "--messages", "2", "--warmup", "0s", "--timeout", "1s"],
            environment: ["AILOOP_MOCK__FIRST_CHUNK_MS": "600000"])
        #expect(late.result.status == 1)
        #expect(late.json["runs"]?.array?.first?["errors"]?.array?.map { $0["kind"] } == ["noAnswerInTime"])
        #expect(late.json["runs"]?.array?.first?["messages"]?["failed"] == 2)
    }

    @Test("sessions that the server does not take are errors; the others are measured")
    func sessionLimit() async throws {
        let (result, json) = try await bench(
            ["-n", "5", "--messages", "4", "--warmup", "0s", "--fail-if", "errors>2"],
            environment: ["AILOOP_SESSIONS__MAX_SESSIONS": "2"])
        #expect(result.status == 1)
        let run = try #require(json["runs"]?.array?.first)
        #expect(run["startedSessions"] == 2 && run["messages"]?["answered"] == 4)
        #expect(run["errors"]?.array?.map { $0["kind"] } == ["limitReached"])
        #expect(run["errors"]?.array?.first?["count"] == 3)
    }

    @Test("too few descriptors are told before anything starts, at the limit and not one before")
    func descriptors() async throws {
        let line = #"ulimit -n $1; "$PROGRAM" bench -n 10 --messages 10 --warmup 0s >/dev/null; echo $?"#
        func status(_ limit: Int) async throws -> BuiltProgram.Result {
            try await program.shell("set -- \(limit); \(line)", environment: quick)
        }
        #expect(try await status(74).output == "0\n")
        let refused = try await status(73)
        #expect(refused.output == "69\n")
        #expect(refused.errors.contains("10 sessions need 74 descriptors, and 73 is all that is allowed"))
    }

    @Test("a thousand sessions are served without an error")
    func thousand() async throws {
        let (result, json) = try await bench(["-n", "1000", "--messages", "1000", "--warmup", "0s"])
        #expect(result.status == 0, "\(result.errors)")
        let run = try #require(json["runs"]?.array?.first)
        #expect(run["startedSessions"] == 1000 && run["messages"]?["answered"] == 1000 && run["errors"] == [])
    }

    // MARK: Open loop

    @Test("in an open loop times are told from when a message was due, too")
    func openLoop() async throws {
        // One session that takes 20 ms a message cannot answer a thousand a second.
        let (result, json) = try await bench(
            ["-n", "1", "--rate", "1000", "--arrivals", "constant", "--messages", "5", "--warmup", "0s"],
            environment: ["AILOOP_MOCK__FIRST_CHUNK_MS": "20"])
        #expect(result.status == 0, "\(result.errors)")
        let run = try #require(json["runs"]?.array?.first)
        let service = try #require(run["times"]?["e2e"])
        let response = try #require(run["times"]?["e2e_intended"])
        #expect(service["count"] == response["count"])
        #expect(response["max"]?.int ?? 0 > service["max"]?.int ?? .max)
        #expect(run["messages"]?["unsent"]?.int ?? 0 > 0)
        #expect(run["figures"]?["unsent"] == run["messages"]?["unsent"])
    }

    // MARK: A server that runs

    @Test("a running server is measured, and its process found")
    func runningServer() async throws {
        let server = try await RunningServer(environment: quick)
        let (result, json) = try await bench([
            "--url", "ws://\(server.address)/ws", "-n", "2", "--messages", "4", "--warmup", "0s",
        ])
        #expect(result.status == 0, "\(result.errors)")
        #expect(json["server"]?["isOwn"] == false && json["server"]?["url"] == .string("ws://\(server.address)/ws"))
        #expect(json["runs"]?.array?.first?["serverUsage"]?["residentBeforeBytes"]?.int ?? 0 > 1 << 20)
        server.signal(SIGTERM)
        #expect(await server.exitCode() == 0)
    }

    @Test("the token that the configuration asks for is given, and shown nowhere")
    func token() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("tokens", "hush-hush-token\n")
        let (result, json) = try await bench(
            ["-n", "1", "--messages", "1", "--warmup", "0s"], environment: ["AILOOP_SERVER__AUTH__TOKENS_FILE": file])
        #expect(result.status == 0, "\(result.errors)")
        #expect(json["runs"]?.array?.first?["messages"]?["answered"] == 1)
        #expect(!result.output.contains("hush"))
    }
}
