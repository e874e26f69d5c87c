import PortcullisCore
package import PortcullisStatistics

/// The scores of one slice of cases, as they come in: of production and candidate in pairs, of the candidate alone, and by what is taken for
/// one independent case in each reading (`ClusterPlan.readings`).
struct PairTally {
  private var observed: PairEvidence
  private var readings: [UnitTally]

  /// - Parameter metric: What is scored; nil is whether trials passed.
  init(readings: Int, metric: String? = nil) {
    observed = PairEvidence(metric: metric)
    self.readings = Array(repeating: UnitTally(metric: metric), count: readings)
  }

  /// - Parameter labels: Of the case, one for each reading.
  mutating func add(_ witness: some Witness, labels: [ClusterLabels], candidate: some ScoredCase, production: some ScoredCase) {
    observed.observe(witness, candidate: candidate, production: production)
    for place in readings.indices { readings[place].add(labels[place], candidate, production) }
  }

  mutating func merge(_ other: PairTally) {
    observed.merge(other.observed)
    for place in readings.indices { readings[place].merge(other.readings[place]) }
  }

  /// One for each reading, the clusters whole.
  func finished() -> [PairEvidence] { readings.map { $0.finished(observed) } }
}

/// Cases by the independent unit they belong to, in one reading.
private struct UnitTally {
  private var plain = PlainCounts()
  /// Cases of several trials that stand alone; they are whole.
  private var repeated: PairEvidence
  private var clusters = ClusterTable<Cell>()
  /// Only passes and fails make a table: graded scores are sums, also where a case stands alone.
  private let isGraded: Bool

  init(metric: String?) {
    isGraded = metric != nil
    repeated = PairEvidence(metric: metric)
  }

  mutating func add(_ labels: ClusterLabels, _ candidate: some ScoredCase, _ production: some ScoredCase) {
    if !labels.isEmpty {
      clusters.update(labels, empty: Cell()) { $0.add(candidate, production) }
    } else if candidate.planned == 1, !isGraded {
      plain.add(candidate: candidate.outcome, production: production.outcome)
    } else {
      var cell = Cell()
      cell.add(candidate, production)
      repeated.add(cell)
    }
  }

  mutating func merge(_ other: UnitTally) {
    plain = plain + other.plain
    repeated.merge(other.repeated)
    clusters.merge(other.clusters, empty: Cell()) { $0 = $0 + $1 }
  }

  /// What was observed with its units; a cluster with a single case of a single trial is a case like any other.
  func finished(_ observed: PairEvidence) -> PairEvidence {
    var whole = observed
    whole.merge(repeated)
    whole.plain = whole.plain + plain
    for cell in clusters.wholes({ $0 = $0 + $1 }) { whole.add(cell) }
    return whole
  }
}

/// One case and one trial an arm: the cells of the table, the pairs without both scores, and the candidate's own scores.
package struct PlainCounts: Sendable, Hashable {
  package internal(set) var table = PairTable()
  package internal(set) var missing = 0
  package internal(set) var candidatePassed = 0
  package internal(set) var candidateFailed = 0
  package internal(set) var candidateMissing = 0

  /// Adds a case by whether it passed in each arm; nil where it lacks a score.
  mutating func add(candidate: Bool?, production: Bool?) {
    switch candidate {
    case true?: candidatePassed += 1
    case false?: candidateFailed += 1
    case nil: candidateMissing += 1
    }
    if let candidate, let production {
      table.add(production: production, candidate: candidate)
    } else {
      missing += 1
    }
  }

  static func + (left: PlainCounts, right: PlainCounts) -> PlainCounts {
    var sum = left
    sum.table += right.table
    sum.missing += right.missing
    sum.candidatePassed += right.candidatePassed
    sum.candidateFailed += right.candidateFailed
    sum.candidateMissing += right.candidateMissing
    return sum
  }
}

/// The cases of one cluster, or one case of several trials.
struct Cell {
  var cases = 0
  var hasRepeats = false
  /// How the case did in each arm, should it stay the only one: nil where it lacks a score.
  var candidatePassed: Bool?
  var productionPassed: Bool?
  var difference = ScoreCluster()
  /// Of the candidate alone: its rate less 1, and its rate, for the lower and the upper bound.
  var shortfall = ScoreCluster()
  var rate = ScoreCluster()
  /// Sum of the differences in billionths, for its sign.
  var net = 0

  mutating func add(_ candidate: some ScoredCase, _ production: some ScoredCase) {
    cases += 1
    if candidate.planned > 1 { hasRepeats = true }
    candidatePassed = candidate.outcome
    productionPassed = production.outcome
    if candidate.isComplete {
      shortfall.add(difference: candidate.mean - 1)
      rate.add(difference: candidate.mean)
    } else {
      shortfall.addMissing()
      rate.addMissing()
    }
    if candidate.isComplete, production.isComplete {
      difference.add(candidate: candidate.mean, production: production.mean)
      net += billionths(candidate.mean) - billionths(production.mean)
    } else {
      difference.addMissing()
    }
  }

  static func + (left: Cell, right: Cell) -> Cell {
    if left.cases == 0 { return right }
    var sum = left
    sum.cases += right.cases
    sum.hasRepeats = left.hasRepeats || right.hasRepeats
    sum.difference = left.difference + right.difference
    sum.shortfall = left.shortfall + right.shortfall
    sum.rate = left.rate + right.rate
    sum.net += right.net
    return sum
  }
}

func billionths(_ share: Double) -> Int { Int((share * 1_000_000_000).rounded()) }
