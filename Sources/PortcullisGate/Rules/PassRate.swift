import PortcullisCore
import PortcullisStatistics

extension PassRateRule {
  /// The whole scope first, then each slice; the candidate alone.
  func rulings(_ input: RuleInput) -> [Ruling] {
    var rulings = [ruling(input.scope.whole, slice: nil, input)]
    for name in slices {
      let values = input.scope.slices.first { sameBytes($0.name, name) }?.slices ?? []
      if values.isEmpty {
        rulings.append(
          Ruling(
            rule: "pass-rate", verdict: .inconclusive, reason: .nothingWeighed,
            sentence: input.whereClause + "no case has a value for '\(name)', so no slice of it is looked at", method: "none: no slice",
            next: input.nextWithoutSlices(name)))
      }
      for slice in values { rulings.append(ruling(slice.pairs, slice: Case.Tag(name: name, value: slice.value), input)) }
    }
    return rulings
  }

  private func ruling(_ pairs: PairEvidence, slice: Case.Tag?, _ input: RuleInput) -> Ruling {
    let missing = pairs.cases - pairs.candidateScored + input.unaccounted
    let rate = Rate(pairs, limit: limit, missing: missing, input: input)
    let place = input.whereClause + (slice.map { "in \($0.name)=\($0.value), " } ?? "")
    let blockers = rate.verdict == .inconclusive && missing > 0 ? pairs.candidateIncomplete : pairs.candidateFailures
    return Ruling(
      rule: "pass-rate", slice: slice, verdict: rate.verdict, reason: rate.reason, sentence: place + rate.sentence, estimate: rate.estimate,
      interval: rate.interval, count: pairs.candidateScored, missing: missing, limit: limit.share, method: rate.method,
      witnesses: blockers.ids, next: rate.next, weighedScores: pairs.candidateScored > 0
    ).heldBack(onJudge: pairs.isCandidateJudged)
  }
}

extension PassRateRule.Limit {
  fileprivate var share: Double {
    switch self {
    case .min(let share), .observedMin(let share): share
    }
  }
}

/// The candidate's rate against its limit.
private struct Rate {
  var estimate: Double?
  var interval: Ruling.Bounds?
  var verdict = Verdict.inconclusive
  var reason = Reason.tooFewCases
  var sentence = ""
  var method = ""
  var next: String?

  init(_ pairs: PairEvidence, limit: PassRateRule.Limit, missing: Int, input: RuleInput) {
    let scored = pairs.candidateScored
    guard scored > 0 else {
      method = "none: no score"
      reason = missing > 0 ? .missingEvidence : .tooFewCases
      sentence = missing > 0 ? "no case of the candidate is fully scored: all \(missing) are missing" : "there is no case to look at"
      next = missing > 0 ? "see with 'export trials' why they are missing, then run again" : "add cases"
      return
    }
    let trials = pairs.hasRepeats ? "all trials of " : ""
    let score =
      "the candidate passed \(trials)\(pairs.candidatePassed) of \(pairs.independentCases(scored, pairs.rate))"
      + (pairs.isRecorded ? " (recorded answers)" : "")
    switch limit {
    case .min(let share): estimateRate(pairs, share, missing, score, input)
    case .observedMin(let share): observeRate(pairs, share, missing, score, input)
    }
  }

