import Foundation
import TestSupport

/// An interactive shell on a terminal of its own (by script(1)), typed into by a test. Its calls wait: use it on a thread.
final class ShellSession {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// What the shell's prompt is.
    static let prompt = "READY>"
    private static let endOfWords = "END-OF-WORDS"
    private static let patience = DispatchTimeInterval.seconds(120)

    private let program: TestProgram
    private let insertAll: String

    /// - Parameter setUp: the shell's start file, before what the session itself needs.
    static func bash(setUp: String, environment: [String: String], in directory: URL) throws -> ShellSession {
        let file = directory.appending(path: ".bash-session")
        // The prompt is cut in two, so that it is not found in an echo of this text.
        let lines = """
            \(setUp)
            stty cols 200 rows 50
            bind 'set bell-style none'
            bind 'set match-hidden-files off'
            bind 'set enable-bracketed-paste off'
            show_words() { printf '<%s>\\n' "$@"; echo 'END-OF''-WORDS'; }
            PS1='READY''>'
            """
        try Data(lines.utf8).write(to: file)
        return try ShellSession(
            "exec bash --noprofile --rcfile .bash-session -i", insertAll: "\u{1B}*", environment, directory)
    }

    static func zsh(setUp: String, environment: [String: String], in directory: URL) throws -> ShellSession {
        let lines = """
            stty cols 200 rows 50
            \(setUp)
            autoload -Uz compinit
            compinit -D -u
            unsetopt beep
            unset zle_bracketed_paste
            zstyle ':completion:all-matches:*' insert yes
            zstyle ':completion:all-matches:*' completer _all_matches _complete
            zle -C all-matches complete-word _generic
            bindkey -e
            bindkey '^X^A' all-matches
            show_words() { printf '<%s>\\n' "$@"; print 'END-OF''-WORDS'; }
            PS1='READY''>'
            """
        try Data(lines.utf8).write(to: directory.appending(path: ".zshrc"))
        let environment = environment.merging(["ZDOTDIR": directory.path]) { own, _ in own }
        return try ShellSession("exec zsh -d -i", insertAll: "\u{18}\u{01}", environment, directory)
    }

    private init(_ command: String, insertAll: String, _ environment: [String: String], _ directory: URL) throws {
        self.insertAll = insertAll
        program = try TestProgram(
            ["/usr/bin/script", "-qefc", command, "/dev/null"],
            environment: [
                "PATH": BuiltProgram.directory.path + ":/usr/local/bin:/usr/bin:/bin", "TERM": "xterm",
                "LANG": "C.UTF-8", "HOME": directory.path, "SHELL": "/bin/sh",
            ].merging(environment) { $1 }, in: directory.path, input: .typed, output: .collected, errors: .collected)
        try read(upTo: Self.prompt)
    }

    deinit {
        // script(1) ends its shell.
        program.signal(SIGTERM)
    }

    /// Runs a line; returns what came of it, up to the next prompt.
    @discardableResult
    func run(_ line: String) throws -> String {
        try type(line + "\r")
        return try read(upTo: Self.prompt)
    }

    /// Types `line`, has the shell insert all completions at its end, and returns the words that then stand where the last word
    /// of `line` stood: the line itself where nothing completes.
    func completions(of line: String) throws -> [String] {
        try words(of: line, after: insertAll)
    }

    /// Types `line` and presses Tab; returns all words of the line then.
    func lineAfterTab(_ line: String) throws -> [String] {
        try words(of: line, after: "\t")
    }

    /// Types `line` and presses Tab; returns what is shown up to `text`, and clears the line.
    func listing(of line: String, upTo text: String) throws -> String {
        try type(line + "\t")
        let shown = try read(upTo: text)
        try type("\u{15}\r")
        try read(upTo: Self.prompt)
        return shown
    }

    /// The words are shown by a function of the shell, so that it takes them apart itself.
    private func words(of line: String, after key: String) throws -> [String] {
        try type(line + key + "\u{01}show_words \r")
        let shown = try read(upTo: Self.endOfWords + "\r\n")
        try read(upTo: Self.prompt)
        return shown.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("<") && $0.hasSuffix(">") }
            .map { String($0.dropFirst().dropLast()) }
    }

    private func type(_ text: String) throws {
        try program.type(text)
    }

    @discardableResult
    private func read(upTo marker: String) throws -> String {
        try program.output.waitOnThread(for: marker, Self.patience)
    }
}
