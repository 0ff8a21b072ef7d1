/// Places of values that are not, or not wholly, what was meant, because of faults that are reported.
struct TornPlaces {
    /// In the order of the text, none touching another.
    private var ranges: [Range<Int>] = []

    init(_ ranges: [Range<Int>]) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard let last = self.ranges.last, range.lowerBound <= last.upperBound else {
                self.ranges.append(range)
                continue
            }
            self.ranges[self.ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
        }
    }

    /// The same tree, with those of its nodes marked that are at one of the places.
    func marking(_ node: YAMLNode) -> YAMLNode {
        guard touch(node.range) else { return node }
        var node = node
        node.isTorn = true
        switch node.content {
        case .scalar: break
        case .sequence(let items): node.content = .sequence(items.map(marking))
        case .mapping(let pairs):
            node.content = .mapping(
                pairs.map { pair in
                    var pair = pair
                    pair.value = marking(pair.value)
                    return pair
                })
        }
        return node
    }

    /// Empty text is touched by what ends where it stands.
    private func touch(_ range: Range<Int>) -> Bool {
        // The first place that does not end before the range.
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return ranges[low...].prefix(2).contains {
            $0.overlaps(range) || range.isEmpty && $0.upperBound == range.lowerBound
        }
    }
}
