package import PortcullisCore

/// A candidate beside production, watched request by request: a state machine without a clock.
///
/// Observations go in with `observe`, in the order in which requests were assigned to the arms; everything that decides is
/// decided there, so that how often and when one looks changes nothing. `look` says what is known at a moment; of time alone it
/// knows the deadline and silence, and time alone never promotes. The end is final.
package struct Canary: Sendable, Hashable {
  package let policy: CanaryPolicy
  /// How it ended; nil while it runs.
  package private(set) var outcome: CanaryOutcome?
  /// The share that the traffic is to be moved to; nil unless an `advance` waits for its `shift`.
  package private(set) var waitingShare: Double?

  /// - Precondition: `policy.problem` is nil.
  package init(_ policy: CanaryPolicy) {
    precondition(policy.problem == nil, "the canary's policy cannot be used: \(policy.problem ?? "")")
    self.policy = policy
  }

  /// Goes on from a stored state; nil where no canary of this policy could have reached it.
  package init?(_ policy: CanaryPolicy, _ json: JSON) {
    guard policy.problem == nil, json["digest"]?.string == policy.digest.description else { return nil }
    self.init(policy)
  }

  /// All that changes, exact to the bit.
  package var json: JSON { .object([("digest", .string(policy.digest.description))]) }

  /// Takes in the next request, and moves on, promotes or rolls back if that proves it.
  package mutating func observe(_ observation: Observation) -> Reception { outcome == nil ? .counted : .ended }

  /// Lets time pass up to `hours` since the start: raises what silence raises, and ends at the deadline.
  package mutating func tick(at hours: Double) {}

  /// What is known at `hours` since the start (after `tick(at:)`), and the events since the last look.
  package mutating func look(at hours: Double) -> CanaryLook {
    tick(at: hours)
    return CanaryLook(
      verdict: .hold, at: hours, stage: 0, share: policy.stages[0].share, sentence: "Undecided: no request was observed.", rulings: [],
      events: [], openAlerts: [],
      tables: CanaryTables(
        total: CanaryTables.ArmRows(candidate: CanaryTables.Row(), production: CanaryTables.Row()), fields: [:]))
  }

  /// The traffic has been moved to `waitingShare` at `hours`: the next stage begins with the first observation from then on.
  package mutating func shift(at hours: Double) { waitingShare = nil }

  /// A person ends it; nothing is promoted or rolled back by it.
  package mutating func stop(by person: String, at hours: Double) {
    if outcome == nil { outcome = .stopped(at: hours, by: person) }
  }
}
