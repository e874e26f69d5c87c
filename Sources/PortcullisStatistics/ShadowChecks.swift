/// What clustered differences say about a limit: their mean, augmented bounds and the verdict.
package struct ShadowCheck: Sendable, Hashable {
  /// nil without a pair.
  package let estimate: Double?
  /// Each end errs with α of its own.
  package let limits: Interval?
  package let clusters: Int
  package let verdict: ThreeWay
}

/// Whether production, asked twice, agrees with itself; if it does not, the rig differs and nothing else can be trusted.
///
/// - Parameters:
///   - sums: Differences of production's two scores, clustered by user or conversation.
///   - margin: Half the margin of the quality rule; above 0.
///   - range: The largest |difference| possible.
///
/// Source: reference/statistics.md §10, `aa_check`.
package func aaCheck(_ sums: ClusterSums, margin: Double, range: Double = 1, alpha: Double) -> ShadowCheck {
  requireMargin(margin)
  return check(sums, range: range, alpha: alpha) { estimate, limits in
    if limits.lower > -margin && limits.upper < margin { return .pass }
    let differs = limits.lower > 0 || limits.upper < 0
    return differs && abs(estimate) >= margin - verdictTolerance ? .fail : .inconclusive
  }
}

/// Whether the candidate disagrees with production by more than production does with itself.
///
/// That is change, not harm: it gates only where a release claims that nothing visible changes.
///
/// - Parameters:
///   - excess: Of each request, ½(d(c, p) + d(c, p′)) − d(p, p′) for a disagreement d in 0...1, clustered.
///   - limit: The excess accepted; above 0.
///
/// Source: reference/statistics.md §10, `noise_floor`.
package func noiseFloor(excess: ClusterSums, limit: Double, alpha: Double) -> ShadowCheck {
  requireMargin(limit)
  return check(excess, range: 1, alpha: alpha) { estimate, limits in
    if limits.upper < limit { return .pass }
    return limits.lower > 0 && estimate >= limit - verdictTolerance ? .fail : .inconclusive
  }
}

private func check(
  _ sums: ClusterSums, range: Double, alpha: Double, verdict: (_ estimate: Double, _ limits: Interval) -> ThreeWay
) -> ShadowCheck {
  let bounds = augmentedBounds(sums, range: range, alpha: alpha)
  return ShadowCheck(
    estimate: bounds?.estimate, limits: bounds?.limits, clusters: sums.clusters,
    verdict: bounds.map { verdict($0.estimate, $0.limits) } ?? .inconclusive)
}
