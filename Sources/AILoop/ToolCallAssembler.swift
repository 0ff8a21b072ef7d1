import JSON

/// Puts the tool calls of one answer together from streamed fragments, as upstreams really send them:
/// later fragments may lack the id or the name, or the index; whole calls may come one after another under one index;
/// ids may never come, or be those of other calls; what was said may be said again at the end.
struct ToolCallAssembler: Sendable {
    private struct PartialCall {
        let index: Int
        var id: String?
        var name: String?
        private(set) var arguments = ""
        private var nesting = JSONNesting()

        init(index: Int, id: String?, name: String?, arguments: String) {
            self.index = index
            self.id = id
            self.name = name
            append(arguments)
        }

        /// Whole arguments are not gone on with. Who begins others after them says them again, or had only put an empty
        /// object in their place.
        mutating func continueArguments(with text: String) {
            if isWhole, JSONNesting.begins(text) {
                arguments = ""
                nesting = JSONNesting()
            }
            append(text)
        }

        private mutating func append(_ text: String) {
            arguments += text
            nesting.append(text.utf8)
        }

        var isWhole: Bool { nesting.isOver }

        /// Whether the fragment says the whole call once more.
        func isRepeated(by fragment: ToolCallFragment) -> Bool {
            guard fragment.name == name, fragment.arguments == arguments, isWhole else { return false }
            guard let id, let otherID = fragment.id else { return fragment.index.map { $0 == index } ?? true }
            return id == otherID
        }
    }

    /// A call as it stands at the end of the stream.
    struct AssembledCall: Sendable, Hashable {
        var index: Int
        var id: String?
        var name: String?
        /// As the model wrote them.
        var arguments: String
    }

    private var partialCalls: [PartialCall] = []

    var count: Int { partialCalls.count }

    mutating func append(_ fragment: ToolCallFragment) {
        if let position = position(of: fragment) {
            if partialCalls[position].id == nil { partialCalls[position].id = fragment.id }
            if partialCalls[position].name == nil { partialCalls[position].name = fragment.name }
            partialCalls[position].continueArguments(with: fragment.arguments)
        } else {
            partialCalls.append(
                PartialCall(
                    index: fragment.index ?? partialCalls.count, id: fragment.id, name: fragment.name,
                    arguments: fragment.arguments))
        }
    }

    /// The calls in the order in which they were opened. Fragments that said nothing at all make none.
    var calls: [AssembledCall] {
        partialCalls.compactMap { call in
            guard call.id != nil || call.name != nil || !call.arguments.isEmpty else { return nil }
            return AssembledCall(index: call.index, id: call.id, name: call.name, arguments: call.arguments)
        }
    }

    /// Which call the fragment continues; nil: it opens another one.
    private func position(of fragment: ToolCallFragment) -> Int? {
        if let repeated = partialCalls.lastIndex(where: { $0.isRepeated(by: fragment) }) { return repeated }
        if let id = fragment.id, let known = partialCalls.lastIndex(where: { $0.id == id }) {
            guard let index = fragment.index, fragment.name != nil else { return known }
            // Under another index with a name it is another call, whose id is not its own.
            return partialCalls.lastIndex { $0.id == id && $0.index == index }
        }
        guard let current = currentPosition(at: fragment) else { return nil }
        let call = partialCalls[current]
        if fragment.id != nil && call.id != nil { return nil }
        return opensAnotherCall(fragment, after: call) ? nil : current
    }

    /// The latest call under the fragment's index. Bare arguments belong to the latest call whatever their index.
    private func currentPosition(at fragment: ToolCallFragment) -> Int? {
        let latest = partialCalls.indices.last
        guard let index = fragment.index else { return latest }
        if let position = partialCalls.lastIndex(where: { $0.index == index }) { return position }
        return fragment.id == nil && fragment.name == nil ? latest : nil
    }

    /// Whether a fragment with a name, under the index of `call`, is a further whole call rather than `call` going on
    /// with its name repeated: where the name is another one, or `call` is complete.
    private func opensAnotherCall(_ fragment: ToolCallFragment, after call: PartialCall) -> Bool {
        guard let name = fragment.name, let currentName = call.name else { return false }
        return name != currentName || call.isWhole
    }
}

/// Hands out the ids of a session's tool calls, each of them once.
///
/// The model's own id is used where there is one and it is new. Some upstreams send none, some begin again with the same
/// ones in every answer: a late result for an old call must not pass for that of a new one.
struct ToolCallIdentifiers: Sendable {
    /// At least this many of the latest ids are remembered, at most twice as many.
    static let rememberedIDs = 1024

    private var recent: Set<String> = []
    private var older: Set<String> = []
    private var synthesizedCount = 0

    mutating func identifier(for id: String?, index: Int) -> String {
        var candidate = id ?? "call_\(index)"
        while recent.contains(candidate) || older.contains(candidate) {
            synthesizedCount += 1
            candidate = "call_\(synthesizedCount)"
        }
        if recent.count == Self.rememberedIDs {
            older = recent
            recent = []
        }
        recent.insert(candidate)
        return candidate
    }
}