  private mutating func estimateRate(_ pairs: PairEvidence, _ share: Double, _ missing: Int, _ score: String, _ input: RuleInput) {
    let scored = pairs.candidateScored
    var (lower, lowerComplete, upper): (Double, Double, Double)
    if pairs.isPlain {
      let passed = pairs.plain.candidatePassed
      method = "Clopper–Pearson limit, statistics §3"
      lowerComplete = clopperPearsonLower(passed: passed, of: scored, alpha: input.wrongPass)
      lower = clopperPearsonLower(passed: passed, of: scored + missing, alpha: input.wrongPass)
      upper = clopperPearsonUpper(passed: passed, of: scored, alpha: input.wrongFail)
      estimate = Double(passed) / Double(scored)
    } else {
      method = "augmented t over independent cases and clusters, statistics §5"
      lowerComplete = 1 + (augmentedBounds(pairs.shortfall, alpha: input.wrongPass)?.limits.lower ?? -1)
      let worst = augmentedBounds(pairs.shortfallWorstCase(unseen: input.unaccounted), alpha: input.wrongPass)
      // More failures can narrow this bound a little, so a pass must hold with the missing cases and without them.
      lower = min(lowerComplete, 1 + (worst?.limits.lower ?? -1))
      upper = min(1, augmentedBounds(pairs.rate, alpha: input.wrongFail)?.limits.upper ?? 1)
      estimate = pairs.rate.mean
    }
    interval = Ruling.Bounds(lower: lower as Double?, upper: upper as Double?)
    if lower >= share {
      (verdict, reason) = (.pass, .holds)
      sentence = "\(score), and a true rate below \(percent(lower)) is excluded, which reaches \(percent(share))"
      if pairs.isPlain {
        let passed = pairs.plain.candidatePassed
        let spare = mostSurvived(upTo: passed) { losses in
          clopperPearsonLower(passed: passed - losses, of: scored + missing, alpha: input.wrongPass) >= share
        }
        next = survival(spare, "one more failed case", "more failed cases")
      }
    } else if upper < share {
      (verdict, reason) = (.fail, .beyondLimit)
      sentence = "\(score), and a true rate of \(percent(share)) is excluded: it is at most \(percent(upper))"
      next = "more cases like these would not make it pass"
    } else {
      reason = missing > 0 && lowerComplete >= share ? .missingEvidence : .cannotExcludeMargin
      sentence =
        "\(score), and a true rate below \(percent(share)) cannot be excluded"
        + (reason == .missingEvidence ? " if \(missing == 1 ? "the missing one" : "all \(missing) missing ones") failed" : "")
      next = reason == .missingEvidence ? "see with 'export trials' why they are missing, then run again" : settling(pairs, share, input)
      let least = least(pairs, share, input)
      let units = pairs.isPlain ? scored + missing : pairs.shortfallWorstCase(unseen: input.unaccounted).clusters
      if reason != .missingEvidence, units < least {
        reason = .tooFewCases
        next = least == .max ? "no number of cases shows a rate of \(percent(share))" : "at least \(counted(least, "case")), all passed"
      }
    }
  }

  /// The fewest cases, all passed, that show the rate.
  private func least(_ pairs: PairEvidence, _ share: Double, _ input: RuleInput) -> Int {
    guard share > 0, share < 1 else { return share > 0 ? .max : 1 }
    return pairs.isPlain
      ? cleanTrialsRequired(failureRate: 1 - share, alpha: input.wrongPass) : leastUnitsToPass(margin: 1 - share, alpha: input.wrongPass)
  }

  /// At the observed rate, by the normal approximation of the limit; a plan, never a verdict.
  private func settling(_ pairs: PairEvidence, _ share: Double, _ input: RuleInput) -> String {
    guard let estimate, estimate > share + 1e-9 else {
      return "no number of cases will make it pass while the rate seen does not lie above \(percent(share))"
    }
    let z = oneSidedQuantile(alpha: input.wrongPass)
    let needed = z * z * share * (1 - share) / ((estimate - share) * (estimate - share))
    guard pairs.isPlain, needed < 1e9 else { return "more independent cases" }
    return "about \(max(Int(needed.rounded(.up)), pairs.candidateScored + 1)) cases at this rate would settle it"
  }

  private mutating func observeRate(_ pairs: PairEvidence, _ share: Double, _ missing: Int, _ score: String, _ input: RuleInput) {
    method = "plain rate on this suite, no claim beyond it"
    let total = Double(pairs.candidateScored + missing)
    // A mean over cases: each counts once, however many trials it had.
    let sum = (pairs.rate.mean ?? 0) * Double(pairs.candidateScored)
    let (least, most) = (sum / total, (sum + Double(missing)) / total)
    estimate = pairs.rate.mean
    let claim = "on this suite, with no claim beyond it, \(score)"
    if least >= share - 1e-12 {
      (verdict, reason) = (.pass, .holds)
      sentence = "\(claim): \(percent(least)) reaches \(percent(share))"
    } else if most < share - 1e-12 {
      (verdict, reason) = (.fail, .beyondLimit)
      sentence = "\(claim): \(percent(most)) is below \(percent(share))"
    } else {
      reason = .missingEvidence
      sentence = "\(claim), and the \(counted(missing, "missing case")) would decide whether it reaches \(percent(share))"
      next = "see with 'export trials' why they are missing, then run again"
    }
  }
}
