import JSON
import JSONSchema

/// A schema on the first line and a value behind it, as clients and MCP servers bring them: a check ends, says the same each time, tells
/// few faults with a place and words each, and finds none in what the schema holds for constant. A pattern that is taken finds itself
/// where it is escaped.
func checkSchema(_ input: [UInt8]) throws(Finding) {
    let parts = input.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    try checkPattern(parts[0])
    guard let schema = try? JSONParser.parse(Array(parts[0])) else { return }
    _ = JSONSchemaForm.faults(of: schema)
    let value = parts.count > 1 ? (try? JSONParser.parse(Array(parts[1]))) ?? schema : schema
    let faults = SchemaValidator(schema).faults(in: value)
    if SchemaValidator(schema).faults(in: value) != faults { throw Finding("two checks differ: \(faults)") }
    if faults.count > SchemaValidator.maximumFaults { throw Finding("too many faults: \(faults.count)") }
    for fault in faults where fault.message.isEmpty { throw Finding("a fault without words at \(fault.path)") }
    let same = SchemaValidator(["const": value]).faults(in: value)
    if !same.isEmpty { throw Finding("a value is not itself: \(same)") }
}

private func checkPattern(_ bytes: ArraySlice<UInt8>) throws(Finding) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let pattern = LinearPattern(text) {
        var steps = 100_000
        _ = pattern.isFound(in: text, steps: &steps)
    }
    guard text.utf8.count < 1000, let itself = LinearPattern(LinearPattern.escaped(text)) else { return }
    if !itself.isFound(in: text) { throw Finding("an escaped text does not find itself: \(text)") }
}
