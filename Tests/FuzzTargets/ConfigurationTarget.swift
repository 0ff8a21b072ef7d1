import Configuration
import Diagnostics
import JSON

/// A configuration, as the file and as `.env`: loading gives settings or errors, the same each time; every diagnostic
/// points into the text, can be shown, and shows no value of a variable.
func checkConfiguration(_ input: [UInt8]) throws(Finding) {
    let asFile = load(input, dotEnv: nil)
    try check(asFile, of: input)
    try checkSame(asFile, load(input, dotEnv: nil))
    try check(load(Array("ai_service: mock\n".utf8), dotEnv: input), of: input)
    try checkLimits(input)
}

/// No input holds it by chance, and none that holds it is checked for it.
private let secret = Array("hunter2-4711".utf8)

private func load(_ file: [UInt8], dotEnv: [UInt8]?) -> LoadedConfiguration {
    let files = GivenFiles(files: ["config.yaml": file, ".env": dotEnv])
    let environment = ["KEY": text(secret), "PORT": "80", "EMPTY": ""]
    return ConfigurationLoader(files: files).load(ConfigurationInputs(environment: environment))
}

/// The files that there are; all others are missing.
private struct GivenFiles: FileReading {
    var files: [String: [UInt8]?]

    func read(_ path: String, maximumBytes: Int) throws(FileReadError) -> [UInt8] {
        guard let bytes = files[path] ?? nil else { throw .notFound }
        return bytes
    }
}

private func check(_ loaded: LoadedConfiguration, of input: [UInt8]) throws(Finding) {
    let errors = loaded.diagnostics.count { $0.severity == .error }
    let areAllKept = loaded.droppedCount == 0
    if loaded.settings == nil, errors == 0, areAllKept { throw Finding("no settings, and no error says why") }
    if loaded.settings != nil, errors > 0 { throw Finding("settings in spite of \(errors) errors") }
    if loaded.diagnostics.count > ConfigurationLoader.maximumDiagnostics { throw Finding("too many diagnostics") }
    for diagnostic in loaded.diagnostics {
        for span in [diagnostic.span] + diagnostic.related.map(\.span) {
            try checkPlace(of: span, in: loaded.catalog, diagnostic)
        }
    }
    try checkRendering(of: loaded, input)
}

/// Within the text, and between characters.
private func checkPlace(
    of span: SourceSpan, in catalog: SourceCatalog, _ diagnostic: Diagnostic
) throws(Finding) {
    guard let source = catalog[span.origin] else {
        // A variable that was not set, or an empty value, has no text.
        if span.range != 0..<0 { throw Finding("points into a source that is not kept: \(diagnostic)") }
        return
    }
    let text = source.bytes
    guard span.range.upperBound <= text.count else { throw Finding("points behind the text: \(diagnostic)") }
    for offset in [span.range.lowerBound, span.range.upperBound]
    where offset < text.count && text[offset] & 0xC0 == 0x80 {
        throw Finding("points into a character: \(diagnostic)")
    }
}

private func checkRendering(of loaded: LoadedConfiguration, _ input: [UInt8]) throws(Finding) {
    let plain = rendered(loaded, usesColour: false)
    if hasControlCharacter(plain) { throw Finding("shows a control character: \(text(plain))") }
    if withoutColour(rendered(loaded, usesColour: true)) != plain {
        throw Finding("colour changes the text: \(text(plain))")
    }
    var renderer = JSONRenderer()
    renderer.add(loaded.diagnostics, from: loaded.catalog)
    let json = renderer.finished()
    let count = (try? JSONParser.parse(json))?["diagnostics"]?.array?.count
    if count != loaded.diagnostics.count { throw Finding("\(text(json)) is not what was found") }
    guard !holdsSecret(input) else { return }
    if holdsSecret(plain) || holdsSecret(json) { throw Finding("shows a variable's value: \(text(plain))") }
}

/// Line breaks aside.
private func hasControlCharacter(_ text: [UInt8]) -> Bool {
    text.indices.contains { index in
        switch text[index] {
        case 0x0A: false
        case 0x00...0x1F, 0x7F: true
        case 0xC2: index + 1 < text.count && text[index + 1] < 0xA0
        default: false
        }
    }
}

/// Without what stands from each ESC to its `m`.
private func withoutColour(_ text: [UInt8]) -> [UInt8] {
    var isCode = false
    return text.filter { byte in
        if byte == 0x1B { isCode = true }
        defer { if byte == UInt8(ascii: "m") { isCode = false } }
        return !isCode
    }
}

private func checkSame(_ first: LoadedConfiguration, _ second: LoadedConfiguration) throws(Finding) {
    guard first.diagnostics == second.diagnostics, first.droppedCount == second.droppedCount else {
        throw Finding("loading twice differs: \(first.diagnostics), \(second.diagnostics)")
    }
    // Looking into all values takes long, and says little where most are defaults.
    guard first.settings != nil || second.settings != nil else { return }
    let (one, other) = ("\(first.effective)", "\(second.effective)")
    if one != other { throw Finding("loading twice differs: \(one), \(other)") }
}

/// Limits that small inputs reach.
private func checkLimits(_ input: [UInt8]) throws(Finding) {
    var limits = YAMLLimits()
    limits.maximumDepth = 3
    limits.maximumNodes = 12
    limits.maximumSyntaxErrors = 2
    let document = YAMLDocument(parsing: SourceText(.file("config.yaml"), bytes: input), limits: limits)
    guard let root = document.root else { return }
    if root.weight > limits.maximumNodes { throw Finding("\(root.weight) nodes were kept") }
    if root.height > limits.maximumDepth { throw Finding("nested \(root.height) deep") }
    let faults = document.diagnostics.count { ("AL005"..."AL009").contains($0.code.id) }
    if faults > limits.maximumSyntaxErrors { throw Finding("\(faults) faults were told") }
}

private func rendered(_ loaded: LoadedConfiguration, usesColour: Bool) -> [UInt8] {
    let renderer = TextRenderer(catalog: loaded.catalog, usesColour: usesColour)
    return loaded.diagnostics.flatMap { Array(renderer.render($0).utf8) }
}

private func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}

private func holdsSecret(_ bytes: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0] == secret[0] && bytes[$0...].starts(with: secret) }
}
