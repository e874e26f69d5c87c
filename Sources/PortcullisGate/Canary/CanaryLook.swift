package import PortcullisCore

/// What a canary says at one moment, self-describing.
package struct CanaryLook: Sendable, Hashable {
  package var verdict: Verdict
  /// Hours since the start.
  package var at: Double
  /// The stage, from 0, and its share of the traffic.
  package var stage: Int
  package var share: Double
  /// The verdict in one sentence that names what decided it.
  package var sentence: String
  /// In the policy's order, slices after their rule; then those of the split and of the scores.
  package var rulings: [Ruling]
  /// What would settle it.
  package var next: String?
  package var outcome: CanaryOutcome?
  /// What came about since the last look, each once.
  package var events: [CanaryEvent]
  package var openAlerts: [AlertNotice]
  package var tables: CanaryTables
  package var arms: [ArmSummary]

  package enum Verdict: String, Sendable, CaseIterable {
    /// Undecided, and more traffic will tell.
    case `continue`
    case promote
    /// Undecided, and something stands in the way that a person must look at.
    case hold
    case rollback

    /// 0 for promote, 98 for continue and hold, 99 for rollback.
    package var exitCode: ExitCode {
      switch self {
      case .promote: .pass
      case .continue, .hold: .inconclusive
      case .rollback: .fail
      }
    }
  }
}

extension Canary {
  /// What is known at `hours` since the start, and the events since the last look.
  ///
  /// Time passes to `hours` first, as by `tick`.
  package mutating func look(at hours: Double) -> CanaryLook {
    tick(at: hours)
    let rulings = rulings(at: hours)
    let obstacle = obstacle(rulings)
    let verdict: CanaryLook.Verdict =
      switch outcome {
      case .promoted: .promote
      case .rolledBack, .timedOut, .stopped: .rollback
      case .expired: .hold
      case nil: obstacle == nil ? .continue : .hold
      }
    let told = obstacle ?? rulings.first { !$0.advisory && $0.verdict > .pass }
    return CanaryLook(
      verdict: verdict, at: hours, stage: stage, share: share, sentence: sentence(verdict, told, at: max(hours, clock)), rulings: rulings,
      next: verdict == .promote ? nil : told?.next, outcome: outcome, events: takeEvents(), openAlerts: desk.open, tables: tables,
      arms: arms)
  }

  /// The first ruling that more traffic alone will not mend.
  private func obstacle(_ rulings: [Ruling]) -> Ruling? {
    let reasons: [Reason] = [.armsNotComparable, .rigUnsteady, .missingEvidence, .nothingWeighed]
    let standing = rulings.filter { !$0.advisory && $0.verdict == .inconclusive && reasons.contains($0.reason) }
    // Requests of sticky sessions also look like a broken split.
    return standing.first { $0.rule == "assignment" } ?? standing.first { $0.rule == "sample-ratio" && $0.reason == .armsNotComparable }
      ?? standing.first { $0.rule == "run" } ?? standing.first
  }

  private func sentence(_ verdict: CanaryLook.Verdict, _ told: Ruling?, at hours: Double) -> String {
    switch outcome {
    case .promoted(let at): return "Promoted after \(hoursText(at)): every deciding rule holds at \(percent(share)) of the traffic."
    case .rolledBack(let at, let reason): return "Rolled back after \(hoursText(at)): \(reason)."
    case .timedOut: return sentenceOf("rolled back: " + timeoutSentence)
    case .expired: return sentenceOf("expired: " + timeoutSentence)
    case .stopped(let at, let person, let reason):
      return "Rolled back after \(hoursText(at)) by \(visible(person)): \(visible(reason))."
    case nil:
      let words = told.map { ($0.rule == "run" ? "" : $0.title + ": ") + $0.sentence } ?? "every rule holds so far"
      return (verdict == .hold ? "On hold" : "Undecided") + " after \(hoursText(hours)) at \(percent(share)) of the traffic: \(words)."
    }
  }
}
