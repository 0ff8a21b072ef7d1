import CommandLineSpec
import Configuration
import Diagnostics

/// The token that a server wants to be shown: from the file that `--token-file` names, else from a variable. Never from the
/// command line, which every user of the machine can read.
struct ServerToken: Sendable, Equatable {
    enum Problem: Error {
        case usage(UsageProblem)
        /// What cannot be used, and why.
        case unusable(String)
    }

    /// Of a file.
    static let maximumBytes = 64 << 10

    static let option = OptionSpec(
        "token-file", value: ValueSpec("FILE", .file),
        "File with the token that the server wants (else \(ConfigurationLoader.clientTokenVariable))")
    static let variable = EnvironmentSpec(ConfigurationLoader.clientTokenVariable, "the token that a server wants")

    let text: String

    /// nil where there is none, or no server is named.
    static func read(_ invocation: Invocation) throws(Problem) -> ServerToken? {
        let path = invocation.parsed.value(of: option.name)
        guard invocation.parsed.isGiven("url") else {
            if path == nil { return nil }
            throw .usage(
                UsageProblem("`--\(option.name)` goes with `--url` only", help: "nobody asks for a token here"))
        }
        guard let path else {
            let text = invocation.environment[variable.name, default: ""]
            return text.isEmpty ? nil : try ServerToken(text, from: variable.name)
        }
        let name = escapedForDisplay(path)
        let bytes: [UInt8]
        do throws(FileReadError) {
            bytes = try SystemFiles().read(path, maximumBytes: maximumBytes)
        } catch {
            switch error {
            case .notFound: throw .unusable("\(name): there is no such file")
            case .tooLarge: throw .unusable("\(name): is larger than \(maximumBytes >> 10) KiB")
            case .failed(let reason): throw .unusable("\(name): \(reason)")
            }
        }
        return try ServerToken(String(decoding: bytes, as: UTF8.self), from: name)
    }

    private init(_ content: String, from origin: String) throws(Problem) {
        let token = content.drop(while: \.isWhitespace).prefix { !$0.isWhitespace }
        let rest = content.drop(while: \.isWhitespace).dropFirst(token.count)
        guard !token.isEmpty, rest.allSatisfy(\.isWhitespace), token.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw .unusable("\(origin): must be a token: one line of visible ASCII characters")
        }
        text = String(token)
    }
}
