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
