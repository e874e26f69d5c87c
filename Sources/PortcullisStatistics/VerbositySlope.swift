import RealModule

/// How much more a judge likes long answers than people do.
package struct VerbositySlope: Sendable, Hashable {
  /// Judge − human for each unit of ln(1 + length).
  package let slope: Double
  package let standardError: Double
  /// Each end errs with α/2.
  package let limits: Interval
  /// Judge − human for one standard deviation of ln(1 + length).
  package let perDeviation: Double

  /// Whether the judge's scores need people's labels beside them: an effect beyond `tolerance` that is shown to exist.
  package func needsHumanLabels(tolerance: Double = 0.05) -> Bool {
    abs(perDeviation) > tolerance && (limits.lower > 0 || limits.upper < 0)
  }
}

/// Regresses judge − human on ln(1 + length), with errors that allow for unequal scatter (HC1).
///
/// - Parameters:
///   - judge: The judge's scores, by size at most a million.
///   - human: People's scores of the same answers, likewise and as many.
///   - lengths: Lengths of the answers in any unit, finite, not negative and as many.
///   - alpha: Error rate of both ends together; above 0, at most 1.
/// - Returns: nil below three answers, and where all lengths are equal.
///
/// Source: J. G. MacKinnon and H. White, 1985, doi:10.1016/0304-4076(85)90158-7; reference/statistics.md §11.
package func verbositySlope(judge: [Double], human: [Double], lengths: [Double], alpha: Double) -> VerbositySlope? {
  precondition(judge.count == human.count && judge.count == lengths.count, "each answer has two scores and a length")
  precondition((judge + human).allSatisfy { abs($0) <= 1_000_000 }, "a score is a finite number of ordinary size")
  precondition(lengths.allSatisfy { $0 >= 0 && $0.isFinite }, "a length is finite and not negative")
  requireError(alpha / 2)
  // Logarithms of equal lengths may differ from their mean by rounding, so equality is asked of the lengths.
  guard judge.count > 2, let shortest = lengths.min(), let longest = lengths.max(), shortest < longest else { return nil }
  let n = Double(judge.count)
  let x = centred(lengths.map { Double.log(onePlus: $0) })
  let y = centred(zip(judge, human).map { $0 - $1 })
  let spread = x.reduce(0) { $0 + $1 * $1 }
  // Distinct lengths so close or so huge that their logarithms are one.
  guard spread > 0 else { return nil }
  let slope = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } / spread
  let scatter = zip(x, y).reduce(0) { sum, point in
    let residual = point.0 * (point.1 - slope * point.0)
    return sum + residual * residual
  }
  let error = (n / (n - 2) * scatter).squareRoot() / spread
  let reach = oneSidedStudentQuantile(alpha: alpha / 2, degrees: judge.count - 2) * error
  return VerbositySlope(
    slope: slope, standardError: error, limits: Interval(lower: slope - reach, upper: slope + reach),
    perDeviation: slope * (spread / (n - 1)).squareRoot())
}

private func centred(_ values: [Double]) -> [Double] {
  let mean = values.reduce(0, +) / Double(values.count)
  return values.map { $0 - mean }
}
