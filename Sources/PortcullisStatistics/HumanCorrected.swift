// Judge's scores corrected by people's labels of the same run (PPI++): right whatever the judge's bias.

/// The mean score of one arm, measured by a judge and corrected by labels.
package struct HumanCorrectedMean: Sendable, Hashable {
  /// How far the judge was relied upon (λ), 0...1.
  package let judgeWeight: Double
  package let estimate: Double
  package let standardError: Double
  /// Each end errs with α/2; not cut at 0 and 1.
  package let limits: Interval
}

/// Corrects a judge's mean score of one arm by labels of a random subset; reported, never gating.
///
/// - Parameters:
///   - sums: Scores in 0...1.
///   - alpha: Error rate of both ends together; above 0, at most 1.
/// - Returns: nil below two labelled or two unlabelled scores.
///
/// Source: A. N. Angelopoulos et al., Prediction-Powered Inference, 2023, doi:10.1126/science.adi6000, with the weight of
/// PPI++; reference/statistics.md §11, `ppi_mean`.
package func humanCorrectedMean(_ sums: LabelledSums, alpha: Double) -> HumanCorrectedMean? {
  let z = oneSidedQuantile(alpha: alpha / 2)
  guard let weight = sums.judgeWeight else { return nil }
  let correction = sums.correction(weight: weight)
  let (n, unlabelled) = (Double(sums.labelled), Double(sums.unlabelled))
  let estimate = correction.judgeMean + correction.rectifierMean
  let error = (correction.judgeSquares / (unlabelled * unlabelled) + correction.rectifierSquares / (n * n)).squareRoot()
  return HumanCorrectedMean(
    judgeWeight: weight, estimate: estimate, standardError: error,
    limits: Interval(lower: estimate - z * error, upper: estimate + z * error))
}

/// Labelled pairs below which no verdict is given; better a hundred or more.
package let leastLabelledPairs = 30

/// Judges paired differences that a judge measured, corrected by people's labels of a random subset of the same run.
///
/// Needs neither the judge's error rates nor that it errs alike in both arms. The bounds hold one pseudo-pair of the worst
/// possible outcome, as `augmentedBounds` does and for its reason.
///
/// - Parameters:
///   - sums: Differences candidate − production in −1...1.
///   - missing: Pairs that lack a score in either arm; at least 0. They are no part of the population sampled, so the lower
///     bound is joined with −1 for each of them in proportion.
///   - margin: The largest loss accepted; above 0 and finite.
///   - alpha: One-sided error rate of each bound; above 0, at most a half.
/// - Returns: All undefined, hence inconclusive, below `leastLabelledPairs` labels or with fewer pairs unlabelled than labelled.
///
/// Source: reference/statistics.md §11, `ni_ppi`. A loss of the margin passes at most 7.8 % of the time from 30 labels on.
package func humanCorrectedNonInferiority(
  _ sums: LabelledSums, missing: Int = 0, margin: Double, alpha: Double
) -> NonInferiority {
  requireMargin(margin)
  requireError(alpha)
  precondition(missing >= 0, "a count of pairs is not negative")
  precondition(sums.largest <= 1, "a difference of scores lies in -1...1")
  guard sums.labelled >= leastLabelledPairs, sums.unlabelled >= sums.labelled, let weight = sums.judgeWeight else {
    return NonInferiority(estimate: nil, limits: nil, lowerWithMissing: nil, margin: margin)
  }
  let correction = sums.correction(weight: weight)
  let (n, unlabelled) = (Double(sums.labelled), Double(sums.unlabelled))
  let t = oneSidedStudentQuantile(alpha: alpha, degrees: sums.labelled)
  let judgeVariance = correction.judgeSquares / (unlabelled - 1) / unlabelled
  func bound(outcome: Double) -> Double {
    let mean = (n * correction.rectifierMean + outcome) / (n + 1)
    let distance = outcome - correction.rectifierMean
    let squares = correction.rectifierSquares + n / (n + 1) * distance * distance
    return correction.judgeMean + mean + outcome * t * (squares / n / (n + 1) + judgeVariance).squareRoot()
  }
  let limits = Interval(lower: bound(outcome: -1), upper: bound(outcome: 1))
  let pairs = n + unlabelled
  return NonInferiority(
    estimate: correction.judgeMean + correction.rectifierMean, limits: limits,
    lowerWithMissing: missing == 0 ? limits.lower : (pairs * limits.lower - Double(missing)) / (pairs + Double(missing)), margin: margin)
}
