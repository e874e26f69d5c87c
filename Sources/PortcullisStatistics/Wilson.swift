import RealModule

/// The range of true pass rates consistent with what was seen; for reports, not for guarantees.
///
/// - Parameters:
///   - passed: Trials that passed; `0...count`.
///   - count: Trials scored.
///   - z: Normal quantile of the wanted confidence: 1.645 for 90 % two-sided, that is 95 % at each end alone.
/// - Returns: Both ends within `0...1`; nil where nothing was scored.
///
/// Source: E. B. Wilson, 1927, doi:10.1080/01621459.1927.10502953, without continuity correction.
package func wilsonInterval(passed: Int, of count: Int, z: Double) -> Interval? {
  requireCount(passed, of: count)
  precondition(z >= 0 && z.isFinite, "a normal quantile is not negative")
  guard count > 0 else { return nil }
  let (n, rate) = (Double(count), Double(passed) / Double(count))
  let shrink = 1 + z * z / n
  let centre = (rate + z * z / (2 * n)) / shrink
  let half = z / shrink * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot()
  // At the ends one limit is the rate itself, which rounding would miss by an ulp.
  return Interval(lower: passed == 0 ? 0 : max(0, centre - half), upper: passed == count ? 1 : min(1, centre + half))
}

func requireCount(_ passed: Int, of count: Int) {
  precondition(passed >= 0 && passed <= count, "\(passed) of \(count) is not a count of trials")
}
