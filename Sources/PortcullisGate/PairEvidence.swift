import PortcullisCore
package import PortcullisStatistics

/// The scores of one slice of cases in whole numbers: what the paired and the one-armed rules look at.
///
/// Parts of disjoint cases add up exactly; clusters are whole. Quarantined cases are not in it.
package struct PairEvidence: Sendable, Hashable {
  /// The metric that is scored; nil where it is whether trials passed.
  package let metric: String?
  /// Cases of the slice.
  package private(set) var cases = 0
  /// Complete pairs by whether all trials of an arm passed; what people count. One trial a case: the table of §4.
  package private(set) var table = PairTable()
  /// Cases that lack a score in either arm.
  package private(set) var missing = 0
  /// Cases whose candidate scores are complete, and of those the ones that passed all trials.
  package private(set) var candidateScored = 0
  package private(set) var candidatePassed = 0
  /// Scored trials of production that passed.
  package private(set) var productionPasses = 0
  /// Single-trial cases that share no cluster with another case.
  package internal(set) var plain = PlainCounts()
  package private(set) var grouped = Grouped()
  package private(set) var hasRepeats = false
  package private(set) var hasClusters = false
  /// Whether any score rests on a judge: in a pair, and of the candidate alone.
  package private(set) var isJudged = false
  package private(set) var isCandidateJudged = false
  package private(set) var isRecorded = false
  package private(set) var reusedCases = 0
  package private(set) var spread = Spread.none
  /// Of the candidate alone, and its and production's scores over complete pairs in billionths; of a metric only.
  package private(set) var candidateSpread = Spread.none
  package private(set) var candidateTotal = 0
  package private(set) var productionTotal = 0
  /// Cases in which the candidate did worse than production, the greatest loss first.
  package private(set) var lost = Witnesses()
  package private(set) var incomplete = Witnesses()
  package private(set) var candidateFailures = Witnesses()
  package private(set) var candidateIncomplete = Witnesses()

  /// Cases with repeats, or in clusters, as sums over whole clusters.
  package struct Grouped: Sendable, Hashable {
    package internal(set) var complete = ClusterSums()
    package internal(set) var worstCase = ClusterSums()
    package internal(set) var shortfall = ClusterSums()
    package internal(set) var shortfallWorstCase = ClusterSums()
    package internal(set) var rate = ClusterSums()
    /// Clusters that lost, and that gained, on the whole.
    package internal(set) var worse = 0
    package internal(set) var better = 0
  }

  /// Whether the scores of both arms, over complete pairs, are all one same number.
  package enum Spread: Sendable, Hashable {
    case none
    /// In billionths.
    case one(Int)
    case several

    static func + (left: Spread, right: Spread) -> Spread {
      switch (left, right) {
      case (.none, let other), (let other, .none): other
      case (.one(let a), .one(let b)) where a == b: .one(a)
      default: .several
      }
    }
  }

  package init(metric: String? = nil) {
    self.metric = metric
  }

  /// Counts one case, all but its place among plain and grouped ones.
  mutating func observe(_ witness: some Witness, candidate: some ScoredCase, production: some ScoredCase) {
    cases += 1
    if candidate.judged > 0 { isCandidateJudged = true }
    if candidate.judged + production.judged > 0 { isJudged = true }
    if candidate.isRecorded || production.isRecorded { isRecorded = true }
    if candidate.reused + production.reused > 0 { reusedCases += 1 }
    productionPasses += production.scoredPasses
    if candidate.isComplete {
      candidateScored += 1
      if metric != nil { candidateSpread = candidateSpread + .one(billionths(candidate.mean)) }
      if candidate.hasAllPassed {
        candidatePassed += 1
      } else {
        candidateFailures.add(witness, rank: candidate.rank)
      }
    } else {
      candidateIncomplete.add(witness)
    }
    guard candidate.isComplete, production.isComplete else {
      missing += 1
      incomplete.add(witness)
      return
    }
    table.add(production: production.hasAllPassed, candidate: candidate.hasAllPassed)
    let (ours, theirs) = (billionths(candidate.mean), billionths(production.mean))
    if ours < theirs { lost.add(witness, rank: ours - theirs) }
    if spread != .several { spread = spread + .one(ours) + .one(theirs) }
    if metric != nil {
      candidateTotal += ours
      productionTotal += theirs
    }
  }

  /// Takes in a cluster that is whole.
  mutating func add(_ cell: Cell) {
    guard cell.hasRepeats || cell.cases > 1 || metric != nil else {
      plain.add(candidate: cell.candidatePassed, production: cell.productionPassed)
      return
    }
    if cell.hasRepeats { hasRepeats = true }
    if cell.cases > 1 { hasClusters = true }
    grouped.complete.add(cell.difference)
    grouped.worstCase.addWorstCase(cell.difference)
    grouped.shortfall.add(cell.shortfall)
    grouped.shortfallWorstCase.addWorstCase(cell.shortfall)
    grouped.rate.add(cell.rate)
    if cell.net < 0 { grouped.worse += 1 }
    if cell.net > 0 { grouped.better += 1 }
  }

  mutating func merge(_ other: PairEvidence) {
    cases += other.cases
    table += other.table
    missing += other.missing
    candidateScored += other.candidateScored
    candidatePassed += other.candidatePassed
    productionPasses += other.productionPasses
    plain = plain + other.plain
    grouped = grouped + other.grouped
    hasRepeats = hasRepeats || other.hasRepeats
    hasClusters = hasClusters || other.hasClusters
    isJudged = isJudged || other.isJudged
    isCandidateJudged = isCandidateJudged || other.isCandidateJudged
    isRecorded = isRecorded || other.isRecorded
    reusedCases += other.reusedCases
    spread = spread + other.spread
    candidateSpread = candidateSpread + other.candidateSpread
    candidateTotal += other.candidateTotal
    productionTotal += other.productionTotal
    lost.merge(other.lost)
    incomplete.merge(other.incomplete)
    candidateFailures.merge(other.candidateFailures)
    candidateIncomplete.merge(other.candidateIncomplete)
  }
}

