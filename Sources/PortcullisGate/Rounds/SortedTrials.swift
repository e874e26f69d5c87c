import PortcullisCore

/// The trials of one case by what they were planned for.
struct SortedTrials {
  /// All, in any order.
  let all: [TrialFacts]
  /// Of the first round and of looks, their repeats numbered without gaps: what every rate is made of. A trial that no round plans is
  /// among them under a repeat beyond the plan, which spoils its arm's case.
  private(set) var plan: [TrialFacts]
  /// Of confirming and sequential rounds.
  private(set) var further: [TrialFacts] = []
  private(set) var candidate: ArmCase
  private(set) var production: ArmCase
  /// Of the confirming rounds; nil where none was planned.
  private(set) var confirmation: Confirmation?

  /// A case that was asked again in both arms.
  struct Confirmation {
    var candidate: ArmCase
    var production: ArmCase
  }

  init(_ facts: CaseFacts, _ trials: [TrialFacts]) {
    all = trials
    plan = trials
    candidate = ArmCase(planned: facts.plannedTrials)
    production = ArmCase(planned: facts.plannedTrials)
    if !facts.further.isEmpty { sort(facts) }
    for trial in plan {
      switch trial.arm {
      case .candidate: candidate.add(trial)
      case .production: production.add(trial)
      case .noise: break
      }
    }
  }

  private mutating func sort(_ facts: CaseFacts) {
    let confirming = facts.trials(.confirming)
    var confirmed = Confirmation(candidate: ArmCase(planned: confirming), production: ArmCase(planned: confirming))
    plan.removeAll(keepingCapacity: true)
    for trial in all {
      guard let place = facts.place(of: trial) else {
        plan.append(trial.numbered(facts.plannedTrials))
        continue
      }
      let numbered = trial.numbered(place.index)
      switch place.purpose {
      case .look: plan.append(numbered)
      case .confirming:
        further.append(numbered)
        if trial.arm == .candidate {
          confirmed.candidate.add(numbered)
        } else if trial.arm == .production {
          confirmed.production.add(numbered)
        }
      case .sequential: further.append(numbered)
      }
    }
    if confirming > 0 { confirmation = confirmed }
  }
}

extension CaseFacts {
  /// The purpose of a trial and its number among the trials of this purpose, the first round's counting as looks; nil where no round plans it.
  fileprivate func place(of trial: TrialFacts) -> (purpose: FurtherRound.Purpose, index: Int)? {
    let first = firstTrials
    if trial.repeatIndex < first { return trial.repeatIndex >= 0 ? (.look, trial.repeatIndex) : nil }
    var before: [FurtherRound.Purpose: Int] = [.look: first]
    for round in further {
      let start = before[round.purpose] ?? 0
      if round.repeats.contains(trial.repeatIndex) {
        return round.purpose.asks(trial.arm) ? (round.purpose, start + trial.repeatIndex - round.repeats.lowerBound) : nil
      }
      before[round.purpose] = start + round.repeats.count
    }
    return nil
  }
}

extension TrialFacts {
  fileprivate func numbered(_ index: Int) -> TrialFacts {
    guard index != repeatIndex else { return self }
    var trial = self
    trial.repeatIndex = index
    return trial
  }
}
