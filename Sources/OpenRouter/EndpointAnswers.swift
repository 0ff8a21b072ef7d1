import AILoop
import JSON

/// `GET /models`.
enum ModelList {
    /// OpenRouter's list of some hundred models is below a mebibyte.
    static let maximumBodyBytes = 16 * 1024 * 1024

    /// `{"data": […]}` as OpenRouter and OpenAI send it, or the bare list of other services. Entries without an id are left
    /// out.
    static func models(in body: [UInt8]) -> [ModelDescription]? {
        guard let root = try? JSONParser.parse(body) else { return nil }
        guard let list = root["data"]?.array ?? root["models"]?.array ?? root.array else { return nil }
        return list.compactMap { entry in
            guard let id = entry["id"]?.string, !id.isEmpty else { return nil }
            return ModelDescription(
                id: id, name: entry["name"]?.string,
                contextLength: entry["context_length"]?.int ?? entry["top_provider"]?["context_length"]?.int,
                supportedParameters: entry["supported_parameters"]?.array?.compactMap(\.string) ?? [])
        }
    }
}

/// What OpenRouter tells of a key (`GET /key`).
package struct KeyDescription: Sendable, Hashable {
    static let maximumBodyBytes = 64 * 1024

    /// US dollars that it may still spend; nil: no limit.
    package var limitRemaining: Double?

    /// nil where the body tells nothing of a key.
    init?(_ body: [UInt8]) {
        guard let data = (try? JSONParser.parse(body))?["data"], data.object != nil else { return nil }
        limitRemaining = data["limit_remaining"]?.double
    }
}
