package import PortcullisStatistics

/// What one slice of the pairs says, in whole numbers over whole clusters.
package struct ShadowSums: Sendable, Hashable {
  package private(set) var pairs = 0
  package private(set) var units = 0
  /// Pairs that lack an answer of an arm that was asked, and pairs that lack a score.
  package private(set) var unanswered = 0
  package private(set) var unscored = 0
  /// Pairs with all answers of which none has what is compared, as no tool call.
  package private(set) var incomparable = 0
  /// The candidate's score less the mean of production's: complete pairs, and with the missing ones as −1.
  package private(set) var quality = ClusterSums()
  package private(set) var qualityWorst = ClusterSums()
  /// Production's second score less its first: complete pairs, and with the missing ones at either end.
  package private(set) var steady = ClusterSums()
  package private(set) var steadyLow = ClusterSums()
  package private(set) var steadyHigh = ClusterSums()
  /// The excess of the candidate's disagreement: complete pairs, and with the missing ones as 1.
  package private(set) var excess = ClusterSums()
  package private(set) var excessWorst = ClusterSums()
  /// One vote a cluster, since its pairs rise and fall together: of complete pairs, and with each missing one against the candidate.
  package private(set) var difference = PairedDifference()
  package private(set) var differenceWorst = PairedDifference()
  /// Pairs compared; those in which the candidate, and production's second answer, differ from the first.
  package private(set) var compared = 0
  package private(set) var candidateDiffers = 0
  package private(set) var productionDiffers = 0
  /// Under a judge: evidence from the mean excess of each cluster, of complete pairs, and with the missing ones at 1; nil where answers are
  /// compared as the same or not.
  package private(set) var graded: GradedDifference?
  package private(set) var gradedWorst: GradedDifference?
  /// Pairs that have all answers and lack a grade; twice the grades of the others, in units of `ShadowGrades`.
  package private(set) var ungraded = 0
  package private(set) var ownAgreementTwice = 0
  package private(set) var agreementTwice = 0
  /// Scored pairs, and the sums of their scores in billionths: the candidate's, and twice production's mean.
  package private(set) var scored = 0
  package private(set) var candidateTotal = 0
  package private(set) var productionTwice = 0
  package private(set) var better = 0
  package private(set) var worse = 0
  package private(set) var spread = PairEvidence.Spread.none

  init(isGraded: Bool) {
    graded = isGraded ? GradedDifference() : nil
    gradedWorst = graded
  }

  /// Pairs of which nobody knows whether the candidate differs.
  var unknown: Int { unanswered + ungraded }
  /// ln of the evidence that the candidate is farther from production than production from itself; the second, were it so in every missing pair.
  var logE: Double { graded?.logE ?? difference.logEFarther() }
  var logEWorst: Double { gradedWorst?.logE ?? differenceWorst.logEFarther() }

  /// Takes in a cluster that is whole. Graded evidence rounds in the order of the clusters, which is that of their hashes.
  mutating func add(_ cell: ShadowCell) {
    units += 1
    pairs += cell.pairs
    unanswered += cell.unanswered
    unscored += cell.unscored
    incomparable += cell.incomparable
    quality.add(cell.quality)
    qualityWorst.addWorstCase(cell.quality)
    steady.add(cell.steady)
    steadyLow.addWorstCase(cell.steady)
    steadyHigh.add(cell.steadyHigh)
    excess.add(cell.excess)
    excessWorst.add(cell.excessWorst)
    difference.add(vote: cell.candidateOnly - cell.productionOnly)
    differenceWorst.add(vote: cell.candidateOnly + cell.excess.missing - cell.productionOnly)
    compared += cell.compared
    candidateDiffers += cell.candidateDiffers
    productionDiffers += cell.productionDiffers
    ungraded += cell.ungraded
    ownAgreementTwice += cell.ownAgreementTwice
    agreementTwice += cell.agreementTwice
    if let excess = cell.meanExcess(missing: 0) { graded?.add(excess: excess) }
    if let excess = cell.meanExcess(missing: cell.excess.missing) { gradedWorst?.add(excess: excess) }
    scored += cell.scored
    candidateTotal += cell.candidateTotal
    productionTwice += cell.productionTwice
    better += cell.better
    worse += cell.worse
    spread = spread + cell.spread
  }

  /// Takes in lines of which nothing is known: each stands alone, at its worst.
  mutating func add(lost: Int) {
    guard lost > 0 else { return }
    pairs += lost
    unanswered += lost
    unscored += lost
    qualityWorst += PortcullisGate.units(lost, of: -1)
    steadyLow += PortcullisGate.units(lost, of: -1)
    steadyHigh += PortcullisGate.units(lost, of: 1)
    excessWorst += PortcullisGate.units(lost, of: 1)
    differenceWorst = differenceWorst + PairedDifference(candidateOnly: lost, productionOnly: 0)
    for _ in 0..<lost { gradedWorst?.add(excess: 1) }
  }
}

