package import PortcullisCore

/// Trials of one case that were planned after the first round of its run; its repeats go on where the earlier rounds ended.
package struct FurtherRound: Sendable, Hashable {
  package enum Purpose: String, Sendable, CaseIterable {
    /// The whole plan asked again: a look at more of the same evidence, and part of every rate.
    case look
    /// A case that only the candidate failed, asked again in both arms: evidence for `no-broken-cases` alone, because what was chosen by its
    /// outcome would bend every rate.
    case confirming
    /// The candidate asked on until a reliability is told: evidence for the demand `reliable` alone, because it stops by its outcome.
    case sequential

    package func asks(_ arm: Arm) -> Bool {
      switch self {
      case .look, .confirming: true
      case .sequential: arm == .candidate
      }
    }
  }

  package let purpose: Purpose
  package let repeats: Range<Int>

  package init(_ purpose: Purpose, repeats: Range<Int>) {
    self.purpose = purpose
    self.repeats = repeats
  }
}

extension CaseFacts {
  /// Trials of the first round, for each arm: repeats from 0.
  var firstTrials: Int { plannedTrials - further.reduce(0) { $1.purpose == .look ? $0 + $1.repeats.count : $0 } }

  /// Trials an arm is asked for in rounds of this purpose.
  func trials(_ purpose: FurtherRound.Purpose) -> Int { further.reduce(0) { $1.purpose == purpose ? $0 + $1.repeats.count : $0 } }

  /// The repeat with which a next round begins.
  package var nextRepeat: Int { further.last?.repeats.upperBound ?? plannedTrials }

  /// Trials of all rounds that an arm is asked for.
  package func allTrials(of arm: Arm) -> Int {
    plannedTrials + further.reduce(0) { $1.purpose != .look && $1.purpose.asks(arm) ? $0 + $1.repeats.count : $0 }
  }

  /// The same case with one more round.
  package func adding(_ purpose: FurtherRound.Purpose, trials: Int) -> CaseFacts {
    var facts = self
    facts.further.append(FurtherRound(purpose, repeats: nextRepeat..<nextRepeat + trials))
    if purpose == .look { facts.plannedTrials += trials }
    return facts
  }
}
