import PortcullisCore
import PortcullisStatistics

extension ScoreRule {
  /// The whole scope first, then each slice.
  func rulings(_ input: RuleInput) -> [Ruling] {
    switch limit {
    case .min(let least): absolute(least, input)
    case .margin(let margin):
      // The same demand as of `no-regression` with a metric, under this rule's name.
      NoRegressionRule(margin: margin, metric: metric, slices: slices, sliceMargin: margin).rulings(input).map { ruling in
        var named = ruling
        named.rule = "score"
        return named
      }
    }
  }

  private func absolute(_ least: Double, _ input: RuleInput) -> [Ruling] {
    guard let evidence = input.population(metric) else { return [input.withoutMetric(metric, rule: "score")] }
    var rulings = [ruling(evidence.whole, least, slice: nil, input)]
    for name in slices {
      let values = evidence.slices.first { sameBytes($0.name, name) }?.slices ?? []
      if values.isEmpty {
        rulings.append(
          Ruling(
            rule: "score", metric: metric, verdict: .inconclusive, reason: .nothingWeighed,
            sentence: input.whereClause + "no case that carries '\(metric)' has a value for '\(name)', so no slice of it is looked at",
            method: "none: no slice", next: input.nextWithoutSlices(name)))
      }
      for slice in values { rulings.append(ruling(slice.pairs, least, slice: Case.Tag(name: name, value: slice.value), input)) }
    }
    return rulings
  }

  private func ruling(_ scores: PairEvidence, _ least: Double, slice: Case.Tag?, _ input: RuleInput) -> Ruling {
    let missing = scores.cases - scores.candidateScored + input.unaccounted
    let mean = MeanScore(scores, least: least, missing: missing, input: input)
    let place = input.whereClause + (slice.map { "in \($0.name)=\($0.value), " } ?? "")
    let blockers = mean.reason == .missingEvidence ? scores.candidateIncomplete : scores.candidateFailures
    return Ruling(
      rule: "score", metric: metric, slice: slice, verdict: mean.verdict, reason: mean.reason, sentence: place + mean.sentence,
      estimate: scores.rate.mean, interval: mean.interval, count: scores.candidateScored, missing: missing, limit: least,
      method: mean.interval == nil ? "none: no score" : "augmented t over independent cases and clusters, statistics §5",
      witnesses: blockers.ids, next: mean.next, weighedScores: scores.candidateScored > 0
    ).heldBack(onJudge: scores.isCandidateJudged)
  }
}

/// The candidate's mean score against the least one.
private struct MeanScore {
  var verdict = Verdict.inconclusive
  var reason = Reason.tooFewCases
  var sentence = ""
  var interval: Ruling.Bounds?
  var next: String?

