import EventLoops
import Foundation
import JSON
import JSONSchema
import TestSupport
import Testing

@testable import Tools

/// Nothing outside the workspace is ever opened, whatever the path and whatever others do to the tree.
@Suite(.timeLimit(.minutes(2))) struct WorkspaceTests {
    /// A workspace with a secret beside it.
    private struct Scene: Sendable {
        let directory: TemporaryDirectory
        let workspace: Workspace

        init() throws {
            directory = try TemporaryDirectory()
            try directory.write("secret.txt", "secret")
            try directory.write("inside/a.txt", "alpha\nbeta\n")
            try directory.write("inside/deep/b.txt", "gamma\n")
            workspace = try Workspace(path: directory.path + "/inside")
        }

        func link(_ name: String, to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: "\(directory.path)/inside/\(name)", withDestinationPath: target)
        }

        func read(_ path: String) -> String {
            do throws(ToolFailure) {
                return try FileReader(workspace: workspace, maximumResultBytes: 64 << 10).readFile(
                    ["path": .string(path)], Cancellation())
            } catch {
                return "! " + error.message
            }
        }

        func write(_ path: String, _ content: String) -> String {
            do throws(ToolFailure) {
                return try FileWriter(workspace: workspace).writeFile(
                    ["path": .string(path), "content": .string(content)], Cancellation())
            } catch {
                return "! " + error.message
            }
        }
    }

    @Test("Files inside are read, by any spelling of their path that stays inside")
    func inside() throws {
        let scene = try Scene()
        for path in ["a.txt", "./a.txt", "deep/.././a.txt".replacingOccurrences(of: "deep/../", with: ""), ".//a.txt"] {
            #expect(scene.read(path) == "1\talpha\n2\tbeta\n", "\(path)")
        }
        #expect(scene.read("deep/b.txt") == "1\tgamma\n")
    }

    @Test(
        "Paths that lead out are refused",
        arguments: ["../secret.txt", "deep/../../secret.txt", "/etc/passwd", "..", "deep/..", "a.txt/../../secret.txt"])
    func outside(path: String) throws {
        let scene = try Scene()
        #expect(scene.read(path).hasPrefix("! "), "\(path)")
        #expect(scene.write(path, "x").hasPrefix("! "), "\(path)")
        #expect(try scene.directory.read("secret.txt") == "secret")
    }

    @Test("Links are not followed, be it in the middle or at the end, out or in")
    func links() throws {
        let scene = try Scene()
        try scene.link("out.txt", to: "../secret.txt")
        try scene.link("up", to: "..")
        try scene.link("in.txt", to: "a.txt")
        try scene.link("self", to: "self")
        for path in ["out.txt", "up/secret.txt", "in.txt", "self", "up/inside/a.txt"] {
            #expect(scene.read(path).contains("link"), "\(path): \(scene.read(path))")
            #expect(scene.write(path, "x").hasPrefix("! "), "\(path)")
        }
        #expect(try scene.directory.read("secret.txt") == "secret")
        #expect(try scene.directory.read("inside/a.txt") == "alpha\nbeta\n")
    }

    @Test("What is no regular file is not opened: a pipe would wait for ever")
    func specialFiles() throws {
        let scene = try Scene()
        #expect(mkfifo("\(scene.directory.path)/inside/pipe", 0o600) == 0)
        #expect(scene.read("pipe") == "! `pipe` is no regular file")
        #expect(scene.write("pipe", "x") == "! `pipe` is no regular file")
        #expect(scene.read("deep") == "! `deep` is a directory, not a file")
        #expect(scene.read(".") == "! `.` is a directory, not a file")
        #expect(scene.read("a.txt/x").contains("is not a directory"))
        #expect(scene.read("none.txt") == "! there is no `none.txt` in the workspace")
    }

    @Test("Long, deep and malformed paths are refused, at the limits they are not")
    func pathLimits() throws {
        #expect(try WorkspacePath(String(repeating: "a/", count: WorkspacePath.maximumNames)).names.count == 64)
        #expect(throws: ToolFailure.self) {
            try WorkspacePath(String(repeating: "a/", count: WorkspacePath.maximumNames + 1))
        }
        #expect(throws: ToolFailure.self) { try WorkspacePath(String(repeating: "a", count: 256)) }
        #expect(try WorkspacePath(String(repeating: "a", count: 255)).names.count == 1)
        #expect(throws: ToolFailure.self) { try WorkspacePath("a\0b") }
        #expect(throws: ToolFailure.self) { try WorkspacePath(String(repeating: "/a", count: 10)) }
        #expect(throws: ToolFailure.self) {
            try WorkspacePath(String(repeating: "./", count: WorkspacePath.maximumBytes / 2) + "a")
        }
        let full = String(repeating: "./", count: WorkspacePath.maximumBytes / 2 - 1) + "ab"
        #expect(full.utf8.count == WorkspacePath.maximumBytes)
        #expect(try WorkspacePath(full).names == ["ab"])
    }

    /// It can find a way out, not prove that there is none: whether a read meets the link is a matter of luck.
    @Test("A directory that is swapped for a link out, again and again, never shows what is outside")
    func races() async throws {
        let scene = try Scene()
        let root = scene.directory.path
        try scene.directory.write("outside/b.txt", "secret")
        try scene.link("trap", to: "../outside")
        #expect(scene.read("deep/b.txt") == "1\tgamma\n")
        let isOver = Cancellation()
        let swapper = Inbox<Int>()
        try EventLoops.Thread.start(name: "swapper") {
            var count = 0
            while !isOver.isCancelled {
                // The link out stands where the directory was, for a moment.
                _ = rename("\(root)/inside/deep", "\(root)/inside/aside")
                _ = rename("\(root)/inside/trap", "\(root)/inside/deep")
                _ = rename("\(root)/inside/deep", "\(root)/inside/trap")
                _ = rename("\(root)/inside/aside", "\(root)/inside/deep")
                count += 1
            }
            swapper.put(count)
        }
        let (seen, written) = try await onThread {
            var seen: Set<String> = []
            var written: Set<String> = []
            for round in 0..<4000 {
                let text = scene.read("deep/b.txt")
                seen.insert(text.hasPrefix("! ") ? "refused" : text)
                if round % 8 == 0 {
                    let answer = scene.write("deep/c.txt", "mine")
                    written.insert(answer.hasPrefix("! ") ? "refused" : "written")
                }
            }
            return (seen, written)
        }
        isOver.cancel()
        #expect(await swapper.next() ?? 0 > 0)
        #expect(seen.isSubset(of: ["1\tgamma\n", "refused"]), "\(seen)")
        #expect(written.isSubset(of: ["written", "refused"]))
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/outside") == ["b.txt"])
    }
}

