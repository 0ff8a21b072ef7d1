/// Text that reads like an answer, made from a seed: the same prompt always gets the same words.
struct MockProse {
    private var state: UInt64
    private let topic: String

    init(prompt: String) {
        // FNV-1a: the standard library's hash differs from run to run.
        state = prompt.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        topic = Self.topic(of: prompt)
    }

    /// The longest word of the prompt stands for what it is about. ASCII only, so that a number of bytes can be cut anywhere.
    private static func topic(of prompt: String) -> String {
        let words = prompt.split { !($0.isASCII && $0.isLetter) }.prefix(200)
        guard let longest = words.max(by: { $0.count < $1.count }), longest.count > 3, longest.count <= 40 else {
            return "this"
        }
        return longest.lowercased()
    }

    /// Some text of so many sentences.
    mutating func paragraph(sentences: Int) -> String {
        (0..<sentences).map { _ in sentence() }.joined(separator: " ")
    }

    mutating func sentence() -> String {
        let parts = Self.sentences[Int(next() % UInt64(Self.sentences.count))]
            .split(separator: "_", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(into: String(parts[0])) { sentence, part in
            switch part.first {
            case "t": sentence += topic
            case "n": sentence += pick(Self.nouns)
            case "v": sentence += pick(Self.verbs)
            default: sentence += pick(Self.adjectives)
            }
            sentence += part.dropFirst()
        }
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func pick(_ words: [String]) -> String {
        words[Int(next() % UInt64(words.count))]
    }

    /// `_t` is the topic, `_n` a noun, `_v` a verb, `_a` an adjective.
    private static let sentences = [
        "When people ask about _t, they mostly want a _a _n.",
        "The _a part of _t is the _n.",
        "It helps to _v the _n before anything else.",
        "Most of what is said about _t holds only where the _n is _a.",
        "A _a _n can _v more than you would expect.",
        "In practice _t comes down to a _n and a _a _n.",
        "There are two ways to look at it: as a _n, or as a _a _n.",
        "If the _n is _a, _v it first and look again.",
        "Nobody regrets a _a _n.",
        "That is why I would _v the _n and leave the rest alone.",
        "The _n matters less than how you _v it.",
        "With _t, the _a answer is often the right one.",
    ]
    private static let nouns = [
        "plan", "question", "detail", "example", "habit", "measure", "limit", "draft", "pattern", "choice", "test",
        "boundary", "tool", "story", "result", "reason",
    ]
    private static let verbs = [
        "write down", "check", "simplify", "measure", "name", "compare", "explain", "repeat", "question", "sketch",
    ]
    private static let adjectives = [
        "small", "clear", "honest", "simple", "patient", "careful", "good", "short", "plain", "second", "quiet",
        "useful",
    ]
}
