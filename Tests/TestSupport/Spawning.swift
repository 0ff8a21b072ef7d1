import CTestSupport
import Foundation

/// Why a program of a test did not start, or did not do what was awaited.
package struct ProgramFailure: Error, CustomStringConvertible {
    package var description: String

    package init(description: String) { self.description = description }
}

/// Starts a program with default signals and none of the other descriptors of this process. Foundation's `Process` is not used: in
/// 6.3.1 it reads past a buffer where a process has many descriptors, which ends all tests at random.
///
/// - Parameters:
///   - words: the program's path and its arguments.
///   - terminal: the path of what becomes its controlling terminal, and its standard descriptors that are -1.
package func spawn(
    _ words: [String], environment: [String: String], in directory: String?, terminal: String? = nil,
    _ descriptors: [Int32]
) throws -> Int32 {
    var arguments = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var process: pid_t = 0
    let code = test_spawn(&arguments, &variables, directory, terminal, descriptors, &process)
    guard code == 0 else { throw ProgramFailure(description: "\(words[0]): \(String(cString: strerror(code)))") }
    return process
}

/// Opens a file that no program inherits.
package func openFile(_ path: String, _ flags: Int32) throws -> Int32 {
    let descriptor = open(path, flags | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ProgramFailure(description: "\(path): \(String(cString: strerror(errno)))") }
    return descriptor
}

/// The two ends of a pipe, which no program inherits.
package struct PipeEnds {
    package let reading: Int32
    package let writing: Int32

    package init() throws {
        var ends: [Int32] = [-1, -1]
        guard test_pipe(&ends) == 0 else {
            throw ProgramFailure(description: "pipe: \(String(cString: strerror(errno)))")
        }
        (reading, writing) = (ends[0], ends[1])
    }
}
