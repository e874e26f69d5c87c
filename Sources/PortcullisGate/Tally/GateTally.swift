import PortcullisCore

/// Cases that must hold one by one, by what became of them; each case is in exactly one of the groups.
package struct HardEvidence: Sendable, Hashable {
  package let gate: EvidenceNeeds.Gate
  package internal(set) var cases = 0
  package internal(set) var held = 0
  /// A trial of this run failed, and no judge had a part in it: a proof.
  package internal(set) var failed = Witnesses()
  /// Rests on an earlier run's answers, which prove nothing here.
  package internal(set) var reused = Witnesses()
  /// Lacks a score.
  package internal(set) var unscored = Witnesses()
  /// Rests on a judge.
  package internal(set) var judged = Witnesses()
  /// Clean, but fewer trials than the demand takes.
  package internal(set) var short = Witnesses()
  /// Asks for a demand that this version does not know.
  package internal(set) var unsupported = Witnesses()
  package internal(set) var quarantined = 0
  /// The fewest and most trials of a case that held; nil without any.
  package internal(set) var heldTrials: ClosedRange<Int>?
  package internal(set) var scoredTrials = 0
  package internal(set) var isRecorded = false

  init(_ gate: EvidenceNeeds.Gate) {
    self.gate = gate
  }

  mutating func add(_ facts: CaseFacts, _ trials: ArmCase, neverTrials: Int) {
    guard gate.population.contains(facts) else { return }
    guard !facts.isLeftOut else {
      quarantined += 1
      return
    }
    cases += 1
    scoredTrials += trials.scored
    if trials.isRecorded { isRecorded = true }
    guard let needed = gate.trialsNeeded(facts, neverTrials: neverTrials) else {
      unsupported.add(facts.id)
      return
    }
    if trials.proofs > 0, !trials.isBroken {
      failed.add(facts.id, rank: -trials.proofs)
    } else if trials.reused > 0 {
      reused.add(facts.id)
    } else if !trials.isComplete {
      unscored.add(facts.id)
    } else if trials.judged > 0 {
      judged.add(facts.id)
    } else if trials.planned < needed {
      short.add(facts.id)
    } else {
      held += 1
      heldTrials = min(heldTrials?.lowerBound ?? trials.planned, trials.planned)...max(heldTrials?.upperBound ?? 0, trials.planned)
    }
  }

  mutating func merge(_ other: HardEvidence) {
    cases += other.cases
    held += other.held
    failed.merge(other.failed)
    reused.merge(other.reused)
    unscored.merge(other.unscored)
    judged.merge(other.judged)
    short.merge(other.short)
    unsupported.merge(other.unsupported)
    quarantined += other.quarantined
    if let theirs = other.heldTrials {
      heldTrials = heldTrials.map { min($0.lowerBound, theirs.lowerBound)...max($0.upperBound, theirs.upperBound) } ?? theirs
    }
    scoredTrials += other.scoredTrials
    isRecorded = isRecorded || other.isRecorded
  }
}

extension EvidenceNeeds.Gate.Population {
  func contains(_ facts: CaseFacts) -> Bool {
    switch self {
    case .critical: facts.severity == .critical
    case .guarded: facts.incident?.state == .guarded
    }
  }
}

extension EvidenceNeeds.Gate {
  /// The demand on a case; nil where it names one that this version does not know.
  func demand(on facts: CaseFacts) -> HardGate.Demand? {
    guard population == .guarded, let word = facts.incident?.demand else { return demand }
    return HardGate.Demand(rawValue: word)
  }

  /// Trials an arm that the plan gives such a case.
  func trialsPlanned(_ facts: CaseFacts) -> Int? {
    demand(on: facts).map { $0 == demand ? trials : HardGate(demand: $0).trials }
  }

  fileprivate func trialsNeeded(_ facts: CaseFacts, neverTrials: Int) -> Int? {
    guard let demand = demand(on: facts), let planned = trialsPlanned(facts) else { return nil }
    return demand == .never ? max(planned, neverTrials) : planned
  }
}

extension CaseFacts {
  /// Whether the case is kept out of all rates. A guarded incident cannot be quarantined away.
  var isLeftOut: Bool { isQuarantined && incident?.state != .guarded }
}
