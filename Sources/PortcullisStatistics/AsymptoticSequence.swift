import RealModule

/// The interval to draw about a running mean: holds at all times together with probability 1 − `alpha`, but only asymptotically.
///
/// It decides nothing; the betting process does.
///
/// - Parameters:
///   - count: Values seen (a sum of unequal weights may be used, as their effective number).
///   - variance: Of one value, as estimated now; at least 0.
///   - alpha: Two-sided.
///   - rho2: Where it is sharpest, from `sharpestAt`; above 0.
/// - Returns: nil without values.
///
/// Source: reference/statistics.md §9, `asymp_cs`; I. Waudby-Smith et al., 2024, doi:10.1214/24-AOS2408.
package func asymptoticInterval(count: Double, mean: Double, variance: Double, alpha: Double, rho2: Double) -> Interval? {
  precondition(count >= 0 && count.isFinite, "a number of values is not negative")
  precondition(mean.isFinite && variance >= 0 && variance.isFinite, "mean and variance are finite")
  precondition(alpha > 0 && alpha < 1, "an error rate lies strictly inside 0...1")
  precondition(rho2 > 0 && rho2.isFinite, "rho2 is above 0")
  guard count > 0 else { return nil }
  let information = count * rho2
  let reach = 2 * (1 + 1 / information) / count * (0.5 * Double.log(onePlus: information) - Double.log(alpha))
  let width = variance > 0 ? (variance * reach).squareRoot() : 0
  return Interval(lower: mean - width, upper: mean + width)
}

/// The ρ² with which `asymptoticInterval` is about as narrow as it can be after `count` values.
///
/// Source: reference/statistics.md §9, `rho2`.
package func rho2(sharpestAt count: Double, alpha: Double) -> Double {
  precondition(count > 0 && count.isFinite, "a number of values is above 0")
  precondition(alpha > 0 && alpha < 1, "an error rate lies strictly inside 0...1")
  let spread = -2 * Double.log(alpha)
  return (spread + Double.log(onePlus: spread)) / count
}

extension CanaryGate {
  /// The difference of the arms to draw beside the verdict, candidate − production; nil before the first window.
  ///
  /// - Parameters:
  ///   - alpha: Two-sided, for all times together.
  ///   - windows: After how many windows it shall be sharpest; above 0.
  package func drawnInterval(alpha: Double, sharpestAt windows: Double) -> Interval? {
    guard let mean, tally.squaredWeight > 0 else { return nil }
    let variance = max(0, tally.weightedSquare / tally.weight - mean * mean)
    return asymptoticInterval(
      count: tally.weight * tally.weight / tally.squaredWeight, mean: mean, variance: variance, alpha: alpha,
      rho2: rho2(sharpestAt: windows, alpha: alpha))
  }
}
