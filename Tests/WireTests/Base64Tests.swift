import Testing
import Wire

@Suite struct Base64Tests {
    @Test(
        "the examples of RFC 4648 §10, both ways",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func examples(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test("every byte value comes back, at every length of the last group")
    func roundTrip() {
        let all = (0...255).map { UInt8($0) }
        for dropped in 0...3 {
            let bytes = Array(all.dropFirst(dropped))
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
    }

    @Test(
        "anything but the canonical text is refused",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zm9v=", "Zm9vY===", "Zg==Zg==", "Z=g=", "Zm9v\n", " Zm9",
            "Zm-v", "Zm_v", "Zmé", "Zh==", "Zm9=",
        ])
    func refused(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
