import PortcullisCore
import PortcullisStatistics

extension NoRegressionRule {
  /// The whole scope first, superiority where it is asked, then each protected slice, then each watched one.
  func rulings(_ input: RuleInput) -> [Ruling] {
    guard input.hasProduction else { return [withoutProduction(input)] }
    guard let (whole, dimensions) = population(input) else { return [input.withoutMetric(metric ?? "", rule: "no-regression")] }
    var rulings = [protected(whole, margin: margin, slice: nil, input)]
    if superiority { rulings.append(superior(whole, input)) }
    for name in slices {
      let values = dimensions.first { sameBytes($0.name, name) }?.slices ?? []
      if values.isEmpty { rulings.append(unsliced(name, input)) }
      for slice in values {
        rulings.append(protected(slice.pairs, margin: sliceMargin, slice: Case.Tag(name: name, value: slice.value), input))
      }
    }
    return rulings + watched(dimensions, input)
  }

  /// What is compared: whether trials passed, or a metric over the cases that carry it; nil where none does.
  private func population(_ input: RuleInput) -> (whole: PairEvidence, slices: [ScopeEvidence.Dimension])? {
    guard let metric else { return (input.scope.whole, input.scope.slices) }
    return input.population(metric).map { ($0.whole, $0.slices) }
  }

  /// The metric and what is asked of it, for the ruling.
  func metricAnd(_ demand: String) -> String { metric.map { "\($0) \(demand)" } ?? demand }

  private func withoutProduction(_ input: RuleInput) -> Ruling {
    Ruling(
      rule: "no-regression", metric: metric, verdict: .inconclusive, reason: .armsNotComparable,
      sentence: input.whereClause + "there is no production arm to compare the candidate with", limit: -margin,
      unit: .difference, method: "none: nothing to compare with", next: "name --production, or write a pass-rate rule")
  }

  private func unsliced(_ name: String, _ input: RuleInput) -> Ruling {
    Ruling(
      rule: "no-regression", metric: metric, verdict: .inconclusive, reason: .nothingWeighed,
      sentence: input.whereClause + "no case has a value for '\(name)', so no slice of it is protected", method: "none: no slice",
      next: input.nextWithoutSlices(name))
  }

  private func protected(_ pairs: PairEvidence, margin: Double, slice: Case.Tag?, _ input: RuleInput) -> Ruling {
    let comparison = Comparison(pairs, margin: margin, input: input)
    let finding = Finding(pairs, comparison, margin: margin, input: input)
    let place = input.whereClause + (slice.map { "in \($0.name)=\($0.value), " } ?? "")
    return Ruling(
      rule: "no-regression", metric: metric, slice: slice, verdict: finding.verdict, reason: finding.reason,
      sentence: place + finding.sentence + input.whoSaysHowMany,
      estimate: comparison.estimate,
      interval: comparison.estimate == nil ? nil : Ruling.Bounds(lower: comparison.lower, upper: comparison.upper), count: pairs.table.n,
      missing: pairs.missing + input.unaccounted, limit: -margin, unit: .difference, method: comparison.method,
      witnesses: finding.witnesses.ids,
      next: finding.next, weighedScores: pairs.table.n > 0
    ).heldBack(onJudge: pairs.isJudged)
  }

