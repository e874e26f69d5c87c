import PortcullisCore

/// The waivers somebody wrote, and the day on which a decision weighs them.
package struct Waivers: Sendable, Hashable {
  package var list: [Waiver]
  /// `YYYY-MM-DD` in UTC.
  package var day: String

  package init(_ list: [Waiver], day: String) {
    self.list = list
    self.day = day
  }
}

/// What became of one waiver in a decision.
package struct WaiverUse: Sendable, Hashable {
  package enum State: String, Sendable, CaseIterable {
    /// A ruling that did not pass is waived by it.
    case applied
    /// Its ruling passes or only advises: nothing was waived.
    case notNeeded = "not-needed"
    /// No ruling is of that rule, metric and slice.
    case matchesNothing = "matches-nothing"
    case expired
    /// Its rule cannot be waived.
    case refused
  }

  package let waiver: Waiver
  package let state: State

  package init(_ waiver: Waiver, _ state: State) {
    self.waiver = waiver
    self.state = state
  }

  /// What a reader must know of it: that it did nothing, or who waived what; not escaped.
  package var sentence: String {
    switch state {
    case .applied: "waived: \(waiver.title), by \(waiver.by) until \(waiver.expires): \(waiver.reason)"
    case .notNeeded: "the waiver of \(waiver.title) was not needed: the ruling does not stand in the way"
    case .matchesNothing: "the waiver of \(waiver.title) matches no ruling, so it waived nothing"
    case .expired: "the waiver of \(waiver.title) expired on \(waiver.expires), so it waived nothing"
    case .refused: "the waiver of \(waiver.title) waived nothing: this rule cannot be waived"
    }
  }
}

/// Marks the rulings that people took upon themselves. A waived ruling keeps its verdict and numbers and does not decide.
///
/// Only rulings that decide and do not pass are marked, so a waiver never takes away what was shown. To be called before the run's own rulings
/// are added, for those cannot be waived, and before "no deciding rule weighed a score" is asked: a waived ruling shows nothing. Shadow and canary
/// call it with their rulings.
///
/// - Returns: What became of each waiver, in the order given; empty for nil.
package func apply(_ waivers: Waivers?, to rulings: inout [Ruling]) -> [WaiverUse] {
  guard let waivers else { return [] }
  return waivers.list.map { waiver in
    if Waiver.unwaivable.contains(where: { sameBytes($0, waiver.rule) }) { return WaiverUse(waiver, .refused) }
    if waiver.isExpired(on: waivers.day) { return WaiverUse(waiver, .expired) }
    let covered = rulings.indices.filter { waiver.covers(rulings[$0]) }
    guard !covered.isEmpty else { return WaiverUse(waiver, .matchesNothing) }
    let blocking = covered.filter { rulings[$0].decides && rulings[$0].verdict != .pass }
    for place in blocking { rulings[place].waiver = waiver }
    return WaiverUse(waiver, blocking.isEmpty ? .notNeeded : .applied)
  }
}
