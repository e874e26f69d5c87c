import PortcullisCore
package import PortcullisStatistics

/// What requests cost, in whole units of the amount: paired with production's, and the candidate's alone.
package struct CostEvidence: Sendable, Hashable {
  package let amount: RequestAmount
  /// Planned requests of the candidate.
  package internal(set) var planned = 0
  /// Requests of which both costs are known, and the others.
  package internal(set) var paired = CostSums()
  package internal(set) var missingPairs = 0
  /// The candidate's costs against 1 each, or against 1 for a success and 0 for none: their ratio is the mean.
  package internal(set) var candidate = CostSums()
  package internal(set) var missing = 0
  /// The candidate's known costs; sorted once whole.
  package internal(set) var costs: [Int] = []
  package internal(set) var isRecorded = false
  /// Whether a success rests on a judge.
  package internal(set) var isJudged = false

  init(_ amount: RequestAmount) {
    self.amount = amount
  }
}

struct CostTally {
  private var evidence: CostEvidence
  /// By reading.
  private var readings: [Units]

  private struct Units {
    /// Cases of their own: nothing but the sums.
    var alone: CostEvidence
    var clusters = ClusterTable<Cell>()
  }

  fileprivate struct Cell {
    var paired = CostCluster()
    var candidate = CostCluster()
  }

  init(_ amount: RequestAmount, readings: Int) {
    evidence = CostEvidence(amount)
    self.readings = Array(repeating: Units(alone: CostEvidence(amount)), count: readings)
  }

  /// - Parameter labels: Of the case, one for each reading.
  mutating func add(labels: [ClusterLabels], _ sorted: SortedTrials) {
    let ours = values(sorted, of: .candidate, summary: sorted.candidate)
    let theirs = values(sorted, of: .production, summary: sorted.production)
    evidence.planned += ours.count
    if sorted.candidate.isRecorded || sorted.production.isRecorded { evidence.isRecorded = true }
    if evidence.amount == .costPerSuccess, sorted.candidate.judged + sorted.production.judged > 0 { evidence.isJudged = true }
    var cell = Cell()
    for (our, their) in zip(ours, theirs) {
      if let our {
        cell.candidate.add(candidateCost: our.amount, productionCost: our.succeeded ? 1 : 0)
        evidence.costs.append(our.amount)
      } else {
        evidence.missing += 1
      }
      if let our, let their {
        cell.paired.add(
          candidateCost: our.amount, productionCost: their.amount, candidateSucceeded: our.succeeded, productionSucceeded: their.succeeded)
      } else {
        evidence.missingPairs += 1
      }
    }
    for place in readings.indices {
      if labels[place].isEmpty {
        readings[place].alone.add(cell.paired, cell.candidate)
      } else {
        readings[place].clusters.update(labels[place], empty: Cell()) { $0 += cell }
      }
    }
  }

  /// Of each planned repeat; nil where unknown.
  private func values(_ sorted: SortedTrials, of arm: Arm, summary: ArmCase) -> [(amount: Int, succeeded: Bool)?] {
    var values = [(amount: Int, succeeded: Bool)?](repeating: nil, count: summary.planned)
    if summary.isBroken { return values }
    for trial in sorted.plan where trial.arm == arm { values[trial.repeatIndex] = evidence.amount.value(of: trial) }
    return values
  }

  mutating func merge(_ other: CostTally) {
    evidence.merge(other.evidence)
    for place in readings.indices {
      readings[place].alone.merge(other.readings[place].alone)
      readings[place].clusters.merge(other.readings[place].clusters, empty: Cell()) { $0 += $1 }
    }
  }

  /// One for each reading.
  func finished() -> [CostEvidence] {
    var shared = evidence
    shared.costs.sort()
    return readings.map { units in
      var whole = shared
      whole.merge(units.alone)
      for cell in units.clusters.wholes({ $0 += $1 }) { whole.add(cell.paired, cell.candidate) }
      return whole
    }
  }
}

extension CostTally.Cell {
  fileprivate static func += (left: inout Self, right: Self) {
    left.paired = left.paired + right.paired
    left.candidate = left.candidate + right.candidate
  }
}

extension CostEvidence {
  fileprivate mutating func add(_ paired: CostCluster, _ candidate: CostCluster) {
    self.paired.add(paired)
    self.candidate.add(candidate)
  }

  fileprivate mutating func merge(_ other: CostEvidence) {
    planned += other.planned
    paired += other.paired
    missingPairs += other.missingPairs
    candidate += other.candidate
    missing += other.missing
    costs += other.costs
    isRecorded = isRecorded || other.isRecorded
    isJudged = isJudged || other.isJudged
  }
}