  private func superior(_ pairs: PairEvidence, _ input: RuleInput) -> Ruling {
    let missing = pairs.missing + input.unaccounted
    func bounds(_ alpha: Double) -> Superiority {
      pairs.isPlain
        ? PortcullisStatistics.superiority(pairs.plain.table, missing: pairs.plain.missing + input.unaccounted, alpha: alpha)
        : gradedSuperiority(complete: pairs.complete(), worstCase: pairs.worstCase(unseen: input.unaccounted), alpha: alpha)
    }
    let passing = bounds(input.wrongPass)
    let failing = input.wrongFail == input.wrongPass ? passing : bounds(input.wrongFail)
    let statistic: ThreeWay = passing.verdict == .pass ? .pass : failing.verdict == .fail ? .fail : .inconclusive
    let unsteady = statistic != .fail ? pairs.unsteady : nil
    let verdict = unsteady == nil ? Verdict(statistic) : .inconclusive
    let score = pairs.scoreline(passing.estimate)
    let sentence =
      switch verdict {
      case .pass: "the candidate is better than production: \(pairs.scoreline(passing.estimate, of: "it"))"
      case .fail: "the candidate is worse than production: \(pairs.scoreline(passing.estimate, of: "it"))"
      case .review, .inconclusive: unsteady ?? "the candidate is not shown to be better than production: \(score)"
      }
    return Ruling(
      rule: "no-regression", metric: metricAnd("superiority"), verdict: verdict,
      reason: verdict == .pass ? .holds : verdict == .fail ? .beyondLimit : unsteady != nil ? .rigUnsteady : .cannotExcludeMargin,
      sentence: input.whereClause + sentence, estimate: passing.estimate,
      interval: passing.estimate == nil ? nil : Ruling.Bounds(lower: passing.lower, upper: failing.upper), count: pairs.table.n,
      missing: missing, limit: 0, unit: .difference,
      method: pairs.isPlain ? "mid-p McNemar and Tango score, statistics §4" : "augmented t, statistics §5", witnesses: pairs.lost.ids,
      next: verdict == .inconclusive && unsteady == nil ? "more cases, or a larger gain" : nil, weighedScores: pairs.table.n > 0
    ).heldBack(onJudge: pairs.isJudged)
  }
}

/// The verdict on one slice in words.
private struct Finding {
  let verdict: Verdict
  let reason: Reason
  let sentence: String
  let witnesses: Witnesses
  let next: String?

  init(_ pairs: PairEvidence, _ comparison: Comparison, margin: Double, input: RuleInput) {
    let score = pairs.scoreline(comparison.estimate)
    let missing = pairs.missing + input.unaccounted
    guard let estimate = comparison.estimate, let lower = comparison.lower, let upper = comparison.upper else {
      self.init(
        .inconclusive, missing > 0 ? .missingEvidence : .tooFewCases,
        missing > 0 ? "no case has a score in both arms: all \(missing) pairs are missing" : "there is no case to compare",
        pairs.incomplete, missing > 0 ? input.nextForMissing : "add cases")
      return
    }
    let least =
      pairs.isPlain ? leastCasesToPass(margin: margin, alpha: input.wrongPass) : leastUnitsToPass(margin: margin, alpha: input.wrongPass)
    let units = pairs.isPlain ? pairs.table.n + missing : pairs.worstCase(unseen: input.unaccounted).clusters
    let range = "between \(signedPoints(lower)) and \(signedPoints(upper)) points"
    switch comparison.verdict {
    case .fail:
      self.init(
        .fail, .beyondLimit,
        "the candidate is worse: \(pairs.scoreline(estimate, of: "it")), which reaches the margin of \(points(margin)); it lost "
          + "\(counted(pairs.lost.count, "case")): \(named(pairs.lost))", pairs.lost,
        "more cases like these would not make it pass: the loss seen reaches the margin")
    case _ where pairs.unsteady != nil:
      self.init(
        .inconclusive, .rigUnsteady, pairs.unsteady ?? "", pairs.candidateFailures,
        "look at the answers of both arms: a working production passes some case")
    case .pass:
      let spare = pairs.lossesToSpare(margin: margin, input: input) ?? 0
      let missed = missing > 0 ? ", even if all \(missing) missing pairs were losses" : ""
      self.init(
        .pass, .holds,
        "a loss of \(points(margin)) is excluded\(missed): \(score), \(lower < 0 ? "at worst \(points(lower)) lower" : "at least \(points(lower)) higher")",
        pairs.lost,
        pairs.isPlain
          ? survival(spare, "one more loss", "more losses") : survival(spare, "one more case lost outright", "more cases lost outright"))
    case .inconclusive where missing > 0 && (comparison.verdictOfCompletePairs == .pass || comparison.verdictOfTies == .pass):
      self.init(
        .inconclusive, .missingEvidence,
        "\(counted(missing, "pair")) without a score \(missing == 1 ? "stands" : "stand") in the way: \(score), and a loss of "
          + "\(points(margin)) cannot be excluded if each is counted as lost", pairs.incomplete,
        input.nextForMissing + ": if production and candidate did equally well on them, the margin is excluded")
    case .inconclusive where units < least:
      let few = pairs.hasClusters ? counted(units, "independent group") : counted(pairs.table.n, "case")
      self.init(
        .inconclusive, .tooFewCases,
        "\(few) cannot exclude a loss of \(points(margin)), whatever the answers: \(score)", pairs.lost,
        "at least \(counted(least, pairs.isPlain ? "case" : "independent case")), or a wider margin")
    case .inconclusive:
      self.init(
        .inconclusive, .cannotExcludeMargin, "a loss of \(points(margin)) cannot be excluded: \(score), \(range)", pairs.lost,
        settling(pairs, estimate: estimate, margin: margin, input: input))
    }
  }

