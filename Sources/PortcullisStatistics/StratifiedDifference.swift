/// What two unpaired arms did on one slice, with the share of the slice in the traffic both are compared on.
package struct Stratum: Sendable, Hashable {
  /// In any unit: only the ratio to the other strata counts.
  package let weight: Double
  package let candidatePassed: Int
  package let candidateCount: Int
  package let productionPassed: Int
  package let productionCount: Int

  /// - Parameters:
  ///   - weight: Finite and not negative.
  ///   - candidatePassed: `0...candidateCount`; likewise for production.
  package init(weight: Double, candidatePassed: Int, of candidateCount: Int, productionPassed: Int, of productionCount: Int) {
    precondition(weight >= 0 && weight.isFinite, "a weight is finite and not negative")
    requireCount(candidatePassed, of: candidateCount)
    requireCount(productionPassed, of: productionCount)
    self.weight = weight
    self.candidatePassed = candidatePassed
    self.candidateCount = candidateCount
    self.productionPassed = productionPassed
    self.productionCount = productionCount
  }

  /// Candidate − production pass rate, in a stratum where neither arm is empty.
  fileprivate var difference: Double {
    Double(candidatePassed) / Double(candidateCount) - Double(productionPassed) / Double(productionCount)
  }

  /// Variance of the difference, each arm with one pass and one failure added.
  fileprivate var variance: Double {
    func ofArm(_ passed: Int, _ count: Int) -> Double {
      let rate = Double(passed + 1) / Double(count + 2)
      return rate * (1 - rate) / Double(count + 2)
    }
    return ofArm(candidatePassed, candidateCount) + ofArm(productionPassed, productionCount)
  }
}

/// The difference of two unpaired arms' pass rates at one mix of slices.
package struct StratifiedDifference: Sendable, Hashable {
  /// Candidate − production, at the reference mix.
  package let estimate: Double
  package let standardError: Double
  /// Each end errs with α of its own; not cut at −1 and 1.
  package let limits: Interval
  /// Candidate − production of the totals, each arm at its own mix.
  package let crude: Double
  /// Whether the totals say the opposite of every slice (Simpson's reversal).
  package let isReversed: Bool
}

/// Compares unpaired arms slice by slice, so that a different mix of traffic is not taken for a difference of the arms.
///
/// Paired arms have the same mix and need none of this.
///
/// - Parameters:
///   - alpha: One-sided error rate of each end; above 0, at most a half.
/// - Returns: nil without strata or weight, and where an arm is empty in any stratum.
///
/// Source: reference/statistics.md §4, `stratified`: direct standardisation.
package func stratifiedDifference(_ strata: [Stratum], alpha: Double) -> StratifiedDifference? {
  let z = oneSidedQuantile(alpha: alpha)
  guard let heaviest = strata.map(\.weight).max(), heaviest > 0,
    strata.allSatisfy({ $0.candidateCount > 0 && $0.productionCount > 0 })
  else { return nil }
  // By the heaviest first, so that no sum of finite weights overflows.
  let total = strata.reduce(0) { $0 + $1.weight / heaviest }
  var (estimate, variance) = (0.0, 0.0)
  for stratum in strata {
    let share = stratum.weight / heaviest / total
    estimate += share * stratum.difference
    variance += share * share * stratum.variance
  }
  let crude = Stratum(
    weight: 1, candidatePassed: strata.reduce(0) { $0 + $1.candidatePassed }, of: strata.reduce(0) { $0 + $1.candidateCount },
    productionPassed: strata.reduce(0) { $0 + $1.productionPassed }, of: strata.reduce(0) { $0 + $1.productionCount }
  ).difference
  let reach = z * variance.squareRoot()
  return StratifiedDifference(
    estimate: estimate, standardError: variance.squareRoot(), limits: Interval(lower: estimate - reach, upper: estimate + reach),
    crude: crude,
    isReversed: crude > 0 && strata.allSatisfy { $0.difference < 0 } || crude < 0 && strata.allSatisfy { $0.difference > 0 })
}
