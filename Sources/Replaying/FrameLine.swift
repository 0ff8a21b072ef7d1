import Diagnostics
import JSON
package import Observability

/// Makes the lines of a frame log: each message of a connection as it was, but for the resume token.
package struct FrameLine: Sendable {
    package enum Direction: String, Sendable {
        case sent, received
    }

    private static let tokenName = "resumeToken"
    private static let mark = Array("\"resumeToken\"".utf8)

    /// Knows the token of the session that is played now.
    private var redactor = SecretRedactor()

    package init() {}

    /// A JSON object and a line break: `time`, `file`, `line` (of the command at hand), `connection` (of the script, from 1),
    /// `direction`, `text`.
    package mutating func render(
        _ message: [UInt8], _ direction: Direction, script: Script, line: Int, connection: Int, time: Timestamp
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("time")
        writer.string(time.rfc3339)
        writer.name("file")
        writer.string(script.origin.name)
        writer.name("line")
        writer.integer(line)
        writer.name("connection")
        writer.integer(connection)
        writer.name("direction")
        writer.string(direction.rawValue)
        writer.name("text")
        writer.string(masked(message))
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private mutating func masked(_ message: [UInt8]) -> String {
        guard message.firstRange(of: Self.mark) != nil, let value = try? JSONParser.parse(message) else {
            return redactor.redacted(String(decoding: message, as: UTF8.self))
        }
        return masked(value).jsonText
    }

    private mutating func masked(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map { masked($0) })
        case .object(let object):
            var result = JSONObject()
            for member in object.members {
                if member.name == Self.tokenName, let token = member.value.string {
                    redactor = SecretRedactor()
                    redactor.register(token)
                    result.set(member.name, to: .string(SecretRedactor.replacement))
                } else {
                    result.set(member.name, to: masked(member.value))
                }
            }
            return .object(result)
        case .string(let text): return .string(redactor.redacted(text))
        case .null, .bool, .number: return value
        }
    }
}
