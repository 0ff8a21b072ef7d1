import JSON
import JSONRPC
import SessionProtocol
import Testing

/// Decoding of params: every field, every wrong type, every limit at it and one past it.
@Suite struct ParamsTests {
    /// Reads params as a method does.
    private static let decoders: [SessionMethod: @Sendable (JSONValue?) throws(JSONRPCError) -> Void] = [
        .startSession: { (params) throws(JSONRPCError) in _ = try StartSessionParams(params) },
        .sendUserMessage: { (params) throws(JSONRPCError) in _ = try SendUserMessageParams(params) },
        .provideToolResult: { (params) throws(JSONRPCError) in _ = try ProvideToolResultParams(params) },
        .approveToolCall: { (params) throws(JSONRPCError) in _ = try ApproveToolCallParams(params) },
        .stopSession: { (params) throws(JSONRPCError) in _ = try SessionParams(params) },
        .cancelMessage: { (params) throws(JSONRPCError) in _ = try CancelMessageParams(params) },
        .pauseSession: { (params) throws(JSONRPCError) in _ = try SessionParams(params) },
        .resumeSession: { (params) throws(JSONRPCError) in _ = try SessionParams(params) },
        .attachSession: { (params) throws(JSONRPCError) in _ = try AttachSessionParams(params) },
        .getHistory: { (params) throws(JSONRPCError) in _ = try SessionParams(params) },
    ]

    /// One value of each kind of JSON.
    private static let values: [JSONValue] = [nil, true, 5, "text", [1], ["a": 1]]

    private static func value(of type: FieldType) -> JSONValue {
        switch type {
        case .string: "text"
        case .integer, .number: 3
        case .boolean: true
        case .object: [:]
        case .array, .strings, .objects: []
        case .any: "anything"
        }
    }

    /// Params in which every field of the table is what it must be.
    private static func goodParams(_ method: SessionMethod) -> JSONObject {
        var params = JSONObject()
        for field in method.specification.params {
            set(field.name, to: value(of: field.type), in: &params)
        }
        return params
    }

    /// `name` may have one level of path. nil: takes the field out.
    private static func set(_ name: String, to value: JSONValue?, in params: inout JSONObject) {
        let path = name.split(separator: ".").map(String.init)
        guard path.count == 2 else {
            params[name] = value
            return
        }
        var inner = params[path[0]]?.object ?? [:]
        inner[path[1]] = value
        params[path[0]] = .object(inner)
    }

    private func error(of method: SessionMethod, _ params: JSONValue?) -> JSONRPCError? {
        do throws(JSONRPCError) {
            try Self.decoders[method]?(params)
            return nil
        } catch {
            return error
        }
    }

    // MARK: What the table says

    @Test func everyMethodWithParamsThatAreCheckedIsTriedHere() {
        let checked = SessionMethod.allCases.filter { !$0.specification.params.isEmpty && $0 != .echo }
        #expect(Set(checked) == Set(Self.decoders.keys))
    }

    @Test(arguments: decoders.keys.sorted { $0.rawValue < $1.rawValue })
    func everyFieldOfTheTableIsTaken(method: SessionMethod) {
        #expect(error(of: method, .object(Self.goodParams(method))) == nil)
    }

    @Test(arguments: decoders.keys.sorted { $0.rawValue < $1.rawValue })
    func everyFieldIsRefusedWhereItsTypeIsWrong(method: SessionMethod) {
        for field in method.specification.params {
            for value in Self.values where !field.type.accepts(value.kind) && !value.isNull {
                var params = Self.goodParams(method)
                Self.set(field.name, to: value, in: &params)
                let error = error(of: method, .object(params))
                #expect(error?.code == .invalidParams, "\(field.name) \(value.jsonText)")
                #expect(error?.invalidParam == field.name, "\(field.name) \(value.jsonText)")
                #expect(error?.detail?.hasSuffix("not \(value.kind.phrase)") == true, "\(error?.detail ?? "")")
            }
        }
    }