extension PairedDifference {
  /// A cluster's: which of the two differed more often. As likely either way where the candidate is as far as production's own noise.
  fileprivate mutating func add(vote: Int) {
    add(candidateDiffers: vote > 0, productionDiffers: vote < 0)
  }
}

/// The pairs of one cluster.
struct ShadowCell {
  fileprivate(set) var pairs = 0
  fileprivate(set) var unanswered = 0
  fileprivate(set) var unscored = 0
  fileprivate(set) var incomparable = 0
  fileprivate(set) var quality = ScoreCluster()
  fileprivate(set) var steady = ScoreCluster()
  fileprivate(set) var steadyHigh = ScoreCluster()
  fileprivate(set) var excess = ScoreCluster()
  fileprivate(set) var excessWorst = ScoreCluster()
  fileprivate(set) var candidateOnly = 0
  fileprivate(set) var productionOnly = 0
  fileprivate(set) var compared = 0
  fileprivate(set) var candidateDiffers = 0
  fileprivate(set) var productionDiffers = 0
  fileprivate(set) var ungraded = 0
  fileprivate(set) var ownAgreementTwice = 0
  fileprivate(set) var agreementTwice = 0
  fileprivate(set) var scored = 0
  fileprivate(set) var candidateTotal = 0
  fileprivate(set) var productionTwice = 0
  fileprivate(set) var better = 0
  fileprivate(set) var worse = 0
  fileprivate(set) var spread = PairEvidence.Spread.none

  private let isGraded: Bool

  init(isGraded: Bool) { self.isGraded = isGraded }

  /// The mean excess of the graded pairs, with so many more at 1; nil for none. Whole numbers until the division: the order changes nothing.
  func meanExcess(missing: Int) -> Double? {
    let count = compared + missing
    guard isGraded, count > 0 else { return nil }
    let twice = 2 * ShadowGrades.unit
    return Double(ownAgreementTwice - agreementTwice + missing * twice) / Double(count * twice)
  }

  /// - Parameter asksNoise: Whether production was asked again in any pair: then a pair without that answer lacks one.
  mutating func add(_ entry: ShadowEntry, _ grades: ShadowGrades?, asksNoise: Bool) {
    pairs += 1
    let flags = entry.flags
    let isAnswered = flags.contains([.candidate, .production]) && (!asksNoise || flags.contains(.noise))
    if !isAnswered { unanswered += 1 }
    addScores(entry, asksNoise: asksNoise)
    guard asksNoise else {
      if isAnswered, flags.contains(.isComparable) { addDifferences(entry) } else if isAnswered { incomparable += 1 }
      return
    }
    guard isAnswered else {
      excess.addMissing()
      excessWorst.add(difference: 1)
      return
    }
    if isGraded { return add(grades) }
    guard flags.contains(.isComparable) else {
      incomparable += 1
      return
    }
    addDifferences(entry)
    let halves = (flags.contains(.candidateFromProduction) ? 1.0 : 0) + (flags.contains(.candidateFromNoise) ? 1 : 0)
    let value = halves / 2 - (flags.contains(.noiseFromProduction) ? 1 : 0)
    excess.add(difference: value)
    excessWorst.add(difference: value)
  }

  private mutating func add(_ grades: ShadowGrades?) {
    guard let grades else {
      ungraded += 1
      excess.addMissing()
      excessWorst.add(difference: 1)
      return
    }
    compared += 1
    ownAgreementTwice += grades.ownTwice
    agreementTwice += grades.candidateTwice
    let value = Double(grades.ownTwice - grades.candidateTwice) / Double(2 * ShadowGrades.unit)
    excess.add(difference: value)
    excessWorst.add(difference: value)
  }

  private mutating func addDifferences(_ entry: ShadowEntry) {
    let differs = entry.discordance
    compared += 1
    if differs.candidate { candidateDiffers += 1 }
    if differs.production { productionDiffers += 1 }
    if differs.candidate, !differs.production { candidateOnly += 1 }
    if differs.production, !differs.candidate { productionOnly += 1 }
  }

  private mutating func addScores(_ entry: ShadowEntry, asksNoise: Bool) {
    let second = asksNoise ? entry.noise : entry.production
    guard let ours = entry.candidate, let first = entry.production, let second else {
      unscored += 1
      quality.addMissing()
      steady.addMissing()
      steadyHigh.add(difference: 1)
      return
    }
    scored += 1
    candidateTotal += ours
    productionTwice += first + second
    let twice = 2 * ours - first - second
    if twice > 0 { better += 1 }
    if twice < 0 { worse += 1 }
    quality.add(difference: Double(twice) / 2e9)
    steady.add(difference: Double(second - first) / 1e9)
    steadyHigh.add(difference: Double(second - first) / 1e9)
    if spread != .several { spread = spread + .one(ours) + .one(first) + .one(second) }
  }
}
