import JSON
import JSONRPC
import SessionProtocol
import Testing

/// The tables are whole, say nothing twice, and say what is sent.
@Suite struct ProtocolTableTests {
    private static let fieldLists: [(String, [FieldSpecification])] = {
        var lists: [(String, [FieldSpecification])] = []
        for method in SessionMethod.allCases {
            lists.append(("\(method) params", method.specification.params))
            lists.append(("\(method) result", method.specification.result))
        }
        for method in SessionNotificationMethod.allCases {
            lists.append((method.rawValue, method.specification.params))
        }
        for kind in ErrorKind.allCases { lists.append(("\(kind)", kind.fields)) }
        return lists
    }()

    /// Other programs depend on these: they are written out, so that a change is seen.
    @Test func namesAndNumbersAreThoseOfTheContract() {
        #expect(
            SessionMethod.allCases.map(\.rawValue) == [
                "startSession", "sendUserMessage", "provideToolResult", "approveToolCall", "stopSession", "echo",
                "cancelMessage", "pauseSession", "resumeSession", "attachSession", "getHistory", "listModels",
                "getServerInfo",
            ])
        #expect(
            SessionNotificationMethod.allCases.map(\.rawValue) == [
                "SessionStatusNotification", "AIMessageChunkNotification", "ToolCallNotification",
                "ToolResultNotification", "AIReasoningChunkNotification", "UsageNotification",
            ])
        #expect(
            SessionStatus.allCases.map { [$0.rawValue: "\($0)"] } == [
                [0: "starting"], [1: "active"], [2: "stopped"], [3: "error"], [4: "paused"],
            ])
        #expect(OutcomeStatus.ok.rawValue == 0)
        #expect(OutcomeStatus.error.rawValue == 1)
        let codes = [
            -32700: "Parse error", -32600: "Invalid Request", -32601: "Method not found", -32602: "Invalid params",
            -32603: "Internal error", -32000: "Server busy", -32001: "Unauthorized",
        ]
        for kind in ErrorKind.allCases { #expect(codes[kind.code.rawValue] == kind.code.standardMessage) }
        #expect(Set(ErrorKind.allCases.map(\.code.rawValue)) == Set(codes.keys))
    }

    /// A client that asks for nothing is never sent a method that it does not know.
    @Test func whatIsAddedNeedsACapability() {
        let withoutAsking = SessionNotificationMethod.allCases.filter { $0.specification.capability == nil }
        #expect(withoutAsking == [.sessionStatus, .messageChunk, .toolCall])
    }

    @Test(arguments: fieldLists)
    func noFieldIsListedTwiceAndEachIsExplained(name: String, fields: [FieldSpecification]) {
        #expect(Set(fields.map(\.name)).count == fields.count)
        for field in fields {
            #expect(!field.summary.isEmpty && !field.summary.hasSuffix("."), "\(field.name)")
            // A member of another one stands behind it.
            if let dot = field.name.lastIndex(of: ".") {
                let outer = fields.first { $0.name == field.name[..<dot] }
                #expect(outer?.type == .object, "\(field.name)")
            }
        }
    }

    @Test func everythingHasASummary() {
        let sentences =
            SessionMethod.allCases.map(\.specification.summary)
            + SessionNotificationMethod.allCases.map(\.specification.summary)
        for sentence in sentences { #expect(sentence.hasSuffix("."), "\(sentence)") }
        let phrases =
            ErrorKind.allCases.map(\.summary) + AnswerErrorKind.allCases.map(\.summary)
            + ServerLimit.allCases.map(\.summary) + SessionStatus.allCases.map(\.summary)
            + Capability.allCases.map(\.summary)
        for phrase in phrases { #expect(!phrase.isEmpty && !phrase.hasSuffix("."), "\(phrase)") }
        #expect(Set(phrases).count == phrases.count)
    }

    /// What JSON-RPC's own layer calls its errors is what the table calls them.
    @Test func kindsOfErrorsBelowTheMethodsAreInTheTable() {
        for kind in [
            JSONRPCError.parseErrorKind, JSONRPCError.invalidRequestKind, JSONRPCError.batchTooLargeKind,
        ] {
            #expect(ErrorKind(rawValue: kind) != nil, "\(kind)")
        }
    }

    @Test func aTypeAcceptsItsKindsOnly() {
        let accepted: [FieldType: [JSONKind]] = [
            .string: [.string], .integer: [.number], .number: [.number], .boolean: [.bool], .object: [.object],
            .array: [.array], .strings: [.array], .objects: [.array], .any: JSONKind.allCases,
        ]
        for type in FieldType.allCases {
            #expect(JSONKind.allCases.filter(type.accepts) == accepted[type], "\(type)")
        }
    }

    // MARK: Errors

    @Test(arguments: ErrorKind.allCases)
    func anErrorHasTheCodeAndTheWordsOfItsKind(kind: ErrorKind) {
        let error = JSONRPCError(kind, detail: "why", more: ["more": 1])
        #expect(error.code == kind.code)
        #expect(error.message == kind.code.standardMessage + ": why")
        #expect(error.data == ["kind": .string(kind.rawValue), "detail": "why", "more": 1])
    }

    @Test(arguments: ServerLimit.allCases)
    func aLimitIsNamedAsGetServerInfoNamesIt(limit: ServerLimit) {
        let error = JSONRPCError.limitReached(limit, maximum: 3)
        #expect(error.data?["limit"]?.string == limit.rawValue)
        #expect(error.data?["maximum"] == 3)
        #expect(error.detail?.hasPrefix("the limit of 3 ") == true)
        #expect(error.invalidParam == nil)
    }

    // MARK: Reference

    @Test func everyPartOfTheReferenceIsRenderedAndNamedOnce() {
        #expect(Set(ProtocolReference.all.map(\.name)).count == ProtocolReference.all.count)
        for part in ProtocolReference.all {
            #expect(part.markdown.hasSuffix("\n") && !part.markdown.hasSuffix("\n\n"), "\(part.name)")
            // Each row of a table has as many cells as its head.
            let tables = part.markdown.split(separator: "\n\n").filter { $0.hasPrefix("|") }
            for table in tables {
                let bars = table.split(separator: "\n").map { line in line.count { $0 == "|" } }
                #expect(Set(bars).count == 1, "\(part.name)")
            }
        }
        #expect(
            ProtocolReference.method(.stopSession).markdown.contains("| `status` | integer | required | 2: stopped |"))
        #expect(ProtocolReference.notification(.usage).markdown.contains("capability `usage` only"))
    }
}
