import PortcullisCore
import PortcullisGate

extension Sample {
  /// The same case with a round after its earlier ones; one letter a repeat, an empty word for an arm that is not asked.
  func round(_ purpose: FurtherRound.Purpose, candidate: String, production: String = "", isJudged: Bool = false, isReused: Bool = false)
    -> Sample
  {
    var more = self
    let first = facts.nextRepeat
    more.facts = facts.adding(purpose, trials: max(candidate.count, production.count))
    for (arm, word) in [(Arm.candidate, candidate), (.production, production)] {
      for (index, letter) in word.enumerated() {
        guard let state = state(letter) else { continue }
        more.trials.append(TrialFacts(arm: arm, repeatIndex: first + index, state: state, isJudged: isJudged, isReused: isReused))
      }
    }
    return more
  }

  /// Failed by the candidate alone, and asked again in both arms.
  static func broken(_ id: String, _ candidate: String, _ production: String) -> Sample {
    Sample(id, candidate: "F", production: "P").round(.confirming, candidate: candidate, production: production)
  }
}

/// Adds the rounds that a policy asks for and answers them, until nothing more is asked.
///
/// - Parameter answer: Whether a trial of the case at this place passes.
func playedOut(_ samples: [Sample], _ policy: Policy, arms: [Arm] = bothArms, _ answer: (Int, Arm) -> Bool) -> [Sample] {
  var samples = samples
  while true {
    var further = FurtherTrials(policy, arms: arms)
    for (ordinal, sample) in samples.enumerated() { further.add(sample.facts, trials: sample.trials, ordinal: ordinal) }
    if further.rounds.isEmpty { return samples }
    for round in further.rounds {
      for asked in round.cases {
        func word(_ arm: Arm) -> String {
          round.arms.contains(arm) ? String((0..<asked.trials).map { _ in answer(asked.ordinal, arm) ? "P" : "F" }) : ""
        }
        samples[asked.ordinal] = samples[asked.ordinal].round(round.purpose, candidate: word(.candidate), production: word(.production))
      }
    }
  }
}
