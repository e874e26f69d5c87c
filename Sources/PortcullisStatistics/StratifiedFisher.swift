/// How surprising the candidate's passes over many cases together are, had both arms the same pass rate on each.
///
/// Each case keeps its own rate: conditional on its trials and on all its passes, the candidate's share of them is hypergeometric, and the
/// sum over independent cases is their convolution, taken whole and not approximated. So cases of any difficulty pool without bias.
///
/// Cost: equal margins are convolved by repeated squaring, and ends of the distribution that hold less than 1e-18 are folded into their
/// neighbour, so a hundred thousand cases take milliseconds. The result is exact to about 1e-15.
///
/// Source: R. A. Fisher, 1935, for one table; D. R. Cox, The Regression Analysis of Binary Sequences, 1958, §6, for the conditional test
/// that adds up over strata.
package struct StratifiedFisher: Sendable, Hashable {
  /// What became of the trials of one case.
  package struct Stratum: Sendable, Hashable {
    package let candidatePassed: Int
    package let candidateTrials: Int
    package let productionPassed: Int
    package let productionTrials: Int

    package init(candidatePassed: Int, of candidateTrials: Int, productionPassed: Int, of productionTrials: Int) {
      requireCount(candidatePassed, of: candidateTrials)
      requireCount(productionPassed, of: productionTrials)
      self.candidatePassed = candidatePassed
      self.candidateTrials = candidateTrials
      self.productionPassed = productionPassed
      self.productionTrials = productionTrials
    }
  }

  /// One-sided P(sum ≤ candidate's passes): small where the candidate is worse; 1 without any case.
  package let worse: Double

  /// - Parameter strata: The cases, equal ones counted; in any order, which does not change a bit of the result.
  package init(_ strata: [(stratum: Stratum, count: Int)]) {
    var seen = 0
    var margins: [Hypergeometric: Int] = [:]
    for (stratum, count) in strata {
      precondition(count >= 0, "a number of cases is not negative")
      seen += stratum.candidatePassed * count
      let margin = Hypergeometric(
        passes: stratum.candidatePassed + stratum.productionPassed, drawn: stratum.candidateTrials,
        all: stratum.candidateTrials + stratum.productionTrials)
      margins[margin, default: 0] += count
    }
    var sum = Masses(first: 0, [1])
    for (margin, count) in margins.sorted(by: { $0.key < $1.key }) { sum = sum.convolved(with: Masses(margin).power(count)) }
    worse = min(1, sum.below(seen))
  }
}

extension Hypergeometric: Comparable {
  static func < (left: Self, right: Self) -> Bool { (left.all, left.drawn, left.passes) < (right.all, right.drawn, right.passes) }
}

/// The distribution of a whole number over neighbouring values.
private struct Masses {
  /// The value of the first mass.
  let first: Int
  let masses: [Double]

  init(first: Int, _ masses: [Double]) {
    self.first = first
    self.masses = masses
  }

  init(_ margin: Hypergeometric) {
    var masses = [Double](repeating: 0, count: margin.most - margin.least + 1)
    margin.forEachMass { masses[$0 - margin.least] = $1 }
    self.init(first: margin.least, masses)
  }

  func convolved(with other: Masses) -> Masses {
    if masses.count < other.masses.count { return other.convolved(with: self) }
    var sum = [Double](repeating: 0, count: masses.count + other.masses.count - 1)
    for (place, mass) in other.masses.enumerated() where mass > 0 {
      for (at, own) in masses.enumerated() { sum[place + at] += own * mass }
    }
    return Masses(first: first + other.first, sum).folded()
  }

  /// The sum of `count` independent draws.
  func power(_ count: Int) -> Masses {
    var (whole, square, left) = (Masses(first: 0, [1]), self, count)
    while left > 0 {
      if left & 1 == 1 { whole = whole.convolved(with: square) }
      left >>= 1
      if left > 0 { square = square.convolved(with: square) }
    }
    return whole
  }

  /// The same with ends that hold next to nothing laid upon their neighbour, so that the sum stays 1.
  private func folded() -> Masses {
    let negligible = 1e-18
    var (low, high) = (masses.startIndex, masses.endIndex - 1)
    var (below, above) = (0.0, 0.0)
    while low < high, below + masses[low] < negligible {
      below += masses[low]
      low += 1
    }
    while high > low, above + masses[high] < negligible {
      above += masses[high]
      high -= 1
    }
    if low == masses.startIndex, high == masses.endIndex - 1 { return self }
    var kept = Array(masses[low...high])
    kept[0] += below
    kept[kept.count - 1] += above
    return Masses(first: first + low, kept)
  }

  /// P(value ≤ limit).
  func below(_ limit: Int) -> Double { limit < first ? 0 : masses.prefix(limit - first + 1).reduce(0, +) }
}
