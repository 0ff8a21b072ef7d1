import Diagnostics
import HTTP1

/// The form that a text must have.
package enum TextForm: Sendable {
    case any
    case nonEmpty
    /// What a program can be given.
    case argument
    /// A name without blanks or line breaks.
    case modelName
    /// Visible ASCII and blanks, as HTTP allows in a header.
    case headerValue
    case endpointURL
    /// An http or https URL, or nothing.
    case optionalURL
    /// A host name or address to listen on.
    case host
    /// The path of a request: `/ws`.
    case requestPath
    case filePath
    /// `https://example.org`, or `*`.
    case origin
    /// One of these.
    case oneOf([String])
    /// A name for a tool, other than those of built-in tools.
    case toolName
    /// A name that tools' names begin with.
    case toolPrefix
    /// The name of an environment variable.
    case variableName
    /// `example.org`, or `*.example.org`.
    case hostPattern

    /// What is wrong with `text`, to follow the key's name, and how to mend it; nil where it has the form.
    func fault(of text: String) -> (message: String, help: String)? {
        switch self {
        case .any: nil
        case .argument: text.utf8.contains(0) ? ("contains a null character", "remove it") : nil
        case .nonEmpty: text.allSatisfy(\.isWhitespace) ? ("is empty", "give it a value, or remove the key") : nil
        case .modelName: Self.nameFault(text)
        case .headerValue:
            text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
                ? nil : ("contains what an HTTP header cannot carry", "use printable ASCII characters")
        case .endpointURL: Self.urlFault(text)
        case .optionalURL: text.isEmpty ? nil : Self.siteFault(text)
        case .host: Self.hostFault(text)
        case .requestPath: Self.pathFault(text)
        case .filePath:
            text.isEmpty || text.utf8.contains(0) ? ("names no file", "write a path, or remove the key") : nil
        case .origin: Self.originFault(text)
        case .oneOf(let choices):
            choices.contains(text)
                ? nil
                : (
                    "is not a choice",
                    (nearestName(to: text, among: choices).map { "did you mean `\($0)`? " } ?? "")
                        + "choices: " + choices.map { "`\($0)`" }.joined(separator: ", ")
                )
        case .toolName: Self.toolNameFault(text)
        case .toolPrefix:
            Self.isToolName(text, maximumLength: 32) && !text.contains("__")
                ? nil
                : (
                    "is no name for tools to begin with",
                    "use 1 to 32 letters, digits, `_` and `-`, and no two `_` side by side"
                )
        case .variableName:
            VariableReference.isName(text)
                ? nil
                : (
                    "is no name of a variable",
                    "names are letters, digits and `_`, and do not begin with a digit"
                )
        case .hostPattern:
            HostName.isPattern(text)
                ? nil : ("is no host", "write a name such as `example.org`, or `*.example.org` for all below it")
        }
    }

    private static func nameFault(_ text: String) -> (message: String, help: String)? {
        if text.allSatisfy(\.isWhitespace) { return ("is empty", "give it a value, or remove the key") }
        guard let blank = text.first(where: { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 0x20 } })
        else {
            return nil
        }
        return blank.isNewline
            ? ("contains a line break", "write it on one line, without `|` or `>`")
            : ("contains a blank", "models' names have none")
    }

    private static func toolNameFault(_ text: String) -> (message: String, help: String)? {
        if Settings.Tools.BuiltIn(rawValue: text) != nil {
            return ("is the name of a built-in tool", "choose another name")
        }
        if text.contains("__") {
            return ("has two `_` side by side, as tools of MCP servers have", "choose another name")
        }
        return isToolName(text, maximumLength: 64)
            ? nil : ("is no name of a tool", "use 1 to 64 letters, digits, `_` and `-`")
    }

    private static func isToolName(_ text: String, maximumLength: Int) -> Bool {
        (1...maximumLength).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
            }
    }

    /// Paths are appended to an endpoint's URL, and it is shown in logs.
    private static func urlFault(_ text: String) -> (message: String, help: String)? {
        if text.contains(where: { $0 == "?" || $0 == "#" }) {
            return ("has a query or fragment", "paths are appended to this URL: leave it out")
        }
        do throws(HTTPURLError) {
            let url = try HTTPURL(text)
            let isHTTP = url.scheme == .http || url.scheme == .https
            return isHTTP ? nil : ("is no http or https URL", "write `https://host/path`")
        } catch {
            return switch error.kind {
            case .noScheme, .unknownScheme: ("is no http or https URL", "write `https://host/path`")
            case .userInformation: ("contains a user name or password", "give the key as `openrouter.api_key`")
            case .noHost, .invalidHost: ("names no valid host", "write `https://host/path`")
            case .invalidPort: ("has no valid port", "ports are 1 to 65535: `https://host:8443/path`")
            case .invalidTarget, .fragment: ("contains a blank or a character that is not ASCII", "percent-encode it")
            }
        }
    }

    private static func siteFault(_ text: String) -> (message: String, help: String)? {
        let isURL = ["https://", "http://"].contains { text.hasPrefix($0) && text.count > $0.count }
        let isHeaderValue = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isURL && isHeaderValue ? nil : ("is not a URL", "write `https://…`, or leave it empty")
    }

    private static func hostFault(_ text: String) -> (message: String, help: String)? {
        if HostName.isValid(text) { return nil }
        if text.contains("://") { return ("is a URL, not a host", "write the host only, such as `127.0.0.1`") }
        if text.hasPrefix("["), text.hasSuffix("]"), HostName.isValid(String(text.dropFirst().dropLast())) {
            return ("stands between brackets", "write `\(text.dropFirst().dropLast())`")
        }
        let name = text.prefix { $0 != ":" }
        if text.count(where: { $0 == ":" }) == 1, HostName.isValid(String(name)) {
            return ("contains a port", "write `\(name)` here and the port as `server.port`")
        }
        return ("is neither a host name nor an address", "write for example `127.0.0.1`, `::1` or `localhost`")
    }

    private static func pathFault(_ text: String) -> (message: String, help: String)? {
        let isClean = text.utf8.allSatisfy {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
        }
        if !text.hasPrefix("/") { return ("does not begin with `/`", "write for example `/ws`") }
        return isClean ? nil : ("contains what a request's path cannot", "use letters, digits, `/`, `-` and `_`")
    }

    private static func originFault(_ text: String) -> (message: String, help: String)? {
        if text == "*" { return nil }
        let help = "write scheme, host and port as browsers do: `https://example.org`"
        guard let url = try? HTTPURL(text), url.scheme == .http || url.scheme == .https else {
            return ("is not an origin", help)
        }
        return url.target == "/" && !text.hasSuffix("/") ? nil : ("has a path", help)
    }
}
