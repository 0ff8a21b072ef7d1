package import Diagnostics

/// What bounds the work that a document can cause.
package struct YAMLLimits: Sendable {
    /// Mappings and sequences inside each other.
    package var maximumDepth = 64
    /// Nodes, counting what an alias stands for each time it is used.
    package var maximumNodes = 100_000
    /// After so many places that are not YAML the rest is not read.
    package var maximumSyntaxErrors = 20

    package init() {}
}

/// What could be made of a YAML file, and everything that is wrong with it as YAML.
package struct YAMLDocument: Sendable {
    /// nil where there is nothing in it (or nothing that could be read).
    package var root: YAMLNode?
    /// Whether all of the text was understood. Where it was not, that a key is absent from `root` says nothing.
    package var isComplete: Bool
    package var diagnostics: [Diagnostic]
    /// Places of values that are not what was meant, because of a fault that is reported.
    package var tornRanges: [Range<Int>] = []

    /// Reads the one document in `source`. After a place that is not YAML it goes on at the next line that looks like a
    /// top-level key, so that one fault does not hide the others.
    package init(parsing source: SourceText, limits: YAMLLimits = YAMLLimits()) {
        self = source.bytes.withUnsafeBufferPointer { bytes in
            var document = YAMLDocument(root: nil, isComplete: true, diagnostics: [])
            document.read(source, bytes, limits)
            return document
        }
    }

    private init(root: YAMLNode?, isComplete: Bool, diagnostics: [Diagnostic]) {
        self.root = root
        self.isComplete = isComplete
        self.diagnostics = diagnostics
    }

    private mutating func read(_ source: SourceText, _ bytes: UnsafeBufferPointer<UInt8>, _ limits: YAMLLimits) {
        var list = DiagnosticList()
        var start = 0
        var pairs: [YAMLPair] = []
        for attempt in 0..<limits.maximumSyntaxErrors {
            guard let reader = YAMLEventReader(UnsafeBufferPointer(rebasing: bytes[start...])) else { break }
            var composer = YAMLComposer(reader, base: start, source: source, limits: limits)
            let node = composer.composeDocument()
            for diagnostic in composer.diagnostics { list.add(diagnostic) }
            tornRanges += composer.tornRanges
            if attempt == 0 { root = node }
            if case .mapping(let more) = node?.content { pairs += more }
            guard composer.fault != nil else { break }
            isComplete = false
            guard let fault = composer.fault, let next = Self.nextTopLevelKey(after: fault, in: source) else { break }
            start = next
        }
        if !isComplete, !pairs.isEmpty {
            root = YAMLNode(.mapping(YAMLComposer.withoutDuplicates(pairs, source.origin, &list)), range: 0..<0)
        }
        diagnostics = list.diagnostics
    }

    /// The next line after the one at `offset` that begins with `name:`.
    private static func nextTopLevelKey(after offset: Int, in source: SourceText) -> Int? {
        let bytes = source.bytes
        var start = nextLine(after: offset, in: bytes)
        while let line = start {
            let name = bytes[line...].prefix(while: isNameByte)
            let rest = bytes[name.endIndex...]
            let isFollowedByBlank = rest.dropFirst().first.map { $0 <= UInt8(ascii: " ") } ?? true
            if !name.isEmpty, rest.first == UInt8(ascii: ":"), isFollowedByBlank { return line }
            start = nextLine(after: line, in: bytes)
        }
        return nil
    }

    private static func nextLine(after offset: Int, in bytes: [UInt8]) -> Int? {
        guard offset < bytes.count else { return nil }
        let isBreak: (UInt8) -> Bool = { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        return bytes[offset...].firstIndex(where: isBreak).map { $0 + 1 }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
