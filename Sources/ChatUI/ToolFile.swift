package import Diagnostics
package import JSON
import JSONRPC
import SessionProtocol

/// A file with the functions that the model may call: a JSON array of definitions in the OpenAI form, checked as the server
/// checks them, each fault with its place.
package struct ToolFile: Sendable, Hashable {
    package static let maximumBytes = 1 << 20

    package private(set) var tools: [JSONValue] = []
    /// `tools.json:3:5: …`; none: the file is right.
    package private(set) var problems: [String] = []

    package init(_ source: SourceText) {
        let value: JSONValue
        do throws(JSONParseError) {
            value = try JSONParser.parse(source.bytes)
        } catch {
            problems = [Self.line(source, error.offset, "no JSON: \(error.kind)")]
            return
        }
        guard let elements = value.array else {
            problems = [Self.line(source, 0, "must be an array of function definitions, not \(value.kind.phrase)")]
            return
        }
        tools = elements
        let places = JSONPlaces(of: source.bytes)
        var names: Set<String> = []
        for (index, element) in elements.enumerated() {
            if let fault = Self.fault(in: [element]) {
                let path = fault.path.replacing("tools[0]", with: "tools[\(index)]", maxReplacements: 1)
                let detail = fault.detail.replacing("sessionParams.tools[0]", with: "[\(index)]")
                problems.append(Self.line(source, places.offset(of: path), detail))
            } else if let name = element["function"]?["name"]?.string, !names.insert(name).inserted {
                problems.append(
                    Self.line(
                        source, places.offset(of: "tools[\(index)].function.name"),
                        "there are two tools named `\(name)`"))
            }
        }
        if elements.count > StartSessionParams.maximumTools {
            problems.append(
                Self.line(
                    source, places.offset(of: "tools[\(StartSessionParams.maximumTools)]"),
                    "\(elements.count) tools are more than the limit of \(StartSessionParams.maximumTools)"))
        }
    }

    /// What the server would say of a session with these tools.
    private static func fault(in tools: [JSONValue]) -> (path: String, detail: String)? {
        do throws(JSONRPCError) {
            _ = try StartSessionParams(["userId": "", "sessionParams": ["tools": .array(tools)]])
            return nil
        } catch {
            let path = error.invalidParam ?? ""
            return (path.hasPrefix("sessionParams.") ? String(path.dropFirst(14)) : path, error.detail ?? error.message)
        }
    }

    private static func line(_ source: SourceText, _ offset: Int, _ message: String) -> String {
        let position = source.position(at: offset)
        return "\(source.origin.displayName):\(position.line):\(position.column): \(escapedForDisplay(message))"
    }
}

/// Where the values of a JSON text begin, by their paths: `tools`, `tools[0].function.name`.
private struct JSONPlaces {
    private var offsets: [String: Int] = [:]

    /// `bytes` are valid JSON.
    init(of bytes: [UInt8]) {
        var scan = Scan(bytes: bytes)
        scan.value(at: "tools")
        offsets = scan.offsets
    }

    /// Of the nearest value around it where there is none at `path`.
    func offset(of path: String) -> Int {
        var path = path[...]
        while true {
            if let offset = offsets[String(path)] { return offset }
            guard let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return 0 }
            path = path[..<end]
        }
    }

    private struct Scan {
        let bytes: [UInt8]
        var position = 0
        var offsets: [String: Int] = [:]

        mutating func value(at path: String) {
            skipBlanks()
            offsets[path] = position
            switch next {
            case UInt8(ascii: "{"):
                position += 1
                while let name = memberName() { value(at: "\(path).\(name)") }
            case UInt8(ascii: "["):
                position += 1
                var index = 0
                while isBeforeElement() {
                    value(at: "\(path)[\(index)]")
                    index += 1
                }
            case UInt8(ascii: "\""): _ = string()
            default:
                while let byte = next, !",]} \t\r\n".utf8.contains(byte) { position += 1 }
            }
        }

        private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

        private mutating func skipBlanks() {
            while let byte = next, " \t\r\n".utf8.contains(byte) { position += 1 }
        }

        /// Steps over what stands before an element; false, and over the bracket, at the end.
        private mutating func isBeforeElement() -> Bool {
            skipBlanks()
            if next == UInt8(ascii: ",") {
                position += 1
                skipBlanks()
            }
            guard let byte = next, !"]}".utf8.contains(byte) else {
                position += 1
                return false
            }
            return true
        }

        private mutating func memberName() -> String? {
            guard isBeforeElement() else { return nil }
            let name = string()
            skipBlanks()
            position += 1
            return name
        }

        /// As written, escapes and all.
        private mutating func string() -> String {
            let start = position + 1
            position += 1
            while let byte = next, byte != UInt8(ascii: "\"") { position += byte == UInt8(ascii: "\\") ? 2 : 1 }
            let end = min(position, bytes.count)
            position += 1
            return String(decoding: bytes[min(start, end)..<end], as: UTF8.self)
        }
    }
}
