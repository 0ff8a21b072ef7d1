/// The name of a member that a ``JSONCursor`` stands at, compared without making a `String`.
///
/// It points into the cursor's bytes: it must not outlive the closure that received it.
package struct JSONName {
    /// Between the quotes, as written.
    @usableFromInline let raw: UnsafeRawBufferPointer
    /// The name itself where it was written with escapes.
    @usableFromInline let unescaped: String?

    /// The name as a string.
    package var string: String {
        unescaped ?? String(decoding: raw, as: UTF8.self)
    }

    /// Bytes between the quotes, escapes as they are written.
    package var writtenLength: Int { raw.count }

    @inlinable
    package static func == (name: JSONName, text: StaticString) -> Bool {
        if let unescaped = name.unescaped { return unescaped.utf8.elementsEqual(text.utf8Bytes) }
        guard name.raw.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<name.raw.count where name.raw[index] != text.utf8Start[index] { return false }
        return true
    }

    /// For `switch name { case "choices": … }`.
    @inlinable
    package static func ~= (text: StaticString, name: JSONName) -> Bool { name == text }
}

extension StaticString {
    /// Its bytes in place; they live as long as the program.
    @usableFromInline var utf8Bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
