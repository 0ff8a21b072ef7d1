package import Diagnostics

/// What bounds the work that a document can cause.
package struct YAMLLimits: Sendable {
    /// Mappings and sequences inside each other.
    package var maximumDepth = 64
    /// Nodes, counting what an alias stands for each time it is used.
    package var maximumNodes = 100_000
    /// Bytes of the texts that aliases stand for, counted each time that they are used.
    package var maximumAliasedBytes = 16 << 20
    /// After so many places that are not YAML what follows is not read.
    package var maximumSyntaxErrors = 20
    /// A text is read again after each of them, as long as no more bytes than these are read in all; what follows then is left out.
    package var maximumReadBytes = 32 << 20

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

    /// Reads the one document in `source`. Brackets that were left open are closed, other lines that are not YAML are left out, with
    /// what is indented below them, and the text is read again, so that one fault does not hide the others.
    package init(parsing source: SourceText, limits: YAMLLimits = YAMLLimits()) {
        isComplete = true
        diagnostics = []
        var text = ReadableText(source)
        var list = DiagnosticList()
        var attempts = 1
        var isLast = false
        while let fault = compose(text, source, limits, &list, isLast: isLast) {
            isComplete = false
            // What is wrong with a text of which the end was left out may come of that.
            if isLast { break }
            if !text.isKnown(fault) { list.add(fault.diagnostic) }
            attempts += 1
            isLast = attempts > limits.maximumSyntaxErrors || attempts * source.bytes.count > limits.maximumReadBytes
            if !isLast, text.repair(fault) { continue }
            guard text.hideAll(from: fault.range.lowerBound) else { break }
        }
        tornRanges += text.tornRanges
        diagnostics = list.diagnostics
    }

    /// Reads as far as that can be done, and tells what keeps it from going on.
    ///
    /// - Parameter isLast: whether it is not read again, whatever is found.
    private mutating func compose(
        _ text: ReadableText, _ source: SourceText, _ limits: YAMLLimits, _ list: inout DiagnosticList, isLast: Bool
    ) -> YAMLFault? {
        text.text.withUnsafeBufferPointer { bytes in
            guard let reader = YAMLEventReader(bytes) else { return nil }
            var composer = YAMLComposer(reader, source: source, text: text, limits: limits)
            root = composer.composeDocument()
            tornRanges = composer.tornRanges
            // Where it is read again, they are found again.
            if composer.fault == nil || isLast { for diagnostic in composer.diagnostics { list.add(diagnostic) } }
            return composer.fault
        }
    }
}
