/// A slice that must itself prove the candidate not worse.
package struct ProtectedSlice: Sendable, Hashable {
  package let table: PairTable
  /// Pairs that lack a score in either arm.
  package let missing: Int
  /// The largest loss accepted in the slice, above 0.
  package let margin: Double

  /// - Parameters:
  ///   - missing: At least 0.
  ///   - margin: Above 0 and finite.
  package init(_ table: PairTable, missing: Int = 0, margin: Double) {
    requireMargin(margin)
    precondition(missing >= 0, "a count of pairs is not negative")
    self.table = table
    self.missing = missing
    self.margin = margin
  }
}

/// What the slices of a suite say, in the order given.
package struct SliceVerdicts: Sendable, Hashable {
  package let protected: [NonInferiority]
  package let watched: [WatchAlarm]
  /// The worst of all; inconclusive without any slice. A pass of watched slices alone says "no alarm" and nothing more.
  package let verdict: ThreeWay
}

/// Judges protected slices one by one at α, and watched ones for harm at α over all of them.
///
/// Two claims, two corrections: every protected slice must pass, which needs none; alarms are a union, which does.
///
/// - Parameters:
///   - alpha: One-sided error rate of each protected slice, and of all alarms together; above 0, at most a half.
///
/// Source: reference/statistics.md §4, `slices`.
package func sliceVerdicts(protected: [ProtectedSlice], watched: [WatchSlice], alpha: Double) -> SliceVerdicts {
  let proofs = protected.map { nonInferiority($0.table, missing: $0.missing, margin: $0.margin, alpha: alpha) }
  let alarms = watchAlarms(watched, alpha: alpha)
  return SliceVerdicts(
    protected: proofs, watched: alarms, verdict: .worst(of: proofs.map(\.verdict) + alarms.map(\.verdict)))
}
