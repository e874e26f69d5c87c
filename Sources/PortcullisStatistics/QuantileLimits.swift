import RealModule

/// Which order statistics estimate and bound a quantile; ranks count from 1.
package struct QuantileRanks: Sendable, Hashable {
  /// Rank of the estimate, ⌈nq⌉ and at least 1; beyond `n` only where there are no values.
  package let estimate: Int
  /// Rank of the lower limit; 0 where the sample cannot bound the quantile from below.
  package let lower: Int
  /// Rank of the upper limit; n + 1 where the sample cannot bound it from above.
  package let upper: Int
}

/// The ranks whose values bound the `quantile` of `count` independent values, each with error at most `alpha`.
///
/// Without any assumption about the distribution. The bootstrap cannot do this: it never looks beyond the largest value.
///
/// Source: reference/statistics.md §7.
package func quantileRanks(count: Int, quantile: Double, alpha: Double) -> QuantileRanks {
  precondition(count >= 0, "a count is not negative")
  requireQuantile(quantile)
  requireError(alpha)
  // Largest l with P(Bin ≤ l − 1) ≤ α, and smallest u with P(Bin ≥ u) ≤ α: both fall in their rank, so halving finds them.
  let beyond = firstCount(in: 1...count + 1) { binomialCDF($0 - 1, of: count, p: quantile) > alpha }
  let upper = firstCount(in: 1...count + 1) { binomialUpperTail($0, of: count, p: quantile) <= alpha }
  return QuantileRanks(
    estimate: max(1, leastCount(Double(count) * quantile)), lower: beyond - 1, upper: upper)
}

/// A quantile with its one-sided limits.
package struct QuantileLimits: Sendable, Hashable {
  /// The value at ⌈nq⌉; infinite where so many requests never ended.
  package let estimate: Double
  /// Each end errs with α of its own; infinite where the sample is too small for it.
  package let limits: Interval
  package let ranks: QuantileRanks
}

/// The quantile of the values, and what it may truly be; nil without values.
///
/// - Parameters:
///   - values: In ascending order; a request that never ended is ∞.
///   - quantile: Strictly inside 0...1.
package func quantileLimits(sorted values: [Double], quantile: Double, alpha: Double) -> QuantileLimits? {
  // Also refuses NaN, which is on no side of anything.
  precondition(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 } && values.first?.isNaN != true, "values are not in order")
  guard !values.isEmpty else { return nil }
  let ranks = quantileRanks(count: values.count, quantile: quantile, alpha: alpha)
  return QuantileLimits(
    estimate: values[ranks.estimate - 1],
    limits: Interval(
      lower: ranks.lower > 0 ? values[ranks.lower - 1] : -.infinity,
      upper: ranks.upper <= values.count ? values[ranks.upper - 1] : .infinity),
    ranks: ranks)
}

/// The fewest values with which an upper limit of the quantile exists: 59 for P95, 299 for P99 at α = 0.05.
package func minimumCount(quantile: Double, alpha: Double) -> Int {
  requireQuantile(quantile)
  requireError(alpha)
  return max(1, leastCount(Double.log(alpha) / Double.log(quantile)))
}

func requireQuantile(_ quantile: Double) {
  precondition(quantile > 0 && quantile < 1, "a quantile lies strictly inside 0...1")
}
