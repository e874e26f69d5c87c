/// The differences of paired pass rates consistent with what was seen, by Newcombe's method 10: a cross-check of Tango.
///
/// Reported, never gating: where the two disagree about the verdict, the report says so. Nil without pairs.
///
/// - Parameters:
///   - z: Normal quantile of each end: 1.645 for one-sided 95 %.
///
/// Source: R. G. Newcombe, 1998, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.
package func newcombePaired(_ table: PairTable, z: Double) -> Interval? {
  let passedByProduction = table.both + table.productionOnly
  let passedByCandidate = table.both + table.candidateOnly
  guard let production = wilsonInterval(passed: passedByProduction, of: table.n, z: z),
    let candidate = wilsonInterval(passed: passedByCandidate, of: table.n, z: z), let difference = table.difference
  else { return nil }
  let n = Double(table.n)
  let (rate, baseline) = (Double(passedByCandidate) / n, Double(passedByProduction) / n)
  let correlation = pairCorrelation(table)
  func reach(_ one: Double, _ other: Double) -> Double {
    max(0, one * one - 2 * correlation * one * other + other * other).squareRoot()
  }
  return Interval(
    lower: max(-1, difference - reach(rate - candidate.lower, production.upper - baseline)),
    upper: min(1, difference + reach(candidate.upper - rate, baseline - production.lower)))
}

/// The correlation φ of the arms, its numerator brought towards 0 by n/2 where positive; 0 where a margin is empty.
private func pairCorrelation(_ table: PairTable) -> Double {
  let (a, b) = (Double(table.both), Double(table.productionOnly))
  let (c, d) = (Double(table.candidateOnly), Double(table.neither))
  let margins = (a + b) * (c + d) * (a + c) * (b + d)
  guard margins > 0 else { return 0 }
  let covariance = a * d - b * c
  return (covariance > 0 ? max(0, covariance - Double(table.n) / 2) : covariance) / margins.squareRoot()
}
