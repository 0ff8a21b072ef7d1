import JSON
import Testing

@Suite struct JSONPointerTests {
    /// RFC 6901 §5, and what is none.
    @Test(
        "A pointer is made of names, with signs of their own escaped",
        arguments: [
            ("", []), ("/foo/0", ["foo", "0"]), ("/", [""]), ("/a~1b", ["a/b"]), ("/m~0n", ["m~n"]), ("/~01", ["~1"]),
            ("/a//b", ["a", "", "b"]), ("a", nil), ("~0", nil),
        ] as [(String, [String]?)])
    func tokens(pointer: String, names: [String]?) {
        #expect(JSONPointer.tokens(of: pointer) == names)
        if let names { #expect(names.map { "/" + JSONPointer.escaped($0) }.joined() == pointer) }
    }
}
