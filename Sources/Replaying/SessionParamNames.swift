import SessionProtocol

/// The members of `sessionParams`, by the table of the API.
enum SessionParamNames {
    private static let prefix = "sessionParams."

    static let fields = SessionMethod.startSession.specification.params.filter { $0.name.hasPrefix(prefix) }

    static let all = fields.map { String($0.name.dropFirst(prefix.count)) }

    /// Those that a text script can set.
    static let texts = fields.filter { $0.type == .string }.map { String($0.name.dropFirst(prefix.count)) }
}
