/// One rule of a `mock.script` file: what the built-in service does where a message fits the pattern.
package struct MockRule: Sendable, Hashable {
    package struct Call: Sendable, Hashable {
        package var name: String
        /// JSON text, as a model would write it.
        package var arguments: String

        package init(name: String, arguments: String = "{}") {
            self.name = name
            self.arguments = arguments
        }
    }

    package struct Failure: Sendable, Hashable {
        /// 400…599.
        package var status: Int
        package var message: String
        package var retryAfterSeconds: Double?

        package init(status: Int = 500, message: String = "scripted error", retryAfterSeconds: Double? = nil) {
            self.status = status
            self.message = message
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    /// Compared with the whole message without regard to case; `*` stands for any text, also none.
    package var match: String
    /// Thought before the answer.
    package var reasoning = ""
    package var answer = ""
    /// Called after the answer.
    package var toolCalls: [Call] = []
    /// Said once the tools have answered; nil: what they answered is reported.
    package var afterTools: String?
    /// Comes after the answer.
    package var failure: Failure?
    /// Added to the wait for the first chunk.
    package var delayMilliseconds = 0
    /// nil: as for all answers.
    package var chunkIntervalMilliseconds: Int?
    package var chunkBytes: Int?
    /// The stream breaks off after so many chunks.
    package var cutAfterChunks: Int?

    package init(match: String) {
        self.match = match
    }

    /// Whether `message` fits ``match``.
    package func matches(_ message: String) -> Bool {
        let pattern = Array(match.lowercased().utf8)
        let text = Array(message.lowercased().utf8)
        var place = 0
        var position = 0
        var star: (place: Int, position: Int)?
        // Only the last star ever needs to give back what it took, so this is linear in most cases and never exponential.
        while position < text.count {
            if place < pattern.count, pattern[place] == 0x2A {
                star = (place, position)
                place += 1
            } else if place < pattern.count, pattern[place] == text[position] {
                place += 1
                position += 1
            } else if let last = star {
                star = (last.place, last.position + 1)
                place = last.place + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == 0x2A }
    }
}

/// What is wrong with a part of a script.
package struct MockRuleProblem: Sendable, Hashable {
    /// Where it is: `[2].error.status`.
    package var path: String
    /// A sentence for a person.
    package var message: String
}