  init(_ scores: PairEvidence, least: Double, missing: Int, input: RuleInput) {
    guard let mean = scores.rate.mean else {
      reason = missing > 0 ? .missingEvidence : .tooFewCases
      sentence = missing > 0 ? "no case of the candidate is fully scored: all \(missing) are missing" : "there is no case to look at"
      next = missing > 0 ? "see with 'export trials' why they are missing, then run again" : "add cases"
      return
    }
    let lowerComplete = lower(scores.shortfall, input)
    // More failures can narrow this bound a little, so a pass must hold with the missing cases and without them.
    let lower = min(lowerComplete, lower(scores.shortfallWorstCase(unseen: input.unaccounted), input))
    let upper = min(1, augmentedBounds(scores.rate, alpha: input.wrongFail)?.limits.upper ?? 1)
    interval = Ruling.Bounds(lower: lower as Double?, upper: upper as Double?)
    let score = "the candidate's mean is \(percent(mean)) over \(scores.population(scores.candidateScored, scores.rate))" + scores.origin
    if upper < least {
      (verdict, reason) = (.fail, .beyondLimit)
      sentence = "\(score), and a true mean of \(percent(least)) is excluded: it is at most \(percent(upper))"
      next = "more cases like these would not make it pass"
    } else if case .one(let value) = scores.candidateSpread, value != 1_000_000_000 {
      reason = .rigUnsteady
      sentence = "every score of the candidate is the same number, \(fixed(Double(value) / 1e9, 2)), so the rig or the checks are broken"
      next = "look at the answers and at what gives this score: scores of real answers differ"
    } else if lower >= least {
      (verdict, reason) = (.pass, .holds)
      sentence = "\(score), and a true mean below \(percent(lower)) is excluded, which reaches \(percent(least))"
      let spare = mostSurvived(upTo: scores.candidateScored) { losses in
        min(
          self.lower(scores.shortfall + units(losses, of: -1), input),
          self.lower(scores.shortfallWorstCase(unseen: input.unaccounted + losses), input)) >= least
      }
      next = survival(spare, "one more case at 0", "more cases at 0")
    } else if missing > 0, lowerComplete >= least {
      reason = .missingEvidence
      sentence =
        "\(score), and a true mean below \(percent(least)) cannot be excluded if \(missing == 1 ? "the missing one" : "all \(missing) missing ones") scored 0"
      next = "see with 'export trials' why they are missing, then run again"
    } else {
      sentence = "\(score), and a true mean below \(percent(least)) cannot be excluded"
      let needed = leastUnitsToPass(margin: 1 - least, alpha: input.wrongPass)
      if scores.shortfallWorstCase(unseen: input.unaccounted).clusters < needed {
        next = "at least \(counted(needed, "independent case")), all with the best score"
      } else {
        reason = .cannotExcludeMargin
        next =
          mean > least + 1e-9
          ? "more independent cases" : "no number of cases will make it pass while the mean seen does not lie above \(percent(least))"
      }
    }
  }

  /// The lower limit of the mean, from the scores less 1.
  private func lower(_ shortfall: ClusterSums, _ input: RuleInput) -> Double {
    max(0, 1 + (augmentedBounds(shortfall, alpha: input.wrongPass)?.limits.lower ?? -1))
  }
}

extension RuleInput {
  /// The evidence on a metric; nil where no case carries it.
  func population(_ metric: String) -> MetricEvidence? {
    scope.metric(metric).flatMap { $0.whole.cases > 0 ? $0 : nil }
  }

  /// Fail closed: a metric that nothing scores decides nothing.
  func withoutMetric(_ metric: String, rule: String) -> Ruling {
    let meant = nearestWord(to: metric, among: metricNames)
    let known = metricNames.isEmpty ? "" : "; some carry \(listed(metricNames.prefix(5).map { "'\($0)'" }))"
    return Ruling(
      rule: rule, metric: metric, verdict: .inconclusive, reason: .nothingWeighed,
      sentence: whereClause + "no case carries the metric '\(metric)'\(meant == nil ? known : "")", missing: unaccounted,
      method: "none: no score",
      next: meant.map { "did you mean '\($0)'?" } ?? "give the checks or judges that score it 'metric: \(metric)'")
  }
}

extension PairEvidence {
  /// `the 40 cases that carry it`, `38 of the 40 cases that carry it`, with independent groups where there are any.
  func population(_ scored: Int, _ units: ClusterSums) -> String {
    let all = cases == 1 ? "the one case that carries it" : "the \(cases) cases that carry it"
    let some = scored == cases ? all : "\(scored) of \(all)"
    guard hasClusters else { return some }
    return "\(some), in \(counted(units.clusters, "independent group"))"
  }

  /// What is to be known of where the answers came from; nothing where they are fresh.
  var origin: String { origins.isEmpty ? "" : " (\(origins.joined(separator: ", ")))" }

  var origins: [String] {
    (isRecorded ? ["recorded answers"] : []) + (reusedCases > 0 ? ["\(reusedCases) with answers of an earlier run"] : [])
  }
}
