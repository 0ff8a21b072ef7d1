import Diagnostics
import JSON
import SessionProtocol

/// One JSON object a line: `start`, then `message`, `command` and `file` as they end, and `end`. `docs/replay.md` has the members.
package struct JSONLinesReport: ReplayReport {
    /// Counts up when members change their meaning or go away, not when some are added.
    package static let version = 1

    private var inFile = ReplaySummary()

    package init() {}

    package mutating func began(_ plan: ReplayPlan) -> String {
        var object: JSONObject = [
            "event": "start", "version": .number(JSONNumber(Self.version)), "ailoopctl": .string(plan.version),
            "files": .array(plan.scripts.map { .string($0.origin.name) }),
        ]
        object["url"] = plan.url.map { .string($0) }
        return line(object)
    }

    package mutating func report(_ event: PlayEvent, of script: Script, after nanoseconds: UInt64) -> String {
        inFile.add(event)
        switch event {
        case .messageEnded(let result): return line(message(result, script))
        case .commandFailed(let command, let failure):
            return line([
                "event": "command", "file": .string(script.origin.name), "line": .number(JSONNumber(command.line)),
                "command": .string(command.name), "status": "failed", "failure": value(failure),
            ])
        case .ended(let outcome):
            defer { inFile = ReplaySummary() }
            var object: JSONObject = ["event": "file", "file": .string(script.origin.name)]
            switch outcome {
            case .ok: object["status"] = "ok"
            case .failed: object["status"] = "failed"
            case .interrupted: object["status"] = "interrupted"
            case .unreachable(let reason):
                object["status"] = "unreachable"
                object["detail"] = .string(reason)
            }
            append(inFile, to: &object)
            object["seconds"] = seconds(nanoseconds)
            return line(object)
        default: return ""
        }
    }

    package mutating func finished(_ summary: ReplaySummary, exitCode: Int32) -> String {
        var object: JSONObject = ["event": "end", "exitCode": .number(JSONNumber(Int(exitCode)))]
        object["files"] = .number(JSONNumber(summary.files))
        append(summary, to: &object)
        object["seconds"] = seconds(summary.duration)
        return line(object)
    }

    private func append(_ summary: ReplaySummary, to object: inout JSONObject) {
        object["messages"] = .number(JSONNumber(summary.messages))
        object["ok"] = .number(JSONNumber(summary.ended))
        object["failed"] = .number(JSONNumber(summary.failed))
        object["skipped"] = .number(JSONNumber(summary.skipped))
        object["failedCommands"] = .number(JSONNumber(summary.failedCommands))
    }

    private func message(_ result: MessageResult, _ script: Script) -> JSONObject {
        var object: JSONObject = [
            "event": "message", "file": .string(script.origin.name), "line": .number(JSONNumber(result.command.line)),
            "message": .string(result.command.message?.text ?? ""),
        ]
        switch result.status {
        case .ok: object["status"] = "ok"
        case .skipped:
            object["status"] = "skipped"
            return object
        case .failed(let failure):
            object["status"] = "failed"
            object["failure"] = value(failure)
        }
        object["answer"] = .string(result.answer)
        if !result.toolCalls.isEmpty {
            object["toolCalls"] = .array(
                result.toolCalls.map { call in
                    [
                        "name": .string(call.name), "arguments": .object(call.arguments),
                        "executor": .string(call.executor.rawValue),
                    ]
                })
        }
        object["usage"] = usage(result.usage)
        object["seconds"] = seconds(result.duration)
        object["firstChunkSeconds"] = result.timeToFirstChunk.map { seconds($0) }
        return object
    }

    /// Sums over all model calls of the message; nil where the server reported none.
    private func usage(_ calls: [UsageReport]) -> JSONValue? {
        guard !calls.isEmpty else { return nil }
        var object: JSONObject = [
            "promptTokens": .number(JSONNumber(calls.reduce(0) { $0 &+ $1.promptTokens })),
            "completionTokens": .number(JSONNumber(calls.reduce(0) { $0 &+ $1.completionTokens })),
            "totalTokens": .number(JSONNumber(calls.reduce(0) { $0 &+ $1.totalTokens })),
        ]
        let costs = calls.compactMap(\.cost)
        if !costs.isEmpty { object["cost"] = JSONNumber(costs.reduce(0, +)).map { .number($0) } }
        return .object(object)
    }

    private func value(_ failure: PlayFailure) -> JSONValue {
        ["kind": .string(failure.kind.rawValue), "detail": .string(failure.detail)]
    }

    private func seconds(_ nanoseconds: UInt64) -> JSONValue {
        .number(JSONNumber(validated: secondsText(nanoseconds)))
    }

    private func line(_ object: JSONObject) -> String { JSONValue.object(object).jsonText + "\n" }
}
