import RealModule

/// Fewer clusters than this cannot pass, though they can fail: the tail of the costs has not been seen.
package let leastClustersForCost = 30

/// Judges the candidate's mean cost against production's on the same cases: a ratio of means, not a mean of ratios.
///
/// The rule that uses it asks for 100 pairs as well. These limits see only costs that happened: a candidate that answers
/// 2 % of the requests at six times the cost passes too often below 1000 pairs, so limit the share of dear requests beside it.
///
/// - Parameters:
///   - margin: The increase accepted: 0.2 for 20 %.
/// - Returns: All nil and inconclusive where a total is 0 or there is one cluster; no pass below `leastClustersForCost`.
///
/// Source: reference/statistics.md §8.
package func costRatioPaired(_ sums: CostSums, margin: Double, alpha: Double) -> RatioGate {
  gate(sums, powers: [1, 0, -1, 0], margin: margin, alpha: alpha)
}

/// Judges what one success costs the candidate against what it costs production, on the same cases.
///
/// Source: reference/statistics.md §8.
package func costPerSuccessPaired(_ sums: CostSums, margin: Double, alpha: Double) -> RatioGate {
  gate(sums, powers: [1, -1, -1, 1], margin: margin, alpha: alpha)
}

private func gate(_ sums: CostSums, powers: SIMD4<Double>, margin: Double, alpha: Double) -> RatioGate {
  guard let (ratio, logError) = sums.ratio(powers: powers) else { return .undefined }
  return gate(ratio: ratio, logError: logError, degrees: sums.clusters - 1, margin: margin, alpha: alpha)
}

private func gate(ratio: Double, logError: Double, degrees: Int, margin: Double, alpha: Double) -> RatioGate {
  let reach = oneSidedStudentQuantile(alpha: alpha, degrees: degrees) * logError
  let limits = Interval(lower: ratio * Double.exp(-reach), upper: ratio * Double.exp(reach))
  let seen = ratioVerdict(ratio: ratio, limits: limits, margin: margin)
  let verdict = seen == .pass && degrees + 1 < leastClustersForCost ? .inconclusive : seen
  return RatioGate(ratio: ratio, logError: logError, limits: limits, verdict: verdict)
}

/// The costs of one arm's independent requests: count, sum and sum of squares, in whole units; adds up exactly.
package struct ArmCosts: Sendable, Hashable {
  package private(set) var count = 0
  private var total: Int128 = 0
  private var squares: Int128 = 0

  package init() {}

  /// Costs rounded to 1e-9 of their unit.
  package init(_ costs: [Double]) {
    for cost in costs { add(billionths(cost)) }
  }

  package mutating func add(_ cost: Int) {
    precondition(cost >= 0, "a cost is not negative")
    count += 1
    total += Int128(cost)
    squares += Int128(cost) * Int128(cost)
  }

  package static func + (left: ArmCosts, right: ArmCosts) -> ArmCosts {
    var sum = left
    sum.count += right.count
    sum.total += right.total
    sum.squares += right.squares
    return sum
  }

  /// Mean, in the unit of the costs, and squared relative standard error of the mean; nil below two costs or where all are 0.
  var relative: (mean: Double, variance: Double)? {
    guard count > 1, total > 0 else { return nil }
    let n = Double(count)
    // Centred in whole numbers at the unit nearest the mean, so that equal costs have no spread at all.
    let centre = Int128((Double(total) / n).rounded())
    let rest = Double(total - centre * Int128(count)) / n
    let deviations = max(0, Double(squares - 2 * centre * total + centre * centre * Int128(count)) - n * rest * rest)
    let mean = Double(total) / n
    return (mean, deviations / (n - 1) / n / (mean * mean))
  }
}

/// Judges mean costs of different requests in each arm.
///
/// - Returns: All nil and inconclusive where an arm has no spread to estimate or costs nothing; no pass where either
///   arm has fewer than `leastClustersForCost` requests.
///
/// Source: reference/statistics.md §8, with the lesser degrees of freedom.
package func costRatioUnpaired(candidate: ArmCosts, production: ArmCosts, margin: Double, alpha: Double) -> RatioGate {
  guard let c = candidate.relative, let p = production.relative else { return .undefined }
  return gate(
    ratio: c.mean / p.mean, logError: (c.variance + p.variance).squareRoot(),
    degrees: min(candidate.count, production.count) - 1, margin: margin, alpha: alpha)
}
