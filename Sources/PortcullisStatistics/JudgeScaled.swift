/// A comparison measured by a judge that errs, judged against the margin as the judge would see it.
package struct JudgeScaled: Sendable, Hashable {
  /// The difference as the judge saw it, and its bounds.
  package let observed: NonInferiority
  /// The difference freed of the judge's errors; nil where the judge is no better than chance.
  package let estimate: Double?
  /// Lower bound of J = sensitivity + specificity − 1; nil where nothing was compared or labels of one kind are missing.
  package let informednessLower: Double?
  /// The margin times that bound: what a true loss of the margin would at least look like. Not positive: nothing can pass.
  package let scaledMargin: Double?
  package let verdict: ThreeWay
}

/// Judges a pass rate that a calibrated judge measured: its errors shrink every difference, and so would hide a loss.
///
/// Pass when the observed lower bound excludes the scaled margin; fail when the candidate is seen to be worse and the best
/// guess of the true loss reaches the margin. Without pairs, without labels of both kinds, or with a judge not shown to
/// be better than chance, inconclusive.
///
/// - Parameters:
///   - observed: The pass/fail difference by judge, of `nonInferiority` or, for clustered cases, `gradedNonInferiority`;
///     its bounds at the same `alpha`. Its own verdict and margin are not looked at. Grades other than 0 and 1 are not covered.
///   - labels: The judge's grades of answers from both arms that people graded too.
///   - margin: The largest true loss accepted; above 0 and finite.
///   - alpha: One-sided error rate of each bound; above 0, at most a half.
///
/// Source: reference/statistics.md §11, `ni_judge_scaled`. *Assumes* the judge errs alike in both arms, given the truth;
/// where that is doubtful, `humanCorrectedNonInferiority`.
package func judgeScaledNonInferiority(
  _ observed: NonInferiority, labels: JudgeLabels, margin: Double, alpha: Double
) -> JudgeScaled {
  requireMargin(margin)
  requireError(alpha)
  guard let seen = observed.estimate, let lower = observed.lower, let upper = observed.upper, let informedness = labels.informedness
  else { return JudgeScaled(observed: observed, estimate: nil, informednessLower: nil, scaledMargin: nil, verdict: .inconclusive) }
  let least = judgeCalibration(labels, alpha: alpha).informednessLower
  var verdict = ThreeWay.inconclusive
  if least > 0 {
    let weakest = min(lower, observed.lowerWithMissing ?? -1)
    if weakest > -margin * least {
      verdict = .pass
    } else if upper < 0 && seen <= -margin * informedness + verdictTolerance {
      verdict = .fail
    }
  }
  return JudgeScaled(
    observed: observed, estimate: informedness > 0 ? seen / informedness : nil, informednessLower: least,
    scaledMargin: margin * least, verdict: verdict)
}
