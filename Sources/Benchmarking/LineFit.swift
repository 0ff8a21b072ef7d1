/// The straight line through points, by least squares.
package struct LineFit: Sendable, Equatable {
    package var intercept: Double
    package var slope: Double
    /// The share of the variation that the line explains: 1 on a straight line. 1 too where nothing varies.
    package var determination: Double

    /// nil for fewer than two different x.
    package init?(_ points: [(x: Double, y: Double)]) {
        let count = Double(points.count)
        guard count > 1 else { return nil }
        let meanX = points.reduce(0) { $0 + $1.x } / count
        let meanY = points.reduce(0) { $0 + $1.y } / count
        let spreadX = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
        let spreadY = points.reduce(0) { $0 + ($1.y - meanY) * ($1.y - meanY) }
        let shared = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) }
        guard spreadX > 0 else { return nil }
        slope = shared / spreadX
        intercept = meanY - slope * meanX
        determination = spreadY > 0 ? shared * shared / (spreadX * spreadY) : 1
    }
}
