/// The name among `candidates` that a person most likely meant by `name`; nil where none is near enough to be worth saying.
///
/// Near means: equal but for case, `-` and `_`; or about one edit for every three characters (a swap of neighbours is one
/// edit); or one begins with the other.
package func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = folded(name)
    guard !wanted.isEmpty, wanted.count <= maximumNameLength else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
        let other = folded(candidate)
        guard !other.isEmpty, other.count <= maximumNameLength, let distance = distanceIfNear(wanted, other) else {
            continue
        }
        if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

/// Longer names are nobody's misspelling of a key; the bound keeps the work small whatever a file holds.
private let maximumNameLength = 64

private func folded(_ name: String) -> [Unicode.Scalar] {
    name.lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" }
}

private func distanceIfNear(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int? {
    let distance = editDistance(left, right)
    // What shares nothing is no misspelling.
    guard distance < max(left.count, right.count) else { return nil }
    let isPrefix = left.count >= 3 && right.starts(with: left) || right.count >= 3 && left.starts(with: right)
    return isPrefix || distance <= max(1, max(left.count, right.count) / 3) ? distance : nil
}

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
package func editDistance<Element: Equatable>(_ left: [Element], _ right: [Element]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    for i in 0..<left.count {
        var current = [i + 1]
        current.reserveCapacity(right.count + 1)
        for j in 0..<right.count {
            let substitution = previous[j] + (left[i] == right[j] ? 0 : 1)
            var cost = min(substitution, previous[j + 1] + 1, current[j] + 1)
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                cost = min(cost, beforePrevious[j - 1] + 1)
            }
            current.append(cost)
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[right.count]
}
