// How repeats and clusters change the number of cases a margin needs: planning, never a verdict.

/// Cases for which a paired graded gate reaches `power` if the arms are equal, by what repeats of a case average out.
///
/// - Parameters:
///   - caseVariance: Variance between cases of the true difference of the arms (ω²); not negative.
///   - candidateNoise: Variance of the candidate's trials within a case; not negative.
///   - candidateTrials: Trials a case in the candidate's arm, at least 1.
///   - productionNoise: Variance of production's trials within a case; not negative.
///   - productionTrials: Trials a case in production's arm, at least 1.
///   - margin: The largest loss accepted; above 0.
///   - alpha: One-sided error rate; above 0, at most a half.
///   - power: Between a half and 1.
/// - Returns: At least 1; nil beyond 2⁵³. The gate's pseudo-cluster needs a few more: `casesNeededGraded`.
///
/// Source: E. Miller, Adding Error Bars to Evals, 2024, arXiv:2411.00640; reference/statistics.md §12, `n_graded`.
package func casesNeededRepeated(
  caseVariance: Double, candidateNoise: Double, candidateTrials: Int, productionNoise: Double, productionTrials: Int,
  margin: Double, alpha: Double, power: Double = 0.8
) -> Int? {
  requireMargin(margin)
  precondition(candidateTrials >= 1 && productionTrials >= 1, "a case has at least one trial in each arm")
  for variance in [caseVariance, candidateNoise, productionNoise] {
    precondition(variance >= 0 && variance.isFinite, "a variance is finite and not negative")
  }
  let z = planningQuantile(alpha: alpha, power: power)
  let variance = caseVariance + candidateNoise / Double(candidateTrials) + productionNoise / Double(productionTrials)
  return plannedCount(z * z * variance / (margin * margin))
}

/// How many times the cases of an unclustered suite a clustered one needs: 1.45 for clusters of 10 that correlate by 0.05.
///
/// - Parameters:
///   - meanSize: Cases in a cluster on average; at least 1 and finite.
///   - sizeVariation: Coefficient of variation of the sizes, deviation/mean; finite and not negative, 0 for equal clusters.
///   - correlation: Correlation of the differences of two cases of a cluster; `−1...1`.
///
/// Source: S. M. Eldridge, D. Ashby, S. Kerry, 2006, doi:10.1093/ije/dyl129; reference/statistics.md §12, `design_effect`.
package func designEffect(meanSize: Double, sizeVariation: Double, correlation: Double) -> Double {
  precondition(meanSize >= 1 && meanSize.isFinite, "a cluster has at least one case")
  precondition(sizeVariation >= 0 && sizeVariation.isFinite, "a variation is finite and not negative")
  precondition(abs(correlation) <= 1, "a correlation lies in -1...1")
  return 1 + ((sizeVariation * sizeVariation + 1) * meanSize - 1) * correlation
}
