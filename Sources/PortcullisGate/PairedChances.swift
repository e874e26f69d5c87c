import PortcullisStatistics

/// How often models of a given difference pass, fail, and end undecided in a paired comparison of this size; exact, by summing over all
/// tables of statistics.md §4. One trial a case, no clusters, nothing missing.
package struct PairedChances: Sendable, Hashable {
  package let pass: Double
  package let fail: Double
  package var inconclusive: Double { max(0, 1 - pass - fail) }

  init(pass: Double, fail: Double) {
    self.pass = pass
    self.fail = fail
  }

  /// - Parameters:
  ///   - count: Pairs, at least 1.
  ///   - discordance: Share of pairs in which the arms differ, at least |`difference`|.
  ///   - difference: True candidate − production; 0 for equal models, of which each passes a case with the same probability.
  init(count: Int, discordance: Double, difference: Double = 0, margin: Double, wrongPass: Double, wrongFail: Double) {
    let lossShare = discordance > 0 ? min(1, max(0, (discordance - difference) / (2 * discordance))) : 0.5
    let passing = Passing(count: count, margin: margin, alpha: wrongPass)
    let worse = oneSidedQuantile(alpha: wrongFail)
    func fails(_ lost: Int, of differing: Int) -> Bool {
      let table = table(lost, of: differing, count: count)
      guard let difference = table.difference, difference <= -margin + 1e-12, !passing.holds(lost, of: differing) else { return false }
      return (tangoScore(table, theta: 0) ?? 0) < -worse
    }
    var (pass, fail) = (0.0, 0.0)
    for differing in likely(count, discordance) {
      let weight = binomialMass(differing, of: count, p: discordance)
      // Losing more never helps: the passes are the fewest losses, the fails the most.
      let leastNotPassing = passing.leastNotPassing(of: differing)
      let leastFailing = firstCount(in: leastNotPassing...differing + 1) { $0 > differing || fails($0, of: differing) }
      pass += weight * binomialCDF(leastNotPassing - 1, of: differing, p: lossShare)
      fail += weight * binomialUpperTail(leastFailing, of: differing, p: lossShare)
    }
    self.init(pass: min(1, pass), fail: min(1, fail))
  }

  /// The chance of a pass alone, at half the cost.
  static func pass(count: Int, discordance: Double, margin: Double, wrongPass: Double) -> Double {
    let passing = Passing(count: count, margin: margin, alpha: wrongPass)
    let chance = likely(count, discordance).reduce(0) { sum, differing in
      sum + binomialMass(differing, of: count, p: discordance)
        * binomialCDF(passing.leastNotPassing(of: differing) - 1, of: differing, p: 0.5)
    }
    return min(1, chance)
  }
}

/// Which tables of `count` pairs pass.
private struct Passing {
  let count: Int
  let margin: Double
  private let z: Double

  init(count: Int, margin: Double, alpha: Double) {
    self.count = count
    self.margin = margin
    z = oneSidedQuantile(alpha: alpha)
  }

  func holds(_ lost: Int, of differing: Int) -> Bool { (tangoScore(table(lost, of: differing, count: count), theta: -margin) ?? 0) > z }

  func leastNotPassing(of differing: Int) -> Int {
    firstCount(in: 0...differing + 1) { $0 > differing || !holds($0, of: differing) }
  }
}

private func table(_ lost: Int, of differing: Int, count: Int) -> PairTable {
  PairTable(both: count - differing, productionOnly: lost, candidateOnly: differing - lost, neither: 0)
}

/// The counts of differing pairs that hold all but about 1e-12 of the probability.
private func likely(_ count: Int, _ discordance: Double) -> ClosedRange<Int> {
  let mean = Double(count) * discordance
  let reach = 8 * (mean * (1 - discordance)).squareRoot() + 30
  return max(0, Int(mean - reach))...min(count, Int(mean + reach))
}
