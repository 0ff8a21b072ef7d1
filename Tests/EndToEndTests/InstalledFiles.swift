import Foundation
import Testing

/// What `make install` puts onto a machine, in a directory of its own.
struct InstalledFiles: Sendable {
    let directory: URL

    /// `/usr/share` of that machine.
    var share: String { directory.appending(path: "usr/share").path }

    /// Installs the program that was built along with the tests.
    static func install(below directory: URL) async throws -> InstalledFiles {
        let result = try await make("install", below: directory)
        guard result.status == 0 else { throw ShellSession.Failure(description: result.errors + result.output) }
        return InstalledFiles(directory: directory)
    }

    /// Runs a target of the Makefile, without building anything.
    static func make(_ target: String, below directory: URL) async throws -> BuiltProgram.Result {
        let program = BuiltProgram(name: "ailoopctl")
        return try await program.shell(
            "make --no-print-directory -o release \(target) PROGRAM=\"$PROGRAM\" DESTDIR='\(directory.path)' PREFIX=/usr",
            in: projectDirectory)
    }
}

@Suite struct InstallTests {
    @Test(
        "make install puts each file where its reader looks, and make uninstall takes them all away",
        .enabled(if: OptionalTool.isUsable("make"), "make is not installed"))
    func install() async throws {
        let scratch = try TemporaryDirectory()
        _ = try await InstalledFiles.install(below: scratch.url)
        let files = try Set(
            FileManager.default.subpathsOfDirectory(atPath: scratch.url.path).filter { path in
                var isDirectory: ObjCBool = false
                let full = scratch.url.appending(path: path).path
                return FileManager.default.fileExists(atPath: full, isDirectory: &isDirectory)
                    && !isDirectory.boolValue
            })
        #expect(
            files == [
                "usr/bin/ailoopctl", "usr/share/bash-completion/completions/ailoopctl",
                "usr/share/zsh/site-functions/_ailoopctl", "usr/share/fish/vendor_completions.d/ailoopctl.fish",
                "usr/share/man/man1/ailoopctl.1",
            ])
        let installed = try await BuiltProgram(name: "ailoopctl").shell(
            "'\(scratch.url.path)/usr/bin/ailoopctl' --version; stat -c %a \(scratch.url.path)/usr/bin/*")
        #expect(installed.output.wholeMatch(of: /ailoopctl [0-9.]+\n755\n/) != nil)
        #expect(try await InstalledFiles.make("uninstall", below: scratch.url).status == 0)
        let left = files.filter { FileManager.default.fileExists(atPath: scratch.url.appending(path: $0).path) }
        #expect(left.isEmpty)
    }

    @Test(
        "the manual page is sound", .enabled(if: OptionalTool.isUsable("mandoc"), "mandoc is not installed"))
    func manualPage() async throws {
        let page = projectDirectory.appending(path: "docs/ailoopctl.1").path
        let program = BuiltProgram(name: "ailoopctl")
        let lint = try await program.shell("mandoc -Tlint '\(page)'")
        #expect(lint.status == 0 && lint.output.isEmpty, "\(lint.output)")
        let text = try await program.shell("mandoc -Tascii '\(page)' | sed 's,.\\x08,,g'").output
        for part in ["ailoopctl serve [options]", "EXIT STATUS", "OPENROUTER_API_KEY", "--log-level LEVEL"] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test("what is installed is what the program prints")
    func generated() async throws {
        let program = BuiltProgram(name: "ailoopctl")
        for (arguments, path) in [
            (["--generate-completions", "bash"], "completions/ailoopctl.bash"),
            (["--generate-completions", "zsh"], "completions/_ailoopctl"),
            (["--generate-completions=fish"], "completions/ailoopctl.fish"),
            (["--generate-man"], "docs/ailoopctl.1"),
        ] {
            let result = try await program.run(arguments)
            #expect(result.status == 0 && result.errors.isEmpty)
            #expect(result.output == (try String(contentsOf: projectDirectory.appending(path: path), encoding: .utf8)))
        }
        #expect(try await program.run(["--generate-completions", "powershell"]).status == 2)
        #expect(try await program.run(["serve", "--generate-man"]).status == 2)
    }
}