@Suite struct FileToolTests {
    /// To be kept by the caller: the directory is gone with its owner.
    private static func scene(_ files: [String: String]) throws -> (TemporaryDirectory, Workspace) {
        let directory = try TemporaryDirectory()
        for (name, content) in files { try directory.write(name, content) }
        return (directory, try Workspace(path: directory.path))
    }

    private static func text(_ body: () throws(ToolFailure) -> String) -> String {
        do throws(ToolFailure) {
            return try body()
        } catch {
            return "! " + error.message
        }
    }

    // MARK: read_file

    @Test("A file is read a page at a time")
    func pages() throws {
        let (directory, workspace) = try Self.scene([
            "n.txt": (1...10).map { "line \($0)" }.joined(separator: "\n"), "empty.txt": "", "crlf.txt": "a\r\nb\r\n",
        ])
        defer { withExtendedLifetime(directory) {} }
        let reader = FileReader(workspace: workspace, maximumResultBytes: 64 << 10)
        func read(_ name: String, _ arguments: JSONObject = [:]) -> String {
            var arguments = arguments
            arguments["path"] = .string(name)
            return Self.text { () throws(ToolFailure) in try reader.readFile(arguments, Cancellation()) }
        }
        #expect(read("n.txt", ["offset": 9]) == "9\tline 9\n10\tline 10\n")
        #expect(
            read("n.txt", ["offset": 2, "limit": 2])
                == "2\tline 2\n3\tline 3\n[lines 2 to 3; read on with offset 4]\n")
        #expect(read("n.txt", ["offset": 11]) == "! the file has only 10 lines, so there is no line 11")
        #expect(
            read("n.txt", ["offset": .number(JSONNumber(validated: "1e30"))]).hasPrefix("! the file has only 10 lines"))
        #expect(read("empty.txt") == "(the file is empty)")
        #expect(read("crlf.txt") == "1\ta\n2\tb\n")
    }

    @Test("Long lines are cut, files that are no text refused, bytes that are no UTF-8 replaced")
    func oddFiles() throws {
        let (directory, workspace) = try Self.scene([
            "long.txt": String(repeating: "x", count: FileReader.maximumLineBytes + 1),
            "full.txt": String(repeating: "x", count: FileReader.maximumLineBytes), "zero.bin": "a\0b",
        ])
        defer { withExtendedLifetime(directory) {} }
        try Data([0x61, 0xFF, 0x62]).write(to: URL(fileURLWithPath: directory.path + "/latin.txt"))
        let reader = FileReader(workspace: workspace, maximumResultBytes: 64 << 10)
        func read(_ name: String) -> String {
            Self.text { () throws(ToolFailure) in try reader.readFile(["path": .string(name)], Cancellation()) }
        }
        #expect(read("long.txt").hasSuffix("x… [line cut]\n"))
        #expect(!read("full.txt").contains("cut"))
        #expect(read("zero.bin") == "! `zero.bin` is no text file (3 bytes)")
        #expect(read("latin.txt") == "1\ta\u{FFFD}b\n")
    }

    @Test("A cancelled read ends")
    func cancelled() throws {
        let (directory, workspace) = try Self.scene(["a.txt": "a\n"])
        defer { withExtendedLifetime(directory) {} }
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: ToolFailure.self) {
            try FileReader(workspace: workspace, maximumResultBytes: 64 << 10).readFile(["path": "a.txt"], cancellation)
        }
    }

    @Test("A file that is no text is refused at once, however large it and its first line are")
    func endlessFile() throws {
        let (directory, workspace) = try Self.scene(["big": ""])
        defer { withExtendedLifetime(directory) {} }
        #expect(truncate(directory.path + "/big", 1 << 40) == 0)
        let reader = FileReader(workspace: workspace, maximumResultBytes: 64 << 10)
        let text = Self.text { () throws(ToolFailure) in try reader.readFile(["path": "big"], Cancellation()) }
        #expect(text == "! `big` is no text file (1099511627776 bytes)")
        let finder = FileFinder(workspace: workspace, maximumResultBytes: 64 << 10)
        let found = Self.text { () throws(ToolFailure) in try finder.searchText(["pattern": "a"], Cancellation()) }
        #expect(found == "(no match)\n[not searched, as it is too much: `big`]")
    }

    @Test("A cancelled read ends also within a line that does not")
    func cancelledWithinLine() throws {
        let (directory, workspace) = try Self.scene(["a.txt": "a\n" + String(repeating: "b", count: 200_000)])
        defer { withExtendedLifetime(directory) {} }
        let cancellation = Cancellation()
        let file = try workspace.openFile(try WorkspacePath("a.txt")).descriptor
        var reader = LineReader(file, maximumLineBytes: 10, cancellation: cancellation)
        #expect(try reader.next() == Array("a".utf8))
        cancellation.cancel()
        #expect(throws: ToolFailure.self) { try reader.next() }
    }

    @Test("A page ends before the result's limit, and always says how to go on", arguments: [1024, 4096, 5000])
    func pageBytes(limit: Int) throws {
        let line = String(repeating: "é", count: 150)
        let (directory, workspace) = try Self.scene([
            "n.txt": String(repeating: line + "\n", count: 100),
            "one.txt": String(repeating: "x", count: 3000) + "\nend\n",
        ])
        defer { withExtendedLifetime(directory) {} }
        let reader = FileReader(workspace: workspace, maximumResultBytes: limit)
        let finder = FileFinder(workspace: workspace, maximumResultBytes: limit)
        var offset = 1
        var lines: [Substring] = []
        while true {
            let text = try reader.readFile(["path": "n.txt", "offset": .number(JSONNumber(offset))], Cancellation())
            #expect(text.utf8.count <= limit)
            let page = text.split(separator: "\n")
            lines += page.filter { !$0.hasPrefix("[") }
            guard let last = page.last, last.hasPrefix("[") else { break }
            offset = try #require(Int(last.split(separator: " ").last?.dropLast() ?? ""))
        }
        #expect(lines == (1...100).map { "\($0)\t\(line)" })
        offset = 0
        lines = []
        while true {
            let arguments: JSONObject = ["pattern": "é", "offset": .number(JSONNumber(offset))]
            let text = try finder.searchText(arguments, Cancellation())
            #expect(text.utf8.count <= limit)
            let page = text.split(separator: "\n")
            lines += page.filter { !$0.hasPrefix("[") }
            guard let last = page.last, last.hasPrefix("[") else { break }
            offset = try #require(Int(last.split(separator: " ").last?.dropLast() ?? ""))
        }
        #expect(lines == (1...100).map { "n.txt:\($0): \(line)" })
        // A line that is longer than a page takes one.
        let long = try reader.readFile(["path": "one.txt"], Cancellation())
        #expect(long.utf8.count <= limit)
        #expect(
            limit > 4000 ? long.hasSuffix("\n2\tend\n") : long.hasSuffix("x…\n[lines 1 to 1; read on with offset 2]\n"))
    }

    // MARK: Finding

    private static let tree = [
        "README.md": "Read me\nsecond line\n", "src/main.swift": "let a = 1\nprint(a)\n",
        "src/deep/util.swift": "func A() {}\n", "docs/guide.md": "a guide\n", ".git/config": "let a = 1\n",
        "data.bin": "let a\0\n",
    ]

    @Test("A directory is listed by name, with what each entry is")
    func listing() throws {
        let (directory, workspace) = try Self.scene(Self.tree)
        defer { withExtendedLifetime(directory) {} }
        try FileManager.default.createSymbolicLink(atPath: directory.path + "/zlink", withDestinationPath: "/etc")
        let finder = FileFinder(workspace: workspace, maximumResultBytes: 64 << 10)
        func list(_ arguments: JSONObject) -> String {
            Self.text { () throws(ToolFailure) in try finder.listDirectory(arguments, Cancellation()) }
        }
        #expect(
            list([:]) == """
                .git/
                README.md\t20 bytes
                data.bin\t7 bytes
                docs/
                src/
                zlink\tsymbolic link, not followed
                """)
        #expect(
            list(["offset": 1, "limit": 2])
                == "README.md\t20 bytes\ndata.bin\t7 bytes\n[there is more; go on with offset 3]")
        #expect(list(["path": "zlink"]) == "! `zlink` is not a directory (symbolic links are not followed)")
    }

    @Test(
        "Files are found by patterns of names and of paths",
        arguments: [
            ("*.swift", ["src/deep/util.swift", "src/main.swift"]), ("**/*.md", ["README.md", "docs/guide.md"]),
            ("src/*.swift", ["src/main.swift"]), ("src/**", ["src/deep/util.swift", "src/main.swift"]),
            ("{README,guide}.md", ["README.md", "docs/guide.md"]), ("[rR]*", ["README.md"]),
            ("????.*", ["data.bin", "src/main.swift", "src/deep/util.swift"]),
            ("*.none", ["(no file has such a name)"]), ("[", ["! `[` is no pattern"]), ("{a", ["! `{a` is no pattern"]),
        ])
    func finding(pattern: String, expected: [String]) throws {
        let (directory, workspace) = try Self.scene(Self.tree)
        defer { withExtendedLifetime(directory) {} }
        let text = Self.text { () throws(ToolFailure) in
            try FileFinder(workspace: workspace, maximumResultBytes: 64 << 10).findFiles(
                ["pattern": .string(pattern)], Cancellation())
        }
        if let first = expected.first, first.hasPrefix("!") {
            #expect(text.hasPrefix(first))
        } else {
            #expect(Set(text.split(separator: "\n").map(String.init)) == Set(expected))
        }
    }

    @Test("Text is found with its place, in text files, without what tools keep for themselves")
    func searching() throws {
        let (directory, workspace) = try Self.scene(Self.tree)
        defer { withExtendedLifetime(directory) {} }
        func search(_ arguments: JSONObject) -> String {
            Self.text { () throws(ToolFailure) in
                try FileFinder(workspace: workspace, maximumResultBytes: 64 << 10).searchText(arguments, Cancellation())
            }
        }
        #expect(search(["pattern": "let a"]) == "src/main.swift:1: let a = 1")
        #expect(search(["pattern": #"^func \w"#]) == "src/deep/util.swift:1: func A() {}")
        #expect(search(["pattern": "print(a)", "literal": true]) == "src/main.swift:2: print(a)")
        #expect(search(["pattern": "READ", "ignore_case": true]) == "README.md:1: Read me")
        #expect(search(["pattern": "a", "files": "*.md", "path": "docs"]) == "docs/guide.md:1: a guide")
        #expect(search(["pattern": "nowhere"]) == "(no match)")
        #expect(search(["pattern": "(a)\\1"]).hasPrefix("! the pattern cannot be used"))
        let page = search(["pattern": ".", "limit": 2, "offset": 1])
        #expect(page == "README.md:2: second line\ndocs/guide.md:1: a guide\n[there is more; go on with offset 3]")
    }

    @Test("What is not searched is told: files past the limit, lines past theirs")
    func searchGaps() throws {
        let limit = TextSearch.maximumLineBytes
        let (directory, workspace) = try Self.scene([
            "a.txt": String(repeating: "x", count: 2 * limit + 101),
            "full.txt": String(repeating: "x", count: limit - 3) + "end\n",
            "long.txt": String(repeating: "x", count: limit - 2) + "end\n", "u.txt": String(repeating: "x", count: 200),
            "v.txt": "xx", "z.txt": "the end\n",
        ])
        defer { withExtendedLifetime(directory) {} }
        var finder = FileFinder(workspace: workspace, maximumResultBytes: 64 << 10)
        finder.limits.searchedBytes = 2 * limit + 100
        let shown = String(repeating: "x", count: TextSearch.maximumShownBytes)
        #expect(
            try finder.searchText(["pattern": "end"], Cancellation()) == """
                full.txt:1: \(shown)…
                z.txt:1: the end
                [not searched, as it is too much: `a.txt` and 1 others]
                [1 long lines were not searched to their end]
                """)
        // With room for the first, and for no other.
        finder.limits.searchedBytes = 2 * limit + 101
        #expect(
            try finder.searchText(["pattern": "none"], Cancellation()) == """
                (no match)
                [not searched, as it is too much: `full.txt` and 4 others]
                [1 long lines were not searched to their end]
                """)
    }

    @Test("A line that takes too many steps is told, one that takes as many as there may be is searched")
    func searchSteps() throws {
        let (directory, workspace) = try Self.scene(["a.txt": String(repeating: "x", count: 100) + "\n"])
        defer { withExtendedLifetime(directory) {} }
        var finder = FileFinder(workspace: workspace, maximumResultBytes: 64 << 10)
        let pattern = try #require(LinearPattern("y"))
        var left = 1000
        #expect(pattern.isFound(in: String(repeating: "x", count: 100), steps: &left) == false)
        finder.limits.lineSteps = 1000 - left
        #expect(try finder.searchText(["pattern": "y"], Cancellation()) == "(no match)")
        finder.limits.lineSteps -= 1
        #expect(
            try finder.searchText(["pattern": "y"], Cancellation())
                == "(no match)\n[1 long lines were not searched to their end]")
    }

    @Test("Of a line that is shown as much is shown as fits, in bytes")
    func shownLine() throws {
        let limit = TextSearch.maximumShownBytes
        // A letter with more marks on it than anybody wants.
        let marked = "end" + String(repeating: "\u{301}", count: limit)
        let (directory, workspace) = try Self.scene([
            "a.txt": "end" + String(repeating: "x", count: limit - 3),
            "b.txt": "end" + String(repeating: "x", count: limit - 2),
            "c.txt": marked,
        ])
        defer { withExtendedLifetime(directory) {} }
        let finder = FileFinder(workspace: workspace, maximumResultBytes: 64 << 10)
        let lines = try finder.searchText(["pattern": "end"], Cancellation()).split(separator: "\n")
        let full = "end" + String(repeating: "x", count: limit - 3)
        #expect(lines.prefix(2) == ["a.txt:1: \(full)", "b.txt:1: \(full)…"])
        #expect(lines[2].utf8.count <= "c.txt:1: ".utf8.count + limit + "…".utf8.count)
    }

    @Test("What is looked at has limits: entries of one directory, of all, and how deep they are; names must be text")
    func walkLimits() throws {
        let deepest = String(repeating: "d/", count: WorkspacePath.maximumNames - 1)
        let (directory, workspace) = try Self.scene([
            "a/1": "", "a/2": "", "b/1": "", deepest + "f": "", deepest + "e/f": "",
        ])
        defer { withExtendedLifetime(directory) {} }
        let tooMuch = "[not everything was looked at: there is too much]"
        func find(_ path: String, _ change: (inout FileLimits) -> Void = { _ in }) throws -> [Substring] {
            var finder = FileFinder(workspace: workspace, maximumResultBytes: 64 << 10)
            change(&finder.limits)
            let arguments: JSONObject = ["pattern": "*", "path": .string(path)]
            return try finder.findFiles(arguments, Cancellation()).split(separator: "\n")
        }
        #expect(try find("a") { $0.directoryEntries = 2 } == ["a/1", "a/2"])
        let fewer = try find("a") { $0.directoryEntries = 1 }
        #expect(fewer.count == 2 && fewer.last == Substring(tooMuch))
        #expect(try find("a") { $0.entries = 2 } == ["a/1", "a/2"])
        #expect(try find("a") { $0.entries = 1 } == ["a/1", Substring(tooMuch)])
        // The file below the deepest directory is one too deep.
        #expect(try find("d") == [Substring(deepest + "f"), Substring(tooMuch)])
        let odd = Array((directory.path + "/b/").utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]
        #expect(close(open(odd, O_CREAT | O_WRONLY, 0o600)) == 0)
        #expect(try find("b") == ["b/1", "[1 names are no UTF-8 and left out]"])
    }

    @Test("A page has at most so many lines, whatever is asked for")
    func pageLines() throws {
        let (directory, workspace) = try Self.scene([
            "n.txt": String(repeating: "a\n", count: FileReader.maximumLines + 1)
        ])
        defer { withExtendedLifetime(directory) {} }
        let reader = FileReader(workspace: workspace, maximumResultBytes: 1 << 20)
        let finder = FileFinder(workspace: workspace, maximumResultBytes: 1 << 20)
        func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }
        for limit in [FileReader.maximumLines, FileReader.maximumLines + 1] {
            let arguments: JSONObject = ["path": "n.txt", "limit": .number(JSONNumber(limit))]
            let page = lines(try reader.readFile(arguments, Cancellation()))
            #expect(page.count == FileReader.maximumLines + 1 && page.last?.hasPrefix("[lines 1 to 5000;") == true)
        }
        for number in 0...FileFinder.maximumEntries {
            #expect(close(open("\(directory.path)/e\(number)", O_CREAT | O_WRONLY, 0o600)) == 0)
        }
        for limit in [FileFinder.maximumEntries, FileFinder.maximumEntries + 1] {
            let page = lines(
                try finder.listDirectory(["limit": .number(JSONNumber(limit))], Cancellation()))
            #expect(page.count == FileFinder.maximumEntries + 1 && page.last?.hasPrefix("[there is more;") == true)
        }
        for limit in [FileFinder.maximumMatches, FileFinder.maximumMatches + 1] {
            let arguments: JSONObject = ["pattern": "a", "limit": .number(JSONNumber(limit))]
            let page = lines(try finder.searchText(arguments, Cancellation()))
            #expect(page.count == FileFinder.maximumMatches + 1 && page.last?.hasPrefix("[there is more;") == true)
        }
    }

    @Test("One file can be searched, and found")
    func searchingOneFile() throws {
        let (directory, workspace) = try Self.scene(Self.tree)
        defer { withExtendedLifetime(directory) {} }
        let finder = FileFinder(workspace: workspace, maximumResultBytes: 64 << 10)
        func search(_ path: String) -> String {
            Self.text { () throws(ToolFailure) in
                try finder.searchText(["pattern": "a", "path": .string(path)], Cancellation())
            }
        }
        #expect(search("src/main.swift") == "src/main.swift:1: let a = 1\nsrc/main.swift:2: print(a)")
        #expect(search("src/none") == "! there is no `src/none` in the workspace")
        #expect(search("src/main.swift/x").hasPrefix("! "))
    }

    // MARK: Writing

    @Test("A file is written whole, with its directories, and keeps its permissions")
    func writing() throws {
        let (directory, workspace) = try Self.scene(["run.sh": "old"])
        defer { withExtendedLifetime(directory) {} }
        let file = directory.path + "/run.sh"
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        let writer = FileWriter(workspace: workspace)
        func write(_ path: String, _ content: String) -> String {
            Self.text { () throws(ToolFailure) in
                try writer.writeFile(["path": .string(path), "content": .string(content)], Cancellation())
            }
        }
        #expect(write("run.sh", "new") == "Replaced `run.sh` (3 bytes).")
        #expect(try directory.read("run.sh") == "new")
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o755)
        #expect(write("a/b/c.txt", "x") == "Created `a/b/c.txt` (1 bytes).")
        #expect(try directory.read("a/b/c.txt") == "x")
        #expect(write("a", "x") == "! `a` is no regular file")
        #expect(try directory.names == ["a", "run.sh"])
    }

    @Test("Text is replaced where it stands once, or everywhere")
    func editing() throws {
        let (directory, workspace) = try Self.scene(["f.txt": "one two\nthree two\n"])
        defer { withExtendedLifetime(directory) {} }
        let writer = FileWriter(workspace: workspace)
        func edit(_ old: String, _ new: String, all: Bool = false) -> String {
            Self.text { () throws(ToolFailure) in
                try writer.editFile(
                    [
                        "path": "f.txt", "old_text": .string(old), "new_text": .string(new),
                        "replace_all": .bool(all),
                    ], Cancellation())
            }
        }
        #expect(edit("three", "3") == "Replaced it in `f.txt`, line 2.")
        #expect(edit("two", "2").hasPrefix("! old_text stands in `f.txt` 2 times."))
        #expect(edit("two", "2", all: true) == "Replaced 2 places in `f.txt`.")
        #expect(try directory.read("f.txt") == "one 2\n3 2\n")
        #expect(edit("four", "4").hasPrefix("! old_text does not stand in `f.txt`."))
        #expect(edit("", "4").hasPrefix("! old_text is empty"))
        #expect(try directory.names == ["f.txt"])
    }

    @Test("Lines that read_file showed are found in a file with carriage returns, which stay")
    func editingCarriageReturns() throws {
        let (directory, workspace) = try Self.scene(["f.txt": "one\r\ntwo\r\nthree\r\n", "mixed.txt": "a\r\nb\nc\r\n"])
        defer { withExtendedLifetime(directory) {} }
        let writer = FileWriter(workspace: workspace)
        func edit(_ file: String, _ old: String, _ new: String) -> String {
            Self.text { () throws(ToolFailure) in
                try writer.editFile(
                    ["path": .string(file), "old_text": .string(old), "new_text": .string(new)], Cancellation())
            }
        }
        #expect(edit("f.txt", "one\ntwo\n", "1\n2\n") == "Replaced it in `f.txt`, line 1.")
        #expect(edit("f.txt", "three", "3\n4") == "Replaced it in `f.txt`, line 3.")
        #expect(edit("f.txt", "2\r\n3", "2\n3") == "Replaced it in `f.txt`, line 2.")
        #expect(try directory.read("f.txt") == "1\r\n2\n3\r\n4\r\n")
        // Also where the text begins with a line's end.
        #expect(edit("f.txt", "\n3", "\nthree\nand") == "Replaced it in `f.txt`, line 2.")
        #expect(try directory.read("f.txt") == "1\r\n2\nthree\nand\r\n4\r\n")
        #expect(edit("f.txt", "\n4", "\n5\n6") == "Replaced it in `f.txt`, line 4.")
        #expect(try directory.read("f.txt") == "1\r\n2\nthree\nand\r\n5\r\n6\r\n")
        // What stands there exactly is replaced exactly.
        #expect(edit("mixed.txt", "b\nc", "B\nC") == "Replaced it in `mixed.txt`, line 2.")
        #expect(try directory.read("mixed.txt") == "a\r\nB\nC\r\n")
    }

    @Test("A file that is edited has a limit, before and after")
    func editingLimits() throws {
        let limit = FileWriter.maximumFileBytes
        func text(_ bytes: Int) -> String { String(repeating: "a", count: bytes) }
        let (directory, workspace) = try Self.scene([
            "full.txt": text(limit - 1) + "b", "over.txt": text(limit) + "b", "grows.txt": text(limit / 8),
            "grows-over.txt": text(limit / 8) + "b",
        ])
        defer { withExtendedLifetime(directory) {} }
        func edit(_ file: String, _ old: String, _ new: String, in workspace: Workspace = workspace) -> String {
            Self.text { () throws(ToolFailure) in
                try FileWriter(workspace: workspace).editFile(
                    [
                        "path": .string(file), "old_text": .string(old), "new_text": .string(new),
                        "replace_all": true,
                    ], Cancellation())
            }
        }
        #expect(edit("full.txt", "b", "c") == "Replaced it in `full.txt`, line 1.")
        #expect(edit("full.txt", "c", "cc") == "! `full.txt` would become larger than 8 MiB")
        #expect(edit("over.txt", "b", "") == "! `over.txt` is larger than 8 MiB")
        #expect(edit("grows.txt", "a", "12345678") == "Replaced \(limit / 8) places in `grows.txt`.")
        #expect(edit("grows-over.txt", "a", "12345678") == "! `grows-over.txt` would become larger than 8 MiB")
        // Sixteen thousand times as much.
        #expect(edit("full.txt", "a", text(16 << 10)) == "! `full.txt` would become larger than 8 MiB")
        #expect(try directory.read("grows-over.txt") == text(limit / 8) + "b")
        // The system says that this file has no bytes, but there are some.
        let status = edit("status", "Name", "x", in: try Workspace(path: "/proc/self"))
        #expect(status == "! `status` is being written by another; try again")
    }

    @Test("Text that overlaps itself stands there more than once")
    func editingOverlaps() throws {
        let (directory, workspace) = try Self.scene([
            "f.txt": "aaa", "long.txt": String(repeating: "a", count: 1_000_000),
        ])
        defer { withExtendedLifetime(directory) {} }
        let writer = FileWriter(workspace: workspace)
        func edit(_ file: String, _ old: String, all: Bool = false) -> String {
            Self.text { () throws(ToolFailure) in
                try writer.editFile(
                    [
                        "path": .string(file), "old_text": .string(old), "new_text": "b", "replace_all": .bool(all),
                    ], Cancellation())
            }
        }
        #expect(edit("f.txt", "aa").hasPrefix("! old_text stands in `f.txt` 2 times."))
        #expect(edit("f.txt", "aa", all: true) == "Replaced it in `f.txt`, line 1.")
        #expect(try directory.read("f.txt") == "ba")
        // Takes the square of its length where each place is tried.
        let long = String(repeating: "a", count: 500_000) + "b"
        #expect(edit("long.txt", long).hasPrefix("! old_text does not stand in"))
    }

    @Test("Of edits of one file at the same time none is lost")
    func parallelEdits() async throws {
        let (directory, workspace) = try Self.scene(["f.txt": (0..<20).map { "<\($0)>" }.joined(separator: "\n")])
        defer { withExtendedLifetime(directory) {} }
        let writer = FileWriter(workspace: workspace)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    _ = try? await onThread {
                        try writer.editFile(
                            ["path": "f.txt", "old_text": .string("<\(number)>"), "new_text": .string("[\(number)]")],
                            Cancellation())
                    }
                }
            }
        }
        #expect(try directory.read("f.txt") == (0..<20).map { "[\($0)]" }.joined(separator: "\n"))
    }
}
