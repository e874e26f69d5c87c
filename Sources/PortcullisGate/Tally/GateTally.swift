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
  /// Cases under the demand `reliable`, by id; what each says depends on how many they are, so the ruling decides them.
  package internal(set) var sequences: [CandidateSequence] = []
  /// Those cases and the ones under that demand that rest on a judge or on an earlier run.
  package internal(set) var reliableCases = 0
  /// Asks for a demand that this version does not know.
  package internal(set) var unsupported = Witnesses()
  package internal(set) var quarantined = 0
  /// The fewest and most trials of a case that held; nil without any.
  package internal(set) var heldTrials: ClosedRange<Int>?
  package internal(set) var scoredTrials = 0
  /// Planned trials of which none may fail.
  package internal(set) var strictTrials = 0
  package internal(set) var isRecorded = false

  init(_ gate: EvidenceNeeds.Gate) {
    self.gate = gate
  }

  mutating func add(_ facts: CaseFacts, _ sorted: SortedTrials, neverTrials: Int) {
    guard gate.population.contains(facts) else { return }
    guard !facts.isLeftOut else {
      quarantined += 1
      return
    }
    let trials = sorted.candidate
    cases += 1
    scoredTrials += trials.scored
    if trials.isRecorded { isRecorded = true }
    guard let demand = gate.demand(on: facts), let needed = gate.trialsNeeded(facts, neverTrials: neverTrials) else {
      unsupported.add(facts.id)
      return
    }
    if demand == .reliable { return addReliable(facts, sorted) }
    strictTrials += trials.planned
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

  private mutating func addReliable(_ facts: CaseFacts, _ sorted: SortedTrials) {
    reliableCases += 1
    let own = sorted.all.filter { $0.arm == .candidate }
    if own.contains(where: \.isReused) {
      reused.add(facts.id)
    } else if sorted.candidate.isBroken || Set(own.map(\.repeatIndex)).count < own.count {
      unscored.add(facts.id)
    } else if own.contains(where: { $0.isJudged && $0.state.isScored }) {
      judged.add(facts.id)
    } else {
      sequences.append(CandidateSequence(facts, own))
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
    sequences += other.sequences
    reliableCases += other.reliableCases
    unsupported.merge(other.unsupported)
    quarantined += other.quarantined
    if let theirs = other.heldTrials {
      heldTrials = heldTrials.map { min($0.lowerBound, theirs.lowerBound)...max($0.upperBound, theirs.upperBound) } ?? theirs
    }
    scoredTrials += other.scoredTrials
    strictTrials += other.strictTrials
    isRecorded = isRecorded || other.isRecorded
  }

  func finished() -> HardEvidence {
    var whole = self
    whole.sequences.sort(by: CandidateSequence.precedes)
    return whole
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

  /// Trials that the demand on such a case takes; under `reliable` the most the candidate is asked.
  func trials(_ facts: CaseFacts) -> Int? {
    demand(on: facts).map { $0 == demand ? trials : HardGate(demand: $0).trials }
  }

  /// The most that the candidate is asked under the demand `reliable`.
  var reliableCap: Int { demand == .reliable ? trials : HardGate(demand: .reliable).trials }

  fileprivate func trialsNeeded(_ facts: CaseFacts, neverTrials: Int) -> Int? {
    guard let demand = demand(on: facts), let planned = trials(facts) else { return nil }
    return demand == .never ? max(planned, neverTrials) : planned
  }
}

extension CaseFacts {
  /// Whether the case is kept out of all rates. A guarded incident cannot be quarantined away.
  var isLeftOut: Bool { isQuarantined && incident?.state != .guarded }
}