extension PairEvidence.Grouped {
  static func + (left: Self, right: Self) -> Self {
    var sum = left
    sum.complete += right.complete
    sum.worstCase += right.worstCase
    sum.shortfall += right.shortfall
    sum.shortfallWorstCase += right.shortfallWorstCase
    sum.rate += right.rate
    sum.worse += right.worse
    sum.better += right.better
    return sum
  }
}

extension PairEvidence {
  /// Passes and fails, one trial a case and no cluster: the table of §4 says everything.
  package var isPlain: Bool { metric == nil && !hasRepeats && !hasClusters }

  /// Over whole clusters, the plain cases as clusters of one.
  func complete() -> ClusterSums {
    let table = plain.table
    return grouped.complete + units(table.both + table.neither, of: 0)
      + units(table.productionOnly, of: -1) + units(table.candidateOnly, of: 1)
  }

  /// The same and every missing pair as the worst outcome; `unseen` more cases of which nothing is known.
  func worstCase(unseen: Int = 0) -> ClusterSums {
    let table = plain.table
    return grouped.worstCase + units(table.both + table.neither, of: 0)
      + units(table.productionOnly + plain.missing + unseen, of: -1) + units(table.candidateOnly, of: 1)
  }

  /// The candidate's rate less 1, complete cases only.
  var shortfall: ClusterSums {
    grouped.shortfall + units(plain.candidatePassed, of: 0) + units(plain.candidateFailed, of: -1)
  }

  func shortfallWorstCase(unseen: Int) -> ClusterSums {
    grouped.shortfallWorstCase + units(plain.candidatePassed, of: 0)
      + units(plain.candidateFailed + plain.candidateMissing + unseen, of: -1)
  }

  /// The candidate's rate, complete cases only.
  var rate: ClusterSums {
    grouped.rate + units(plain.candidatePassed, of: 1) + units(plain.candidateFailed, of: 0)
  }
}

/// `count` clusters of one with the same difference.
func units(_ count: Int, of difference: Double) -> ClusterSums {
  var cluster = ScoreCluster()
  cluster.add(difference: difference)
  var power = ClusterSums()
  power.add(cluster)
  var (sum, left) = (ClusterSums(), count)
  while left > 0 {
    if left & 1 == 1 { sum += power }
    left >>= 1
    if left > 0 { power += power }
  }
  return sum
}