  private init(_ verdict: Verdict, _ reason: Reason, _ sentence: String, _ witnesses: Witnesses, _ next: String?) {
    self.verdict = verdict
    self.reason = reason
    self.sentence = sentence
    self.witnesses = witnesses
    self.next = next
  }
}

private func settling(_ pairs: PairEvidence, estimate: Double, margin: Double, input: RuleInput) -> String {
  guard estimate > -margin + 1e-9 else {
    return "no number of cases will make it pass while the loss seen lies at or beyond the margin"
  }
  guard let needed = pairs.casesNeeded(margin: margin, estimate: estimate, input: input) else { return "more independent cases" }
  let share = pairs.plain.table.discordance.map { "with \(percent($0)) of the cases differing between the arms, " } ?? ""
  return (pairs.isPlain ? share : "") + "about \(max(needed, pairs.table.n + 1)) cases like these would settle it"
}

extension PairEvidence {
  /// `the candidate passed 61 of 74 independent cases, production 68 (8.1 points lower)`.
  func scoreline(_ estimate: Double?, of candidate: String = "the candidate") -> String {
    guard let estimate else { return "no pair has both scores" }
    if metric != nil {
      let (ours, theirs) = (Double(candidateTotal) / Double(table.n) / 1e9, Double(productionTotal) / Double(table.n) / 1e9)
      return
        "\(candidate == "it" ? "its" : candidate + "'s") mean is \(percent(ours)) over \(population(table.n, complete())), production's "
        + "\(percent(theirs)) (\(([comparedPoints(estimate)] + origins).joined(separator: ", ")))"
    }
    let (ours, theirs) = (table.both + table.candidateOnly, table.both + table.productionOnly)
    let whole = hasRepeats ? "all trials of \(ours) of" : "\(ours) of"
    let recorded = isRecorded ? ", recorded answers" : ""
    let reused = reusedCases > 0 ? ", \(reusedCases) with answers of an earlier run" : ""
    return "\(candidate) passed \(whole) \(independentCases(table.n, complete())), production \(theirs) "
      + "(\(comparedPoints(estimate))\(churn)\(recorded)\(reused))"
  }

  /// What a net difference hides: `, 60 fixed and 60 broken`; nothing where no case changed.
  private var churn: String {
    let (fixed, broken) = (table.candidateOnly, table.productionOnly)
    return fixed + broken == 0 ? "" : ", \(fixed) fixed and \(broken) broken"
  }

  /// `74 independent cases`; `480 cases in 40 independent groups`, with what they are worth where a few hold many of the cases.
  func independentCases(_ count: Int, _ units: ClusterSums) -> String {
    guard hasClusters else { return counted(count, "independent case") }
    let groups = "\(counted(count, "case")) in \(counted(units.clusters, "independent group"))"
    guard let worth = units.effectiveClusters, worth <= 0.9 * Double(units.clusters) else { return groups }
    return groups + " (worth \(fixed(worth, 1)) of equal size)"
  }

  /// Why these scores look like a broken rig rather than like two models; nil where they do not.
  var unsteady: String? {
    guard table.n > 0 else { return nil }
    if productionPasses == 0, metric != nil {
      return
        "every score of production is 0, over \(counted(table.n, "case")), so the rig or the checks are broken, and nothing can be compared"
    }
    if productionPasses == 0 {
      return "production passed none of \(counted(table.n, "case")), so the rig or the checks are broken, and nothing can be compared"
    }
    if case .one(let score) = spread, score != 1_000_000_000 {
      return "every score in both arms is the same number, \(fixed(Double(score) / 1e9, 2)), so the rig or the checks are broken"
    }
    return nil
  }
}
