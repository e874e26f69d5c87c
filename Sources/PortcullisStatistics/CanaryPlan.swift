import RealModule

/// How long a canary is expected to take until its evidence suffices.
package struct CanaryPlan: Sendable, Hashable {
  package let windows: Int
  /// Of both arms together.
  package let requests: Int
}

/// The requests after which a betting process on windows of pass rates has grown to 1/α, by the mean growth of its best bet.
///
/// - Parameters:
///   - candidateRate, productionRate: The true pass rates assumed; 0...1.
///   - share: The candidate's share of all requests; strictly inside 0...1.
///   - direction: `below` plans a rollback, `above` a promotion.
///   - null: The difference of pass rates bet against: −δ; strictly inside −1...1.
///   - alpha: Strictly inside 0...1.
///   - startWeight: The share of the stake that bets from the start: 0.7 for a rollback, 1 for a promotion; above 0.
/// - Returns: nil where no bet grows (the candidate is not on the side that is bet on), or beyond 2⁵³ requests.
///
/// Enumerates the law of a window; parts of probability below 1e-20 are left out, so windows of thousands stay cheap.
///
/// Source: reference/statistics.md §12, `canary_plan`.
package func canaryPlan(
  candidateRate: Double, productionRate: Double, share: Double, direction: BettingProcess.Plan.Direction, null: Double,
  alpha: Double, startWeight: Double = 1
) -> CanaryPlan? {
  precondition((0...1).contains(candidateRate) && (0...1).contains(productionRate), "a pass rate lies in 0...1")
  precondition(null > -1 && null < 1, "a difference bet against lies strictly inside -1...1")
  precondition(alpha > 0 && alpha < 1, "an error rate lies strictly inside 0...1")
  precondition(startWeight > 0 && startWeight <= 1, "a share of the stake lies above 0 and at most at 1")
  let size = windowSize(share: share)
  let plan = BettingProcess.Plan(direction, null: null, in: -1...1)
  var growth = [Double](repeating: 0, count: betFractions.count)
  for hits in likelyCounts(of: size, rate: share) {
    let (a, b) = (hits.count, size - hits.count)
    guard a > 0, b > 0 else { continue }
    let weight = min(1, Double(a) * Double(b) / Double(size))
    let production = likelyCounts(of: b, rate: productionRate)
    for candidate in likelyCounts(of: a, rate: candidateRate) {
      for other in production {
        let probability = hits.mass * candidate.mass * other.mass
        guard probability > 1e-20 else { continue }
        let gain = plan.relativeGain(Double(candidate.count) / Double(a) - Double(other.count) / Double(b), weight: weight)
        for bet in growth.indices { growth[bet] += probability * Double.log(onePlus: betFractions[bet] * gain) }
      }
    }
  }
  let windows = growth.indices.filter { growth[$0] > 0 }
    .map { (-Double.log(alpha) - Double.log(startWeight * betTrust[$0])) / growth[$0] }.min()
  guard let windows, windows * Double(size) < 0x1p53 else { return nil }
  return CanaryPlan(windows: leastCount(windows), requests: leastCount(windows) * size)
}

/// The numbers of hits among `n` that are not all but impossible, with their probabilities.
private func likelyCounts(of n: Int, rate: Double) -> [(count: Int, mass: Double)] {
  // Beyond 10 standard deviations and 50 hits, either tail is below 1e-20.
  let (mean, reach) = (Double(n) * rate, 10 * (Double(n) * rate * (1 - rate)).squareRoot() + 50)
  let range = max(0, Int(mean - reach))...min(n, Int(mean + reach) + 1)
  return range.compactMap { count in
    let mass = binomialMass(count, of: n, p: rate)
    return mass > 1e-20 ? (count, mass) : nil
  }
}
