/// One-sided bounds of a mean difference of bounded scores, with what they rest on.
package struct AugmentedBounds: Sendable, Hashable {
  /// The mean difference seen, without the pseudo-clusters.
  package let estimate: Double
  /// Each end errs with α of its own; within −range...range.
  package let limits: Interval
  package let clusters: Int
  /// How many equal clusters these are worth; far below `clusters` where a few hold most pairs.
  package let effectiveClusters: Double
}

/// The mean differences that clustered pairs do not exclude, by a t interval over the clusters and one more of the worst
/// possible outcome (of the best one for the upper end).
///
/// A good candidate's differences are mostly zero with a few large losses; the plain t, the bootstrap and the central
/// limit theorem then see almost no variance and pass rare disasters. The pseudo-cluster, of the size-biased mean size,
/// costs about range/N of the margin and makes all-equal data wait for about 2.65/margin clusters.
///
/// - Parameters:
///   - range: The largest |difference| possible: 1 for scores in 0...1.
///   - alpha: One-sided error rate of each end.
/// - Returns: nil without pairs. With one cluster the bounds are the range itself, so nothing passes.
///
/// Source: reference/statistics.md §5, our construction in the spirit of Agresti–Coull. *Assumes* clusters independent of
/// each other, and none so large that losses could hide in it: at most 10 cases each.
package func augmentedBounds(_ sums: ClusterSums, range: Double = 1, alpha: Double) -> AugmentedBounds? {
  precondition(range > 0 && range.isFinite, "a range is above 0")
  requireError(alpha)
  guard sums.pairs > 0, let effective = sums.effectiveClusters else { return nil }
  let spread = sums.spread
  precondition(abs(spread.mean) <= range * (1 + 1e-9), "the mean difference lies outside the range")
  let t = oneSidedStudentQuantile(alpha: alpha, degrees: sums.clusters)
  return AugmentedBounds(
    estimate: spread.mean,
    limits: Interval(
      lower: bound(sums, spread, outcome: -range, t: t), upper: bound(sums, spread, outcome: range, t: t)),
    clusters: sums.clusters, effectiveClusters: effective)
}

/// The end towards `outcome`, the difference of every pair in the pseudo-cluster.
private func bound(_ sums: ClusterSums, _ spread: ClusterSums.Spread, outcome: Double, t: Double) -> Double {
  let (pairs, added) = (Double(sums.pairs), sums.sizeBias)
  let size = pairs + added
  // How far the pseudo-cluster pulls the mean, and how far it still lies from it.
  let pull = added * (outcome - spread.mean) / size
  let distance = pairs * (outcome - spread.mean) / size
  let squares = spread.squares - 2 * pull * spread.sized + pull * pull * spread.squaredSizes + added * added * distance * distance
  let g = Double(sums.clusters) + 1
  let error = (g / (g - 1) * max(0, squares)).squareRoot() / size
  let reach = spread.mean + pull + (outcome < 0 ? -t : t) * error
  return max(-abs(outcome), min(abs(outcome), reach))
}

/// Judges graded scores, repeated trials and clustered cases against the largest loss accepted.
///
/// - Parameters:
///   - complete: Pairs with both scores.
///   - worstCase: The same and the missing pairs, each at the worst outcome in its own cluster (`ClusterSums.addWorstCase`).
///   - margin: Above 0, in the unit of the scores.
///   - range: The largest |difference| possible.
///
/// Source: reference/statistics.md §1.1, §1.4, §5.
package func gradedNonInferiority(
  complete: ClusterSums, worstCase: ClusterSums, margin: Double, range: Double = 1, alpha: Double
) -> NonInferiority {
  precondition(worstCase.pairs >= complete.pairs, "the worst case has every complete pair too")
  let bounds = augmentedBounds(complete, range: range, alpha: alpha)
  return NonInferiority(
    estimate: bounds?.estimate, limits: bounds?.limits,
    lowerWithMissing: augmentedBounds(worstCase, range: range, alpha: alpha)?.limits.lower, margin: margin)
}
