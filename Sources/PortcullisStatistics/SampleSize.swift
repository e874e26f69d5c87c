// How many cases a margin needs, and what margin a number of cases affords: planning, never a verdict.

/// Cases for which a paired pass-rate gate reaches `power`.
///
/// - Parameters:
///   - discordance: Expected share of cases in which the arms differ, 0...1.
///   - margin: The largest loss accepted, above 0.
///   - trueDifference: Assumed candidate − production; 0 for equal arms.
/// - Returns: At least 1; nil where the assumed loss reaches the margin, which no number of cases can settle.
///
/// Source: reference/statistics.md §12. However clean the run, no fewer than `leastCasesToPass` can pass.
package func casesNeeded(discordance: Double, margin: Double, trueDifference: Double = 0, alpha: Double, power: Double = 0.8) -> Int? {
  requireMargin(margin)
  requireDiscordance(discordance)
  guard margin + trueDifference > 0 else { return nil }
  let z = planningQuantile(alpha: alpha, power: power)
  let room = margin + trueDifference
  return plannedCount(z * z * (discordance - trueDifference * trueDifference) / (room * room))
}

/// The loss that a paired pass-rate gate on `count` cases can exclude with `power` if the arms are equal; nil without cases.
///
/// Source: reference/statistics.md §12.
package func detectableMargin(discordance: Double, count: Int, alpha: Double, power: Double = 0.8) -> Double? {
  requireDiscordance(discordance)
  precondition(count >= 0, "a count is not negative")
  guard count > 0 else { return nil }
  return planningQuantile(alpha: alpha, power: power) * (discordance / Double(count)).squareRoot()
}

/// The fewest cases with which a paired pass-rate gate can pass at all: 88 at a margin of 0.03 and α = 0.05.
///
/// Without a single difference between the arms Tango's bound is −z²/(n + z²), and it must lie strictly above −margin.
package func leastCasesToPass(margin: Double, alpha: Double) -> Int {
  requireMargin(margin)
  let z = oneSidedQuantile(alpha: alpha)
  var count = max(1, Int(min(1e15, max(0, z * z * (1 - margin) / margin))))
  func passes(_ n: Int) -> Bool {
    nonInferiority(
      PairTable(both: n, productionOnly: 0, candidateOnly: 0, neither: 0), missing: 0, margin: margin, alpha: alpha
    ).verdict == .pass
  }
  // The formula is exact but for a tie, which does not pass.
  while !passes(count) { count += 1 }
  return count
}

/// Clusters of one for which the graded gate of `augmentedBounds` reaches `power` if the arms are equal.
///
/// - Parameters:
///   - variance: Variance of the difference of a pair.
///   - range: The largest |difference| possible.
/// - Returns: The least n with margin − range/(n + 1) ≥ z√((variance + range²/(n + 1))/(n + 1)); nil beyond 2⁵³.
///
/// Source: reference/statistics.md §12, `n_augmented`.
package func casesNeededGraded(variance: Double, margin: Double, range: Double = 1, alpha: Double, power: Double = 0.8) -> Int? {
  requireMargin(margin)
  precondition(variance >= 0 && variance.isFinite && range > 0 && range.isFinite, "variance and range are finite")
  let z = planningQuantile(alpha: alpha, power: power)
  func suffices(_ n: Int) -> Bool {
    let count = Double(n) + 1
    return margin - range / count >= z * ((variance + range * range / count) / count).squareRoot()
  }
  var (low, high) = (0, 1)
  while !suffices(high) {
    guard high < 1 << 53 else { return nil }
    (low, high) = (high, high * 2)
  }
  while high - low > 1 {
    let middle = (low + high) / 2
    if suffices(middle) { high = middle } else { low = middle }
  }
  return high
}

func planningQuantile(alpha: Double, power: Double) -> Double {
  precondition(power > 0.5 && power < 1, "a power lies between a half and 1")
  return oneSidedQuantile(alpha: alpha) + normalQuantile(power)
}

private func requireDiscordance(_ discordance: Double) {
  precondition(discordance >= 0 && discordance <= 1, "a discordance lies in 0...1")
}

/// A planned count, at least 1; nil beyond what a double counts exactly.
func plannedCount(_ value: Double) -> Int? {
  value < 9_007_199_254_740_992 ? max(1, leastCount(value)) : nil
}
