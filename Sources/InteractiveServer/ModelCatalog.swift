import AILoop
import Synchronization

/// What the upstream says of its models, where it has been asked: the context that each takes in.
final class ModelCatalog: Sendable {
    private let contextLengths = Mutex<[String: Int]>([:])

    func learn(_ models: [ModelDescription]) {
        let known = models.compactMap { model in model.contextLength.map { (model.id, $0) } }
        contextLengths.withLock { lengths in
            for (id, length) in known where length > 0 { lengths[id] = length }
        }
    }

    /// Tokens; nil where nothing is known of the model.
    func contextLength(of model: String) -> Int? {
        contextLengths.withLock { $0[model] }
    }
}
