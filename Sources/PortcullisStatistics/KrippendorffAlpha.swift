/// What makes two ratings differ more than two others.
package enum MeasurementLevel: Sendable, Hashable, CaseIterable {
  /// Unequal ratings differ, all alike.
  case nominal
  /// Ratings differ by how many ratings lie between them.
  case ordinal
  /// Ratings differ by their distance.
  case interval
}

/// Reliability of any number of raters with gaps: 1 is perfect, 0 is chance; a gold standard takes at least 0.67.
///
/// - Parameters:
///   - units: For each thing rated its ratings, by size at most 1e9 and in any order; missing ones are left out. Below two, a unit is none.
/// - Returns: nil where no unit has two ratings, or all ratings are equal.
///
/// Source: K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011. The ordinal distance equals that of the
/// ratings' mean ranks, so that no table over pairs of values is needed.
package func krippendorffAlpha(_ units: [[Double]], level: MeasurementLevel) -> Double? {
  precondition(units.allSatisfy { $0.allSatisfy { abs($0) <= 1_000_000_000 } }, "a rating is a finite number of ordinary size")
  let pairable = units.filter { $0.count > 1 }
  let counts = pairable.joined().reduce(into: [Double: Int]()) { $0[$1, default: 0] += 1 }
  guard counts.count > 1 else { return nil }
  let values = counts.keys.sorted()
  let n = Double(counts.values.reduce(0, +))
  // Twice the sum of squares, or the number of unequal pairs: both count each pair in both orders, a unit over its size.
  let disagreement: (_ ratings: [Double]) -> Double
  switch level {
  case .nominal:
    disagreement = unequalPairs
  case .ordinal:
    let ranks = meanRanks(values, counts)
    disagreement = { ratings in squaredDistances(ratings.map { ranks[$0] ?? 0 }) }
  case .interval:
    disagreement = squaredDistances
  }
  let within = pairable.reduce(0) { $0 + disagreement($1) / Double($1.count - 1) }
  let all = disagreement(values.flatMap { [Double](repeating: $0, count: counts[$0] ?? 0) })
  // Ratings that differ by less than a square root of the least double are taken for equal.
  guard all > 0 else { return nil }
  return 1 - (n - 1) * within / all
}

/// The middle of the ranks that each value's ratings hold.
private func meanRanks(_ values: [Double], _ counts: [Double: Int]) -> [Double: Double] {
  var below = 0.0
  var ranks: [Double: Double] = [:]
  for value in values {
    let count = Double(counts[value] ?? 0)
    ranks[value] = below + count / 2
    below += count
  }
  return ranks
}

/// Σ over ordered pairs of [unequal].
private func unequalPairs(_ ratings: [Double]) -> Double {
  let counts = ratings.reduce(into: [Double: Int]()) { $0[$1, default: 0] += 1 }
  return Double(ratings.count * ratings.count - counts.values.reduce(0) { $0 + $1 * $1 })
}

/// Σ over ordered pairs of the squared distance.
private func squaredDistances(_ ratings: [Double]) -> Double {
  let count = Double(ratings.count)
  let mean = ratings.reduce(0, +) / count
  return 2 * count * ratings.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
}
