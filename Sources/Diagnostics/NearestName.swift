/// The name among `candidates` that a person most likely meant by `name`; nil where none is near enough to be worth saying.
///
/// Near means: equal but for case, `-` and `_`; or about one edit for every three characters (a swap of neighbours is one
/// edit); or one begins with the other.
package func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    NameCandidates(candidates).nearest(to: name)
}

/// Names that may be meant, made ready for being compared with many others.
package struct NameCandidates: Sendable {
    private let names: [(name: String, letters: [Unicode.Scalar])]

    package init(_ names: some Sequence<String>) {
        self.names = names.compactMap { name in
            let letters = folded(name)
            return letters.isEmpty || letters.count > maximumNameLength ? nil : (name, letters)
        }
    }

    /// The first of those that are nearest; nil where none is near.
    package func nearest(to name: String) -> String? {
        let wanted = folded(name)
        guard !wanted.isEmpty, wanted.count <= maximumNameLength else { return nil }
        var best: (name: String, distance: Int)?
        for (name, letters) in names {
            guard let distance = distanceIfNear(wanted, letters), distance < best?.distance ?? .max else { continue }
            best = (name, distance)
        }
        return best?.name
    }
}

/// Longer names are nobody's misspelling of a key; the bound keeps the work small whatever a file holds.
private let maximumNameLength = 64

private func folded(_ name: String) -> [Unicode.Scalar] {
    name.lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" }
}

private func distanceIfNear(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int? {
    let isPrefix = left.count >= 3 && right.starts(with: left) || right.count >= 3 && left.starts(with: right)
    let longer = max(left.count, right.count)
    let most = isPrefix ? longer : max(1, longer / 3)
    guard leastDistance(left, right) <= most else { return nil }
    let distance = editDistance(left, right)
    // What shares nothing is no misspelling.
    return distance <= most && distance < longer ? distance : nil
}

/// What the edit distance is at least, which is found much faster: each letter that the other has not is a slip of its own.
package func leastDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    max(abs(left.count - right.count), left.count { !right.contains($0) })
}

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
package func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    var current = beforePrevious
    for i in 0..<left.count {
        current[0] = i + 1
        for j in 0..<right.count {
            let substitution = previous[j] + (left[i] == right[j] ? 0 : 1)
            var cost = min(substitution, previous[j + 1] + 1, current[j] + 1)
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                cost = min(cost, beforePrevious[j - 1] + 1)
            }
            current[j + 1] = cost
        }
        (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[right.count]
}
