import RealModule

/// The difference of two independent rates, with the differences that what was seen does not exclude.
package struct RateDifference: Sendable, Hashable {
  /// First − second.
  package let estimate: Double
  package let limits: Interval
}

/// The difference of the pass rates of two independent groups, by Newcombe's method 10: Wilson's limits of each, joined.
///
/// - Parameters:
///   - firstPassed: `0...firstCount`; likewise for the second.
///   - z: Normal quantile of each end, not negative: 1.645 for one-sided 95 %.
/// - Returns: nil where a group is empty.
///
/// Source: R. G. Newcombe, Interval estimation for the difference between independent proportions, 1998,
/// doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
package func newcombeUnpaired(
  firstPassed: Int, of firstCount: Int, secondPassed: Int, of secondCount: Int, z: Double
) -> RateDifference? {
  guard let first = wilsonInterval(passed: firstPassed, of: firstCount, z: z),
    let second = wilsonInterval(passed: secondPassed, of: secondCount, z: z)
  else { return nil }
  let (one, other) = (Double(firstPassed) / Double(firstCount), Double(secondPassed) / Double(secondCount))
  let estimate = one - other
  return RateDifference(
    estimate: estimate,
    limits: Interval(
      lower: max(-1, estimate - Double.hypot(one - first.lower, second.upper - other)),
      upper: min(1, estimate + Double.hypot(first.upper - one, other - second.lower))))
}
