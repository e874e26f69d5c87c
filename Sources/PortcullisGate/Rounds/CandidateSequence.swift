package import PortcullisCore

/// The candidate's trials of one case in the order in which they were planned, first round, looks and sequential rounds together: what the
/// demand `reliable` is told by.
package struct CandidateSequence: Sendable, Hashable {
  package enum Outcome: UInt8, Sendable, Comparable {
    case passed, failed
    /// No score: not recorded, or no answer to score.
    case missing

    package static func < (left: Outcome, right: Outcome) -> Bool { left.rawValue < right.rawValue }
  }

  package let id: CaseID
  package internal(set) var outcomes: [Outcome]

  /// - Parameter trials: Of both arms and all rounds, in any order.
  init(_ facts: CaseFacts, _ trials: [TrialFacts]) {
    id = facts.id
    var places = Array(0..<facts.firstTrials)
    for round in facts.further where round.purpose != .confirming { places += round.repeats }
    outcomes = Array(repeating: .missing, count: places.count)
    for trial in trials where trial.arm == .candidate && trial.state.isScored {
      guard let place = places.firstIndex(of: trial.repeatIndex) else { continue }
      outcomes[place] = trial.state == .passed ? .passed : .failed
    }
  }

  /// By the id, then by what was seen: an order that neither shards nor arrival change.
  static func precedes(_ left: CandidateSequence, _ right: CandidateSequence) -> Bool {
    left.id != right.id ? left.id < right.id : left.outcomes.lexicographicallyPrecedes(right.outcomes)
  }
}
