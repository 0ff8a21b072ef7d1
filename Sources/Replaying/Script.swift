package import Diagnostics
package import JSON

/// A conversation as it was written down, ready to be played.
package struct Script: Sendable, Hashable {
    /// One file.
    package static let maximumBytes = 16 << 20
    /// One message, or one text to be sent as it is.
    package static let maximumMessageBytes = 1 << 20
    /// Commands of one file.
    package static let maximumCommands = 100_000
    /// Seconds of one wait.
    package static let maximumWaitSeconds = 86_400

    package var origin: SourceOrigin
    package var commands: [ScriptCommand] = []

    package init(origin: SourceOrigin) {
        self.origin = origin
    }

    package var messageCount: Int { commands.count { $0.message != nil } }
}

/// One step of a script.
package struct ScriptCommand: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case startSession(userID: String, sessionParams: JSONObject)
        case sendUserMessage(ScriptMessage)
        case stopSession
        /// Answers a waiting tool call: the first one that fits what is named.
        case provideToolResult(JSONValue, callID: String?, toolName: String?)
        case sendMalformedJSON(String)
        /// Closes the connection once so many chunks of the last message have come.
        case disconnect(afterChunks: Int)
        /// Opens a connection and takes the session over.
        case reconnect
        /// Nanoseconds.
        case wait(UInt64)
    }

    package var action: Action
    /// What it is called in its file.
    package var name: String
    /// Where it stands: the message, or what else tells it apart.
    package var span: SourceSpan
    /// From 1.
    package var line: Int

    package init(_ action: Action, name: String, span: SourceSpan, line: Int) {
        self.action = action
        self.name = name
        self.span = span
        self.line = line
    }

    package var message: ScriptMessage? { if case .sendUserMessage(let message) = action { message } else { nil } }
}

/// A message to be sent, and what is expected of its answer.
package struct ScriptMessage: Sendable, Hashable {
    package var text: String
    /// Whether what follows waits for the end of the answer.
    package var waits = true
    package var expectations: [Expectation] = []

    package init(_ text: String, waits: Bool = true, expectations: [Expectation] = []) {
        self.text = text
        self.waits = waits
        self.expectations = expectations
    }
}

/// What an answer's text must be like. Compared by bytes: neither case nor white space is overlooked.
package struct Expectation: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case contains, lacks, equals
    }

    package var kind: Kind
    package var text: String
    package var span: SourceSpan

    package init(_ kind: Kind, _ text: String, span: SourceSpan) {
        self.kind = kind
        self.text = text
        self.span = span
    }

    /// What is wrong with `answer`; nil where nothing is.
    package func fault(of answer: String) -> String? {
        switch kind {
        case .contains: answer.utf8.contains(text.utf8) ? nil : "the answer does not contain \(quotedForDisplay(text))"
        case .lacks: answer.utf8.contains(text.utf8) ? "the answer contains \(quotedForDisplay(text))" : nil
        case .equals:
            answer.utf8.elementsEqual(text.utf8) ? nil : "the answer is not exactly \(quotedForDisplay(text))"
        }
    }
}

extension String.UTF8View {
    /// Whether `other` stands in it. No byte of UTF-8 text is taken for the beginning of another character.
    fileprivate func contains(_ other: String.UTF8View) -> Bool {
        Array(self).firstRange(of: Array(other)) != nil || other.isEmpty
    }
}