    @Test(arguments: decoders.keys.sorted { $0.rawValue < $1.rawValue })
    func aFieldMayBeMissingOrNullWhereItIsOptional(method: SessionMethod) {
        for field in method.specification.params {
            for value in [Optional<JSONValue>.none, Optional<JSONValue>.some(.null)] {
                var params = Self.goodParams(method)
                Self.set(field.name, to: value, in: &params)
                let error = error(of: method, .object(params))
                let mayBe = !field.isRequired || (value != nil && field.type == .any)
                #expect((error == nil) == mayBe, "\(field.name)")
                if !mayBe {
                    #expect(error?.invalidParam == field.name)
                    #expect(error?.detail?.contains("is missing") == true)
                }
            }
        }
    }

    @Test(arguments: decoders.keys.sorted { $0.rawValue < $1.rawValue })
    func paramsMustBeAnObject(method: SessionMethod) {
        for params in Self.values.map(Optional.some) + [Optional<JSONValue>.none] where params?.object == nil {
            let error = error(of: method, params)
            #expect(error?.code == .invalidParams)
            #expect(error?.invalidParam == "params")
        }
    }

    @Test(arguments: decoders.keys.sorted { $0.rawValue < $1.rawValue })
    func whatIsNotKnownIsIgnored(method: SessionMethod) {
        var params = Self.goodParams(method)
        params["fromTheFuture"] = ["x": 1]
        #expect(error(of: method, .object(params)) == nil)
    }

    // MARK: Values

    @Test func valuesArriveAsTheyWereGiven() throws {
        let send = try SendUserMessageParams(["sessionId": "s", "message": "wörld 👋\u{0}"])
        #expect(send.sessionID == "s")
        #expect(send.message == "wörld 👋\u{0}")
        let cancel = try CancelMessageParams(["sessionId": "s", "messageId": "m"])
        #expect(cancel.sessionID == "s")
        #expect(cancel.messageID == "m")
        #expect(try CancelMessageParams(["sessionId": "s"]).messageID == nil)
        let attach = try AttachSessionParams(["sessionId": "s", "resumeToken": "t", "lastSeq": 7])
        #expect(attach.sessionID == "s")
        #expect(attach.resumeToken == "t")
        #expect(attach.lastSeq == 7)
        #expect(try AttachSessionParams(["sessionId": "s", "resumeToken": "t"]).lastSeq == nil)
        #expect(try SessionParams(["sessionId": "s"]).sessionID == "s")
    }

    @Test(arguments: [
        (#""22 °C""#, "22 °C"), (#""""#, ""), ("22", "22"), ("1.50", "1.50"), ("null", "null"), ("true", "true"),
        (#"{"a":[1,null]}"#, #"{"a":[1,null]}"#), ("[]", "[]"),
    ])
    func aToolResultIsAStringOrJSONText(given: String, result: String) throws {
        let value = try JSONParser.parse(Array(given.utf8))
        let params = try ProvideToolResultParams(["sessionId": "s", "toolCallId": "c", "result": value])
        #expect(params.result == result)
        #expect(params.toolCallID == "c")
    }

    @Test(arguments: ["0", "1", "9223372036854775807", "1e3", "5.0"])
    func aCountIsTaken(text: String) throws {
        let params = try JSONParser.parse(Array(#"{"sessionId":"s","resumeToken":"t","lastSeq":\#(text)}"#.utf8))
        #expect(try AttachSessionParams(params).lastSeq.map { Double($0) } == Double(text))
    }

    @Test(arguments: ["-1", "1.5", "9223372036854775808", "1e400"])
    func whatIsNoCountIsRefusedWithItsText(text: String) throws {
        let params = try JSONParser.parse(Array(#"{"sessionId":"s","resumeToken":"t","lastSeq":\#(text)}"#.utf8))
        let error = try #require(throws: JSONRPCError.self) { try AttachSessionParams(params) }
        #expect(error.invalidParam == "lastSeq")
        #expect(error.detail == "`lastSeq` must be a whole number of 0 or more, not \(text)")
    }
}
