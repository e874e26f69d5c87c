/// Whether a pairwise judge looks at the answers or at their places; every pair was shown in both orders.
package struct PositionBias: Sendable, Hashable {
  /// Share of pairs judged alike in both orders; nil without pairs.
  package let consistency: Double?
  /// Its exact limits, each end erring with α of its own; 0...1 without pairs.
  package let consistencyLimits: Interval
  /// Share of pairs in which the first place won both times, less that of the second; nil without pairs.
  package let bias: Double?
  /// Tango's limits of it, each end erring with α of its own; nil without pairs.
  package let biasLimits: Interval?
  /// Two-sided mid-p against "no place is preferred".
  package let p: Double
  package let verdict: ThreeWay
}

/// Judges a pairwise judge by the pairs on which it changed its mind with their order.
///
/// Pass when the consistency is shown to reach its floor and the bias to lie inside its limits. Fail when the consistency
/// is shown to miss its floor, or there is a bias and the best guess of it reaches the limit.
///
/// - Parameters:
///   - consistent: Pairs judged alike in both orders; not negative.
///   - first: Pairs in which the answer shown first won both times; not negative.
///   - second: Pairs in which the answer shown second won both times; not negative.
///   - leastConsistency: The floor, `0...1`.
///   - greatestBias: Above 0 and finite.
///   - alpha: One-sided error rate of each bound; above 0, at most a half.
///
/// Source: reference/statistics.md §1.1 and §11, `position_bias`.
package func positionBias(
  consistent: Int, first: Int, second: Int, leastConsistency: Double = 0.8, greatestBias: Double = 0.1, alpha: Double
) -> PositionBias {
  precondition(leastConsistency >= 0 && leastConsistency <= 1, "a floor of a rate lies in 0...1")
  let table = PairTable(both: consistent, productionOnly: second, candidateOnly: first, neither: 0)
  let consistency = exactLimits(consistent, of: table.n, alpha: alpha)
  let limits = tangoLimits(table, alpha: alpha)
  // A bias has two harmful ends, each a loss in one of the two directions.
  let towardsSecond = differenceVerdict(estimate: table.difference, lower: limits?.lower, upper: limits?.upper, margin: greatestBias)
  let towardsFirst = differenceVerdict(
    estimate: table.difference.map { -$0 }, lower: limits.map { -$0.upper }, upper: limits.map { -$0.lower }, margin: greatestBias)
  return PositionBias(
    consistency: table.n > 0 ? Double(consistent) / Double(table.n) : nil, consistencyLimits: consistency,
    bias: table.difference, biasLimits: limits, p: McNemar(table).twoSided,
    verdict: .worst(of: [floorVerdict(of: consistency, floor: leastConsistency), towardsFirst, towardsSecond]))
}
