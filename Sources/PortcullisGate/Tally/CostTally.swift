import PortcullisCore
package import PortcullisStatistics

/// What requests cost, in micro-units: paired with production's, and the candidate's alone.
package struct CostEvidence: Sendable, Hashable {
  /// Planned requests of the candidate.
  package internal(set) var planned = 0
  /// Requests of which both costs are known, and the others.
  package internal(set) var paired = CostSums()
  package internal(set) var missingPairs = 0
  /// The candidate's costs against 1 each: their ratio is the mean.
  package internal(set) var candidate = CostSums()
  package internal(set) var missing = 0
  /// The candidate's known costs; sorted once whole.
  package internal(set) var costs: [Int] = []
  package internal(set) var isRecorded = false
}

struct CostTally {
  private var evidence = CostEvidence()
  private var clusters = ClusterTable<Cell>()

  fileprivate struct Cell {
    var paired = CostCluster()
    var candidate = CostCluster()
  }

  mutating func add(_ facts: CaseFacts, _ trials: [TrialFacts], candidate: ArmCase, production: ArmCase) {
    let ours = costs(trials, of: .candidate, summary: candidate)
    let theirs = costs(trials, of: .production, summary: production)
    evidence.planned += ours.count
    if candidate.isRecorded || production.isRecorded { evidence.isRecorded = true }
    var cell = Cell()
    for (our, their) in zip(ours, theirs) {
      if let our {
        cell.candidate.add(candidateCost: our, productionCost: 1)
        evidence.costs.append(our)
      } else {
        evidence.missing += 1
      }
      if let our, let their {
        cell.paired.add(candidateCost: our, productionCost: their)
      } else {
        evidence.missingPairs += 1
      }
    }
    if let cluster = facts.cluster {
      clusters.update(cluster, empty: Cell()) { $0 += cell }
    } else {
      evidence.add(cell.paired, cell.candidate)
    }
  }

  mutating func merge(_ other: CostTally) {
    evidence.merge(other.evidence)
    clusters.merge(other.clusters, empty: Cell()) { $0 += $1 }
  }

  func finished() -> CostEvidence {
    var whole = evidence
    for cell in clusters.values { whole.add(cell.paired, cell.candidate) }
    whole.costs.sort()
    return whole
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
  }
}

/// Each planned repeat's cost; nil where unknown. An amount that is negative or above a billion is taken for unknown.
private func costs(_ trials: [TrialFacts], of arm: Arm, summary: ArmCase) -> [Int?] {
  var costs = [Int?](repeating: nil, count: summary.planned)
  if summary.isBroken { return costs }
  for trial in trials where trial.arm == arm {
    if let cost = trial.costMicro, (0...1_000_000_000_000_000).contains(cost) { costs[trial.repeatIndex] = cost }
  }
  return costs
}
