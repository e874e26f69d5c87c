/// The true pass rate of one arm behind a judge's, by the judge's known error rates; reported, never gating.
package struct RoganGladen: Sendable, Hashable {
  /// Not cut at 0 and 1: beyond them the error rates do not fit the test.
  package let estimate: Double
  package let standardError: Double
  /// Each end errs with α/2; within 0...1.
  package let limits: Interval
  /// J = sensitivity + specificity − 1 of the calibration.
  package let informedness: Double

  /// Below J = 0.5 the correction multiplies the noise so much that it should not be reported.
  package var isReportable: Bool { informedness >= 0.5 }
}

/// Corrects a judge's pass rate by a calibration set from elsewhere.
///
/// - Parameters:
///   - passed: Answers the judge passed; `0...count`.
///   - labels: The judge's grades of other answers that people graded too.
///   - alpha: Error rate of both ends together; above 0, at most 1.
/// - Returns: nil without answers, without labels of both kinds, and for a judge no better than chance.
///
/// Source: W. J. Rogan and B. Gladen, 1978, doi:10.1093/oxfordjournals.aje.a112510, with the calibration's own variance;
/// reference/statistics.md §11. *Assumes* that sensitivity and specificity carry over.
package func roganGladen(passed: Int, of count: Int, labels: JudgeLabels, alpha: Double) -> RoganGladen? {
  requireCount(passed, of: count)
  let z = oneSidedQuantile(alpha: alpha / 2)
  guard count > 0, let informedness = labels.informedness, informedness > 0,
    let sensitivity = labels.sensitivity, let specificity = labels.specificity
  else { return nil }
  let corrected = CorrectedRate(
    rate: Double(passed) / Double(count), count: Double(count), sensitivity: sensitivity, good: Double(labels.humanPasses),
    specificity: specificity, bad: Double(labels.humanFails))
  guard corrected.informedness > 0 else { return nil }
  let reach = z * corrected.standardError
  return RoganGladen(
    estimate: corrected.estimate, standardError: corrected.standardError,
    limits: unitInterval(corrected.estimate - reach, corrected.estimate + reach), informedness: informedness)
}

/// The interval of `roganGladen` with added counts and a shift, which keeps its confidence in small samples and near 1.
///
/// - Parameters: As for `roganGladen`.
/// - Returns: Each end errs with α/2; within 0...1. Nil where `roganGladen` is, or where the added counts leave the judge no
///   better than chance.
///
/// Source: C. Lee et al., How to Correctly Report LLM-as-a-Judge Evaluations, 2025, arXiv:2511.21140.
package func roganGladenAdjusted(passed: Int, of count: Int, labels: JudgeLabels, alpha: Double) -> Interval? {
  requireCount(passed, of: count)
  let z = oneSidedQuantile(alpha: alpha / 2)
  guard count > 0, let informedness = labels.informedness, informedness > 0 else { return nil }
  let (n, good, bad) = (Double(count) + z * z, Double(labels.humanPasses) + 2, Double(labels.humanFails) + 2)
  let corrected = CorrectedRate(
    rate: (Double(passed) + z * z / 2) / n, count: n, sensitivity: Double(labels.truePasses + 1) / good, good: good,
    specificity: Double(labels.trueFails + 1) / bad, bad: bad)
  guard corrected.informedness > 0 else { return nil }
  let centre =
    corrected.estimate
    + 2 * z * z * (corrected.estimate * corrected.goodVariance - (1 - corrected.estimate) * corrected.badVariance)
  let reach = z * corrected.standardError
  return unitInterval(centre - reach, centre + reach)
}

private func unitInterval(_ lower: Double, _ upper: Double) -> Interval {
  Interval(lower: max(0, min(1, lower)), upper: max(0, min(1, upper)))
}

/// A rate of passes seen through a judge, with the sizes behind each of the three rates.
private struct CorrectedRate {
  let rate: Double
  let count: Double
  let sensitivity: Double
  let good: Double
  let specificity: Double
  let bad: Double

  var informedness: Double { sensitivity + specificity - 1 }
  var estimate: Double { (rate + specificity - 1) / informedness }
  var goodVariance: Double { sensitivity * (1 - sensitivity) / good }
  var badVariance: Double { specificity * (1 - specificity) / bad }

  /// By linearisation, the three rates independent.
  var standardError: Double {
    let (share, rest) = (estimate, 1 - estimate)
    return (rate * (1 - rate) / count + rest * rest * badVariance + share * share * goodVariance).squareRoot() / informedness
  }
}
