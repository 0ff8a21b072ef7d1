import JSON

/// Merges streamed fragments of `reasoning_details` into the entries that go back to the model with the next request.
///
/// Fragments with one `index` and `type` are one entry, unless their ids differ; those without an index are one entry
/// where they follow each other and are text. Their `text` and `summary` are joined; of every other member the last
/// value that is not null stands. Entries keep the order in which they began. Opaque `data` is never joined.
struct ReasoningDetailsAssembler: Sendable {
    private struct Entry {
        var index: JSONValue?
        var type: JSONValue?
        var members: JSONObject
        /// Kept apart from `members` while they grow: appending in place.
        var text: String?
        var summary: String?

        func continues(with fragment: JSONObject, index fragmentIndex: JSONValue?) -> Bool {
            guard index == fragmentIndex, type == fragment["type"] else { return false }
            if index == nil && text == nil && summary == nil { return false }
            switch (members["id"], fragment["id"]) {
            case (.string(let id)?, .string(let other)?): return id == other
            default: return true
            }
        }
    }

    private var entries: [Entry] = []
    /// Fragments came, be it an empty array of them: some models want that array back.
    private var isPresent = false

    var count: Int { entries.count }

    mutating func append(_ fragments: [JSONValue]) {
        isPresent = true
        for fragment in fragments { append(fragment) }
    }

    /// nil where none came.
    var details: JSONValue? {
        guard isPresent else { return nil }
        return .array(
            entries.map { entry in
                var members = entry.members
                if let text = entry.text { members["text"] = .string(text) }
                if let summary = entry.summary { members["summary"] = .string(summary) }
                return .object(members)
            })
    }

    private mutating func append(_ fragment: JSONValue) {
        // The service passes on objects only; anything else has no meaning to keep.
        guard let members = fragment.object else { return }
        let index: JSONValue? = if let index = members["index"], !index.isNull { index } else { Optional.none }
        guard let position = entries.lastIndex(where: { $0.continues(with: members, index: index) }),
            index != nil || position == entries.count - 1
        else {
            entries.append(
                Entry(
                    index: index, type: members["type"], members: members,
                    text: members["text"]?.string, summary: members["summary"]?.string))
            return
        }
        for member in members.members {
            switch (member.name, member.value) {
            case ("text", .string(let text)): entries[position].text = (entries[position].text ?? "") + text
            case ("summary", .string(let text)): entries[position].summary = (entries[position].summary ?? "") + text
            case (_, .null): break
            default: entries[position].members[member.name] = member.value
            }
        }
    }
}
