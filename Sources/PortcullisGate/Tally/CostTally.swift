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
  /// By reading.
  private var readings: [Units]

  private struct Units {
    /// Cases of their own: nothing but the sums.
    var alone = CostEvidence()
    var clusters = ClusterTable<Cell>()
  }

  fileprivate struct Cell {
    var paired = CostCluster()
    var candidate = CostCluster()
  }

  init(readings: Int) {
    self.readings = Array(repeating: Units(), count: readings)
  }

  /// - Parameter labels: Of the case, one for each reading.
  mutating func add(labels: [ClusterLabels], _ trials: [TrialFacts], candidate: ArmCase, production: ArmCase) {
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
    for place in readings.indices {
      if labels[place].isEmpty {
        readings[place].alone.add(cell.paired, cell.candidate)
      } else {
        readings[place].clusters.update(labels[place], empty: Cell()) { $0 += cell }
      }
    }
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
