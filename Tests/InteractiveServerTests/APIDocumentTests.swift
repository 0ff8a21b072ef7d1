import Foundation
import JSON
import Observability
import ScriptedUpstream
import SessionProtocol
import Testing

/// `docs/interactive_mode_api.md` says what the server does: every example is played against a real server, every table is
/// that of the program. `UPDATE_GOLDEN=1` writes the tables anew.
@Suite(.timeLimit(.minutes(5))) struct APIDocumentTests {
    private static let document = Result { try APIDocument() }
    private static let examples =
        ((try? document.get().examples()) ?? []) + ((try? APIDocument("tools.md").examples()) ?? [])
    private static let transcripts = examples.filter { $0.language == .json }

    // MARK: Examples

    /// As every message that comes is compared, an example in which any value, member or element of a message of the server
    /// is changed fails: that is tried, too.
    @Test(arguments: transcripts)
    func anExampleIsWhatTheServerDoes(example: APIDocument.Example) async throws {
        let setup = ExampleSetup.named(example.name)
        try await withServer(setup.settings, script: { setup.script($0, setup.gate) }) { server in
            var player = try await TranscriptPlayer(server: server, setup: setup)
            try await player.play(try Transcript(example.text))
            #expect(!player.comparisons.isEmpty)
            for comparison in player.comparisons {
                for wrong in comparison.expected.variants {
                    var bindings = comparison.bindings
                    let found = bindings.mismatch(wrong, comparison.received)
                    #expect(found != nil, "passes as well: \(wrong.jsonText)")
                }
            }
        }
    }

    @Test(arguments: examples.filter { $0.language == .http })
    func anHTTPExampleIsWhatTheServerDoes(example: APIDocument.Example) async throws {
        let setup = ExampleSetup.named(example.name)
        try await withServer(setup.settings, script: { setup.script($0, setup.gate) }) { server in
            if setup.drainsBefore { try await Self.drain(server) }
            let exchange = try HTTPTranscript(example.text)
            let connection = try await RawConnection.open(to: server.address)
            connection.send(exchange.request)
            connection.finishWriting()
            let answer = String(decoding: try await connection.readToEnd(), as: UTF8.self)
            #expect(exchange.mismatch(with: answer) == nil)
        }
    }

    /// The server drains, and a client keeps it from ending.
    private static func drain(_ server: TestServer) async throws {
        let client = try await TestClient.connect(to: server)
        let session = try await client.startSession()
        _ = try await client.say("Hello!", in: session)
        _ = try await client.notification("AIMessageChunkNotification")
        var player = try await TranscriptPlayer(server: server, setup: ExampleSetup())
        try await player.play(
            Transcript(Transcript.Happening.drain.rawValue + "\n← close 1001: server is shutting down"))
    }

    @Test func everyMethodNotificationAndErrorHasAnExample() throws {
        let transcripts = try Self.document.get().examples().filter { $0.language == .json }
            .map { try Transcript($0.text) }
        let shown: (KeyPath<Transcript, Set<String>>) -> Set<String> = { path in
            transcripts.reduce(into: []) { $0.formUnion($1[keyPath: path]) }
        }
        #expect(shown(\.methods).isSuperset(of: SessionMethod.allCases.map(\.rawValue)))
        #expect(shown(\.notifications) == Set(SessionNotificationMethod.allCases.map(\.rawValue)))
        #expect(shown(\.errorKinds) == Set(ErrorKind.allCases.map(\.rawValue)))
        #expect(
            shown(\.answerErrorKinds)
                == Set(AnswerErrorKind.allCases.filter { $0 != .other }.map(\.rawValue)))
    }

    @Test func examplesHaveNamesOfTheirOwn() throws {
        let names = try Self.document.get().examples().map(\.name)
        #expect(names.count > 50)
        #expect(Set(names).count == names.count)
    }

    // MARK: Tables

    /// Rendered parts by name.
    private static let references: [(name: String, markdown: String)] =
        ProtocolReference.all.map { ($0.name, $0.markdown) } + [("metrics", MetricFamily.reference)]

    @Test func tablesAreThoseOfTheProgram() throws {
        var document = try Self.document.get()
        #expect(document.referenceNames.sorted() == Self.references.map(\.name).sorted())
        for (name, markdown) in Self.references {
            if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
                document.setReference(name, to: markdown)
            }
            #expect(document.reference(name) == markdown, "\(name)")
        }
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" { try document.write() }
    }

    @Test func everyLinkLeadsToAHeading() throws {
        let text = try Self.document.get().text
        let headings = Set(
            text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                line.drop { $0 == "#" || $0 == " " }.lowercased().replacing(" ", with: "-")
            })
        let links = text.matches(of: /\]\(#([^)]*)\)/).map { String($0.output.1) }
        #expect(links.count > 10)
        for link in links { #expect(headings.contains(link), "\(link)") }
    }
}

extension MetricFamily {
    /// The table of all metrics.
    fileprivate static var reference: String {
        let rows = all.map { family -> String in
            var label = ""
            if case .labelled(let name, let values) = family.series {
                label = "`\(name)`: " + values.map { "`\($0.value)`" }.joined(separator: ", ")
            }
            if case .tools = family.series { label = "`tool`, `outcome`" }
            return "| `\(family.name)` | \(family.kind.rawValue) | \(label) | \(family.help) |\n"
        }
        return "| name | type | label | meaning |\n| --- | --- | --- | --- |\n" + rows.joined()
    }
}

extension JSONValue {
    /// Each is this value with one thing changed: a scalar, or a member or an element that is missing or too many.
    fileprivate var variants: [JSONValue] {
        switch self {
        case .object(let object):
            var all: [JSONValue] = []
            for member in object.members {
                for variant in member.value.variants {
                    var changed = object
                    changed.set(member.name, to: variant)
                    all.append(.object(changed))
                }
                var less = object
                less[member.name] = nil
                all.append(.object(less))
            }
            var more = object
            more.set("tooMuch", to: 1)
            return all + [.object(more)]
        case .array(let elements):
            var all: [JSONValue] = [.array(elements + [1])]
            for (index, element) in elements.enumerated() {
                for variant in element.variants {
                    var changed = elements
                    changed[index] = variant
                    all.append(.array(changed))
                }
            }
            return all
        case .string(let text): return [.string(text + "x"), .number(JSONNumber(1))]
        case .number: return [.number(JSONNumber(987_654)), "1"]
        case .bool(let value): return [.bool(!value)]
        case .null: return [.bool(false)]
        }
    }
}
