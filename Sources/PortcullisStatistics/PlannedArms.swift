/// The sizes of two arms that see different requests.
package struct ArmSizes: Sendable, Hashable {
  package let candidate: Int
  package let production: Int
}

/// Requests an unpaired pass-rate gate needs in each arm to reach `power`.
///
/// - Parameters:
///   - candidateRate: Assumed pass rate, `0...1`; likewise for production.
///   - ratio: Production's requests for one of the candidate's; above 0 and finite.
///   - margin: The largest loss accepted; above 0.
///   - alpha: One-sided error rate; above 0, at most a half.
///   - power: Between a half and 1.
/// - Returns: At least 1 an arm; nil beyond 2⁵³.
///
/// Source: reference/statistics.md §12, `n_unpaired`.
package func requestsNeededUnpaired(
  candidateRate: Double, productionRate: Double, ratio: Double, margin: Double, alpha: Double, power: Double = 0.8
) -> ArmSizes? {
  requireMargin(margin)
  precondition(ratio > 0 && ratio.isFinite, "a ratio of arms is above 0 and finite")
  for rate in [candidateRate, productionRate] { precondition(rate >= 0 && rate <= 1, "a rate lies in 0...1") }
  let z = planningQuantile(alpha: alpha, power: power)
  let variance = candidateRate * (1 - candidateRate) + productionRate * (1 - productionRate) / ratio
  guard let candidate = plannedCount(z * z * variance / (margin * margin)),
    let production = plannedCount(ratio * Double(candidate))
  else { return nil }
  return ArmSizes(candidate: candidate, production: production)
}
