package import Foundation
import TestSupport

/// Runs `openssl` with `arguments` to its end.
package func runOpenSSL(_ arguments: [String], in directory: URL) throws {
    let program = try TestProgram(["/usr/bin/env", "openssl"] + arguments, in: directory.path, errors: .collected)
    guard program.waitForExit() == 0 else {
        throw ProgramFailure(description: "openssl \(arguments.joined(separator: " ")): \(program.output.text)")
    }
}
