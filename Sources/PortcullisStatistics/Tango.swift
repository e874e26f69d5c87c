/// Tango's score for "the true difference of the pass rates is `theta`", a standard normal deviate where it is true.
///
/// Falls as `theta` grows. Infinite where the table is impossible under `theta`; nil without pairs.
///
/// - Parameters:
///   - theta: Candidate − production, in `-1...1`.
///
/// Source: T. Tango, Equivalence test and confidence interval for the difference in proportions for the paired-sample
/// design, 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B. Of the closed forms this keeps
/// its size best in small suites: Wald and the paired t pass a true loss of the margin up to 55 % of the time.
package func tangoScore(_ table: PairTable, theta: Double) -> Double? {
  precondition(theta >= -1 && theta <= 1, "a difference of rates lies in -1...1")
  guard table.n > 0 else { return nil }
  let (n, lost, gained) = (Double(table.n), Double(table.productionOnly), Double(table.candidateOnly))
  let numerator = gained - lost - n * theta
  let variance = max(0, n * (2 * restrictedLossRate(n, lost, gained, theta) + theta * (1 - theta)))
  if variance > 0 { return numerator / variance.squareRoot() }
  return numerator == 0 ? 0 : numerator * .infinity
}

/// The most likely rate of losses among tables whose true difference is `theta`.
private func restrictedLossRate(_ n: Double, _ lost: Double, _ gained: Double, _ theta: Double) -> Double {
  let a = 2 * n
  let b = -(lost + gained) + (2 * n + lost - gained) * theta
  let c = -lost * theta * (1 - theta)
  let root = max(0, b * b - 4 * a * c).squareRoot()
  if b <= 0 { return (root - b) / (2 * a) }
  // The other form of the same root: the first would subtract nearly equal numbers.
  return -2 * c / (b + root)
}

/// The differences of the pass rates that Tango's score does not exclude; each end errs with `alpha` of its own.
///
/// Nil without pairs. −1 where the candidate broke every case, 1 where it mended every one. Both ends are rounded
/// outwards, by less than the last digit.
package func tangoLimits(_ table: PairTable, alpha: Double) -> Interval? {
  let z = oneSidedQuantile(alpha: alpha)
  guard let lower = tangoLower(table, z: z), let mirrored = tangoLower(table.swapped, z: z) else { return nil }
  return Interval(lower: lower, upper: -mirrored)
}

/// The least difference not excluded at the normal quantile `z`; nil without pairs.
func tangoLower(_ table: PairTable, z: Double) -> Double? {
  guard let estimate = table.difference else { return nil }
  var (low, high) = (-1.0, estimate)
  for _ in 0..<200 {
    let middle = 0.5 * (low + high)
    guard middle > low, middle < high, let score = tangoScore(table, theta: middle) else { break }
    if score > z { low = middle } else { high = middle }
  }
  return low
}
