import RealModule

/// The least true rate that what was seen does not exclude, exact: too high with probability at most `alpha`.
///
/// - Returns: 0 where nothing passed or nothing was tried.
///
/// Source: C. J. Clopper and E. S. Pearson, 1934, doi:10.1093/biomet/26.4.404.
package func clopperPearsonLower(passed: Int, of count: Int, alpha: Double) -> Double {
  requireCount(passed, of: count)
  requireError(alpha)
  if passed == 0 { return 0 }
  if passed == count { return Double.exp(Double.log(alpha) / Double(count)) }
  return inverseIncompleteBeta(alpha, a: Double(passed), b: Double(count - passed) + 1)
}

/// The greatest true rate that what was seen does not exclude, exact: too low with probability at most `alpha`.
///
/// - Returns: 1 where all passed or nothing was tried.
package func clopperPearsonUpper(passed: Int, of count: Int, alpha: Double) -> Double {
  requireCount(passed, of: count)
  requireError(alpha)
  if passed == count { return 1 }
  if passed == 0 { return failureRateExcluded(cleanTrials: count, alpha: alpha) }
  return inverseIncompleteBeta(1 - alpha, a: Double(passed) + 1, b: Double(count - passed))
}

/// Both limits, each with half of `alpha`: a two-sided 1 − α interval; nil where nothing was tried.
package func clopperPearsonInterval(passed: Int, of count: Int, alpha: Double) -> Interval? {
  requireCount(passed, of: count)
  guard count > 0 else { return nil }
  return Interval(
    lower: clopperPearsonLower(passed: passed, of: count, alpha: alpha / 2),
    upper: clopperPearsonUpper(passed: passed, of: count, alpha: alpha / 2))
}
