/// P-values adjusted for having asked several times, in the order given: with α on each, any false alarm has probability at most α.
///
/// Source: S. Holm, A simple sequentially rejective multiple test procedure, 1979.
package func holmAdjusted(_ pValues: [Double]) -> [Double] {
  precondition(pValues.allSatisfy { $0 >= 0 && $0 <= 1 }, "a p-value lies in 0...1")
  var adjusted = pValues
  var least = 0.0
  let ascending = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  for (rank, index) in ascending.enumerated() {
    least = max(least, min(1, Double(pValues.count - rank) * pValues[index]))
    adjusted[index] = least
  }
  return adjusted
}

/// A slice that is watched for harm without having to prove anything.
package struct WatchSlice: Sendable, Hashable {
  package let table: PairTable
  /// The loss below which no alarm is raised, above 0.
  package let margin: Double

  package init(_ table: PairTable, margin: Double) {
    requireMargin(margin)
    self.table = table
    self.margin = margin
  }
}

/// Whether a watched slice raised its alarm.
package struct WatchAlarm: Sendable, Hashable {
  /// One-sided mid-p of harm, adjusted over all watched slices.
  package let adjustedP: Double
  /// `fail` is an alarm. `pass` means no more than its absence: it proves nothing, and a gate needs another rule beside it.
  package let verdict: ThreeWay
}

/// Raises an alarm for each slice with significant harm of at least its margin; in the order given.
///
/// Alarms are a union, hence the adjustment. *Protected* slices claim the opposite, and each goes through
/// `nonInferiority` at α uncorrected.
///
/// Source: reference/statistics.md §4, slices.
package func watchAlarms(_ slices: [WatchSlice], alpha: Double) -> [WatchAlarm] {
  requireError(alpha)
  let adjusted = holmAdjusted(slices.map { McNemar($0.table).worse })
  return zip(slices, adjusted).map { slice, p in
    let harmful = slice.table.difference.map { $0 <= -slice.margin + verdictTolerance } ?? false
    return WatchAlarm(adjustedP: p, verdict: p <= alpha && harmful ? .fail : .pass)
  }
}
