/// What the pairs say about "the candidate is not worse by the margin or more".
///
/// The same shape for pass rates and for graded scores. All numbers are candidate − production, larger is better.
package struct NonInferiority: Sendable, Hashable {
  /// The difference seen in complete pairs; nil without any.
  package let estimate: Double?
  /// One-sided lower bound from complete pairs.
  package let lower: Double?
  /// One-sided upper bound from complete pairs.
  package let upper: Double?
  /// The lower bound with every missing pair counted as the worst outcome; `lower` where none is missing.
  package let lowerWithMissing: Double?
  /// The verdict if the missing pairs did not exist: tells whether it is they that block.
  package let verdictOfCompletePairs: ThreeWay
  package let verdict: ThreeWay

  /// Missing pairs count against a pass only: a pass must hold with and without them, a fail uses complete pairs.
  init(estimate: Double?, limits: Interval?, lowerWithMissing: Double?, margin: Double) {
    self.estimate = estimate
    lower = limits?.lower
    upper = limits?.upper
    self.lowerWithMissing = lowerWithMissing
    verdictOfCompletePairs = differenceVerdict(estimate: estimate, lower: lower, upper: upper, margin: margin)
    let weakest = lower.flatMap { lower in lowerWithMissing.map { min(lower, $0) } }
    verdict = differenceVerdict(estimate: estimate, lower: weakest, upper: upper, margin: margin)
  }
}

/// Judges pass rates paired by case: one trial a case, cases independent of each other.
///
/// Cases that share a source, repeated trials and grades belong to `gradedNonInferiority`.
///
/// - Parameters:
///   - table: Pairs with both scores.
///   - missing: Pairs that lack a score in either arm.
///   - margin: The largest loss accepted, above 0: 0.05 for five points.
///   - alpha: One-sided error rate of each bound.
///
/// Source: reference/statistics.md §1.1, §1.4, §4.
package func nonInferiority(_ table: PairTable, missing: Int, margin: Double, alpha: Double) -> NonInferiority {
  requireMargin(margin)
  let z = oneSidedQuantile(alpha: alpha)
  return NonInferiority(
    estimate: table.difference, limits: tangoLimits(table, alpha: alpha),
    lowerWithMissing: tangoLower(table.worstCase(missing: missing), z: z), margin: margin)
}

/// How many more cases that both arms passed the candidate could have broken before a pass is lost; nil where it is no pass.
package func lossesToSpare(_ table: PairTable, missing: Int, margin: Double, alpha: Double) -> Int? {
  func passes(_ losses: Int) -> Bool {
    let worse = PairTable(
      both: table.both - losses, productionOnly: table.productionOnly + losses,
      candidateOnly: table.candidateOnly, neither: table.neither)
    return nonInferiority(worse, missing: missing, margin: margin, alpha: alpha).verdict == .pass
  }
  guard passes(0) else { return nil }
  // Each further loss moves the bound down, so the last pass is found by halving.
  var (passing, beyond) = (0, table.both + 1)
  while beyond - passing > 1 {
    let middle = (passing + beyond) / 2
    if passes(middle) { passing = middle } else { beyond = middle }
  }
  return passing
}
