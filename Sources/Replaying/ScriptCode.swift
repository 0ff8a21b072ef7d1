package import Diagnostics

/// The codes of all problems that a script can have, and of what can go wrong when it is played. Numbers are stable: none is
/// given a second meaning.
package enum ScriptCode {
    // Reading the file.
    package static let unreadable = DiagnosticCode("AL101", "a script cannot be read")
    package static let tooLarge = DiagnosticCode("AL102", "a script is too large")
    package static let invalidEncoding = DiagnosticCode("AL103", "text is not UTF-8")
    package static let controlCharacter = DiagnosticCode("AL104", "a control character")
    package static let syntax = DiagnosticCode("AL105", "text is not JSON")
    package static let tooLong = DiagnosticCode("AL106", "a message is too long")
    package static let tooMany = DiagnosticCode("AL107", "too many commands")
    package static let empty = DiagnosticCode("AL108", "nothing to play")

    // Commands.
    package static let unknownCommand = DiagnosticCode("AL110", "an unknown command")
    package static let malformedLine = DiagnosticCode("AL111", "a line that cannot be read")
    package static let unknownParam = DiagnosticCode("AL112", "an unknown param")
    package static let missingParam = DiagnosticCode("AL113", "a param is missing")
    package static let wrongValue = DiagnosticCode("AL114", "a value that is not what it must be")
    package static let duplicateParam = DiagnosticCode("AL115", "a param stands twice")
    package static let misplaced = DiagnosticCode("AL116", "a command that cannot be played where it stands")
    package static let lookalike = DiagnosticCode("AL117", "a message that looks like a command")

    // Playing.
    package static let messageFailed = DiagnosticCode("AL150", "a message did not end well")
    package static let commandFailed = DiagnosticCode("AL151", "a command failed")
    package static let unmetExpectation = DiagnosticCode("AL152", "an answer is not what was expected")

    package static let all = [
        unreadable, tooLarge, invalidEncoding, controlCharacter, syntax, tooLong, tooMany, empty, unknownCommand,
        malformedLine, unknownParam, missingParam, wrongValue, duplicateParam, misplaced, lookalike, messageFailed,
        commandFailed, unmetExpectation,
    ]
}
