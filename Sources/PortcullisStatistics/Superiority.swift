/// What the pairs say about "the candidate is better"; all numbers are candidate − production.
package struct Superiority: Sendable, Hashable {
  package let estimate: Double?
  /// One-sided mid-p against "not better", with every missing pair against it; nil for graded scores and without pairs.
  package let p: Double?
  /// One-sided lower bound, with every missing pair at its worst.
  package let lower: Double?
  /// One-sided upper bound from complete pairs.
  package let upper: Double?
  package let verdict: ThreeWay
}

/// Asks whether the pass rate rose, paired by case, one trial a case, cases independent.
///
/// Pass takes both the mid-p McNemar test and Tango's bound; fail takes an upper bound below 0.
///
/// Source: reference/statistics.md §4.
package func superiority(_ table: PairTable, missing: Int = 0, alpha: Double) -> Superiority {
  let worst = table.worstCase(missing: missing)
  guard let estimate = table.difference, let limits = tangoLimits(table, alpha: alpha),
    let lower = tangoLower(worst, z: oneSidedQuantile(alpha: alpha))
  else { return Superiority(estimate: nil, p: nil, lower: nil, upper: nil, verdict: .inconclusive) }
  let p = McNemar(worst).better
  let verdict: ThreeWay = p <= alpha && lower > 0 ? .pass : limits.upper < 0 ? .fail : .inconclusive
  return Superiority(estimate: estimate, p: p, lower: lower, upper: limits.upper, verdict: verdict)
}

/// Asks whether graded scores rose, by the bounds of `augmentedBounds`.
///
/// - Parameters:
///   - complete: Pairs with both scores.
///   - worstCase: The same and the missing pairs, each at the worst outcome.
///
/// Source: reference/statistics.md §5.
package func gradedSuperiority(complete: ClusterSums, worstCase: ClusterSums, range: Double = 1, alpha: Double) -> Superiority {
  guard let bounds = augmentedBounds(complete, range: range, alpha: alpha),
    let worst = augmentedBounds(worstCase, range: range, alpha: alpha)
  else { return Superiority(estimate: nil, p: nil, lower: nil, upper: nil, verdict: .inconclusive) }
  // More losses can narrow these bounds a little, so a pass must hold both ways.
  let lower = min(bounds.limits.lower, worst.limits.lower)
  let verdict: ThreeWay = lower > 0 ? .pass : bounds.limits.upper < 0 ? .fail : .inconclusive
  return Superiority(estimate: bounds.estimate, p: nil, lower: lower, upper: bounds.limits.upper, verdict: verdict)
}
