import Configuration
import Diagnostics
import Testing

/// Every problem in one run: what is wrong behind, inside and beside something else that is wrong.
@Suite struct RecoveryTests {
    @Test("behind a line that is not YAML its section is read on")
    func restOfSection() {
        let loaded = load("ai_service: mock\nserver:\n  host: @x\n  port: 99999\n  prt: 5\nlogging: {level: inf}\n")
        #expect(
            loaded.lines == [
                "AL005 3:9 no value can begin with `@`",
                "AL031 4:9 `server.port` must be between 0 and 65535, not `99999`",
                "AL020 5:3 unknown key `prt` in `server`", "AL032 6:18 `logging.level`: `inf` is not a choice",
            ])
    }

    @Test("anchors are known behind a fault; one in a faulty line is no further fault")
    func anchors() {
        #expect(load("ai_service: mock\nx-p: &p 80\nlogging: @\nserver: {port: *p}\n").codes == ["AL005"])
        #expect(load("ai_service: mock\nx-p: &p @\nserver: {port: *p, path: *q}\n").codes == ["AL005", "AL011"])
    }

    @Test("a key whose value was in the faulty lines is not told to have none")
    func emptied() {
        #expect(
            load("ai_service: mock\nserver:\n  host:\n    @x\n  port:\n    # mine\n    @x\n").codes == [
                "AL005", "AL005",
            ])
        #expect(
            load("ai_service: mock\ntools:\n  commands:\n    - name:\n        @x\n      command: [/bin/true]\n").codes
                == ["AL005"])
    }

    @Test("a second section of the same name is checked with the first")
    func secondSection() {
        let loaded = load("ai_service: mock\nserver: {port: 1}\nserver: {prt: 1, path: x}\n")
        #expect(
            loaded.lines == [
                "AL010 3:1 the key `server` stands twice", "AL020 3:10 unknown key `prt` in `server`",
                "AL034 3:24 `server.path`: `x` does not begin with `/`",
            ])
    }

    @Test("behind what is too complex the rest is read")
    func tooComplex() {
        let deep = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
        #expect(load("ai_service: mock\nx-a: \(deep)\nserver: {port: x}\n").codes == ["AL012", "AL030"])
    }
}

/// What stands behind an alias.
@Suite struct AliasTests {
    @Test("what an alias stands for is not to be put between quotes as the alias is written")
    func quotes() {
        let loaded = load(
            """
            ai_service: mock
            x-n: &n 5
            x-q: &q no
            openrouter:
              fallback_models: [*n]
              app_name: *q
            """)
        #expect(
            loaded.lines == [
                "AL030 5:21 `openrouter.fallback_models[0]` must be text, not the value of `*n`",
                "AL035 6:13 `no` is text here, but true or false to many other tools",
            ])
        #expect(
            loaded.diagnostics.map(\.help) == [
                "put quotes around what `*n` stands for", "put quotes around what `*q` stands for",
            ])
        #expect(loaded.diagnostics.map(\.related.count) == [1, 1])
    }

    @Test("a word that a variable's default brings is no word of the file")
    func variables() {
        #expect(
            load("ai_service: mock\nopenrouter: {app_name: \"${A:-no}\", site_url: \"${B}\"}", environment: ["B": ""])
                .codes.isEmpty)
        #expect(load("ai_service: mock\nopenrouter:\n  app_name: ${A:-no}\n").codes.isEmpty)
    }

    @Test("what is wrong inside an aliased or merged mapping is told with the alias")
    func inside() {
        let loaded = load(
            """
            ai_service: mock
            logging: &l {level: info}
            sessions: *l
            x-m: &m {port: x}
            server:
              <<: *m
            x-o: &o [a b]
            openrouter: {fallback_models: *o}
            """)
        #expect(
            loaded.lines == [
                "AL020 2:14 unknown key `level` in `sessions`",
                "AL030 4:16 `server.port` must be a whole number, not text `x`",
                "AL034 7:10 `openrouter.fallback_models[0]`: `a b` contains a blank",
            ])
        let texts = loaded.diagnostics.map {
            $0.related.map { loaded.catalog[$0.span.origin]?.text(in: $0.span.range) }
        }
        #expect(texts == [["*l"], ["*m"], ["*o"]])
    }

    @Test("an alias that cannot be resolved shows its anchor")
    func unresolved() {
        let cycle = load("ai_service: mock\nx-a: &a [*a]\n")
        #expect(cycle.codes == ["AL011"] && cycle.diagnostics[0].related.count == 1)
    }
}

/// Values whose message says more than their type.
@Suite struct ValueHelpTests {
    private func first(_ yaml: String) -> Diagnostic? { load("ai_service: mock\n" + yaml).diagnostics.first }

    @Test("numbers that are none, fractions of bytes, and texts with a line break are told what is wrong with them")
    func help() {
        #expect(
            first("ai_loop: {temperature: .nan}")?.message
                == "`ai_loop.temperature` must be a finite number, not the number `.nan`")
        #expect(first("mock: {chunk_bytes: 1.5}")?.help == "write a whole number of bytes, or a unit, as in `1.5KiB`")
        let broken = first("server:\n  host: |\n    localhost\n")
        #expect(broken?.message.hasSuffix("ends with a line break") == true)
        #expect(broken?.help == "write it on one line, without `|` or `>`")
        #expect(first("server: {host: 999.1.1.1}")?.code.id == "AL034")
        #expect(first("server: {host: 127.0.0.1}") == nil)
    }

    @Test("a list where a section should be is shown whole")
    func list() {
        let loaded = load("ai_service: mock\nserver:\n  - a\n")
        #expect(loaded.catalog[.file("config.yaml")]?.text(in: loaded.diagnostics[0].span.range) == "- a")
    }
}
