/// Paths into a JSON value (RFC 6901): `/properties/a~1b/0`.
package enum JSONPointer {
    /// The names and indices that it is made of; nil where it is neither empty nor begins with `/`.
    package static func tokens(of pointer: some StringProtocol) -> [String]? {
        guard let first = pointer.first else { return [] }
        guard first == "/" else { return nil }
        return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { token in
            String(token).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }

    /// A name as it stands in one.
    package static func escaped(_ name: String) -> String {
        name.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}
