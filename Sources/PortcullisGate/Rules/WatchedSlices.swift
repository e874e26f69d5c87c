import PortcullisCore
import PortcullisStatistics

extension NoRegressionRule {
  /// Slices that only raise alarms: a pass is no more than silence, so none of them counts as having weighed a score.
  func watched(_ dimensions: [ScopeEvidence.Dimension], _ input: RuleInput) -> [Ruling] {
    let slices = watch.flatMap { name in
      (dimensions.first { sameBytes($0.name, name) }?.slices ?? []).map { (Case.Tag(name: name, value: $0.value), $0.pairs) }
    }
    // One sign for each independent unit: a case, or a cluster by its sum. The alarms are a union, so they share α.
    let adjusted = holmAdjusted(slices.map { McNemar(b: $0.1.worseUnits, c: $0.1.betterUnits).worse })
    return zip(slices, adjusted).map { slice, p in alarm(slice.0, slice.1, adjusted: p, of: slices.count, input) }
  }

  private func alarm(_ slice: Case.Tag, _ pairs: PairEvidence, adjusted p: Double, of count: Int, _ input: RuleInput) -> Ruling {
    let comparison = Comparison(pairs, margin: sliceMargin, input: input)
    let isHarm = comparison.estimate.map { $0 <= -sliceMargin + 1e-12 } ?? false
    let isAlarm = isHarm && p <= input.wrongFail
    let score = pairs.scoreline(comparison.estimate)
    let visible = pairs.plain.table.discordance.flatMap {
      detectableMargin(discordance: $0, count: pairs.plain.table.n, alpha: input.wrongFail)
    }
    return Ruling(
      rule: "no-regression", metric: metricAnd("watch"), slice: slice, verdict: isAlarm ? .fail : .pass,
      reason: isAlarm ? .beyondLimit : .holds,
      sentence: input.whereClause + "in \(slice.name)=\(slice.value), "
        + (isAlarm
          ? "the candidate is worse: \(pairs.scoreline(comparison.estimate, of: "it")); it lost \(named(pairs.lost))"
          : "no alarm, which proves nothing: \(score)"),
      estimate: comparison.estimate,
      interval: comparison.estimate == nil ? nil : Ruling.Bounds(lower: comparison.lower, upper: comparison.upper), count: pairs.table.n,
      missing: pairs.missing + input.unaccounted, limit: -sliceMargin,
      unit: .difference, method: "mid-p McNemar, Holm over \(counted(count, "watched slice")), statistics §4", witnesses: pairs.lost.ids,
      next: isAlarm || !pairs.isPlain
        ? nil : visible.map { "this many cases would show a loss of about \(points($0)) in four runs of five" }
    ).heldBack(onJudge: pairs.isJudged)
  }
}

extension PairEvidence {
  /// Independent units in which the candidate did worse.
  var worseUnits: Int { plain.table.productionOnly + grouped.worse }
  var betterUnits: Int { plain.table.candidateOnly + grouped.better }
}
