import PortcullisStatistics

/// How often equal models pass, fail, and end undecided in a paired comparison of this size; exact, by summing over all tables.
///
/// Equal means that each arm alone passes a case with the same probability, discordance/2. One trial a case, no clusters,
/// nothing missing.
struct EqualArms {
  let pass: Double
  let fail: Double
  var inconclusive: Double { max(0, 1 - pass - fail) }

  /// - Parameters:
  ///   - count: Pairs, at least 1.
  ///   - discordance: Share of pairs in which the arms differ.
  init(count: Int, discordance: Double, margin: Double, wrongPass: Double, wrongFail: Double) {
    let z = oneSidedQuantile(alpha: wrongPass)
    func passes(_ lost: Int, of differing: Int) -> Bool {
      let table = PairTable(both: count - differing, productionOnly: lost, candidateOnly: differing - lost, neither: 0)
      return (tangoScore(table, theta: -margin) ?? 0) > z
    }
    let worse = oneSidedQuantile(alpha: wrongFail)
    func fails(_ lost: Int, of differing: Int) -> Bool {
      let table = PairTable(both: count - differing, productionOnly: lost, candidateOnly: differing - lost, neither: 0)
      guard let difference = table.difference, difference <= -margin + 1e-12, !passes(lost, of: differing) else { return false }
      return (tangoScore(table, theta: 0) ?? 0) < -worse
    }
    var (pass, fail) = (0.0, 0.0)
    for differing in likely(count, discordance) {
      let weight = binomialMass(differing, of: count, p: discordance)
      // Losing more never helps: the passes are the fewest losses, the fails the most.
      let leastNotPassing = firstCount(in: 0...differing + 1) { $0 > differing || !passes($0, of: differing) }
      let leastFailing = firstCount(in: 0...differing + 1) { $0 > differing || fails($0, of: differing) }
      pass += weight * binomialCDF(leastNotPassing - 1, of: differing, p: 0.5)
      fail += weight * binomialUpperTail(leastFailing, of: differing, p: 0.5)
    }
    self.pass = min(1, pass)
    self.fail = min(1, fail)
  }
}

/// The counts of differing pairs that hold all but about 1e-12 of the probability.
private func likely(_ count: Int, _ discordance: Double) -> ClosedRange<Int> {
  let mean = Double(count) * discordance
  let reach = 8 * (mean * (1 - discordance)).squareRoot() + 30
  return max(0, Int(mean - reach))...min(count, Int(mean + reach))
}

private func firstCount(in counts: ClosedRange<Int>, where holds: (Int) -> Bool) -> Int {
  var (low, high) = (counts.lowerBound, counts.upperBound)
  while low < high {
    let middle = (low + high) / 2
    if holds(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}
