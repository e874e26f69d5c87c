import PortcullisCore
import PortcullisStatistics

extension TailRule {
  /// The candidate alone; a case is bad where any of its answers lies below the floor, and where one lacks a score.
  func ruling(_ input: RuleInput) -> Ruling {
    guard let evidence = input.population(metric), let place = evidence.needs.floors.firstIndex(of: floor) else {
      return input.withoutMetric(metric, rule: "tail")
    }
    let cases = evidence.floors[place]
    let missing = cases.cases - cases.candidateScored + input.unaccounted
    let share = BadShare(cases, rule: self, missing: missing, input: input)
    let blockers = share.reason == .missingEvidence ? cases.candidateIncomplete : cases.candidateFailures
    return Ruling(
      rule: "tail", metric: metric, verdict: share.verdict, reason: share.reason, sentence: input.whereClause + share.sentence,
      estimate: cases.rate.mean.map { 1 - $0 }, interval: share.interval, count: cases.candidateScored, missing: missing, limit: maxShare,
      method: share.method, witnesses: blockers.ids, next: share.next, weighedScores: cases.candidateScored > 0
    ).heldBack(onJudge: cases.isCandidateJudged)
  }
}

/// The share of bad cases against the largest one.
private struct BadShare {
  var verdict = Verdict.inconclusive
  var reason = Reason.tooFewCases
  var sentence = ""
  var method = "none: no score"
  var interval: Ruling.Bounds?
  var next: String?
  private let limit: Double

  init(_ cases: PairEvidence, rule: TailRule, missing: Int, input: RuleInput) {
    limit = rule.maxShare
    let scored = cases.candidateScored
    guard scored > 0 else {
      reason = missing > 0 ? .missingEvidence : .tooFewCases
      sentence = missing > 0 ? "no case of the candidate is fully scored: all \(missing) are missing" : "there is no case to look at"
      next = missing > 0 ? "see with 'export trials' why they are missing, then run again" : "add cases"
      return
    }
    let bad = scored - cases.candidatePassed
    let limits = Limits(cases, missing: missing, input: input)
    method = limits.method
    interval = Ruling.Bounds(lower: limits.lower as Double?, upper: limits.upper as Double?)
    let score =
      "\(bad) of \(cases.population(scored, cases.rate)) \(bad == 1 ? "has" : "have") an answer below \(percent(rule.floor))" + cases.origin
    if limits.upper < limit {
      (verdict, reason) = (.pass, .holds)
      sentence = "\(score), and a share above \(percent(limits.upper)) is excluded (limit \(percent(limit)))"
      next = survival(limits.spare(below: limit, of: cases, missing: missing, input), "one more bad case", "more bad cases")
    } else if limits.lower > limit {
      (verdict, reason) = (.fail, .beyondLimit)
      sentence = "\(score): the share is at least \(percent(limits.lower)), above \(percent(limit))"
      next = "more cases like these would not make it pass"
    } else if missing > 0, limits.upperComplete < limit {
      reason = .missingEvidence
      sentence =
        "\(score), and a share above \(percent(limit)) cannot be excluded if \(missing == 1 ? "the missing one is" : "all \(missing) missing ones are") bad"
      next = "see with 'export trials' why they are missing, then run again"
    } else {
      sentence = "\(score), and a share above \(percent(limit)) cannot be excluded"
      let least = limits.least(below: limit, input)
      if limits.units < least {
        next = "at least \(counted(least, cases.isPlain ? "case" : "independent case")), none of them bad"
      } else {
        reason = .cannotExcludeMargin
        next =
          Double(bad) < limit * Double(scored) - 1e-9
          ? "more cases, or fewer bad answers"
          : "no number of cases will make it pass while the share seen does not lie below \(percent(limit))"
      }
    }
  }
}

/// The limits of the share of bad cases: exact for cases of their own, else augmented t over the clusters.
private struct Limits {
  let lower: Double
  let upper: Double
  /// If the missing cases did not exist.
  let upperComplete: Double
  let units: Int
  private let isExact: Bool

  init(_ cases: PairEvidence, missing: Int, input: RuleInput) {
    isExact = cases.isPlain
    upperComplete = Limits.upper(cases, missing: 0, more: 0, input)
    // More bad cases can narrow the augmented bound a little, so a pass must hold with the missing cases and without them.
    upper = max(upperComplete, Limits.upper(cases, missing: missing, more: 0, input))
    if isExact {
      let scored = cases.candidateScored
      lower = clopperPearsonLower(passed: scored - cases.candidatePassed, of: scored, alpha: input.wrongFail)
      units = scored + missing
    } else {
      lower = max(0, 1 - (augmentedBounds(cases.rate, alpha: input.wrongFail)?.limits.upper ?? 1))
      units = cases.shortfallWorstCase(unseen: input.unaccounted).clusters
    }
  }

  var method: String {
    isExact ? "Clopper–Pearson limit over cases, statistics §3" : "augmented t over independent cases and clusters, statistics §5"
  }

  /// - Parameters:
  ///   - missing: Cases without a score that count as bad, those unaccounted for among them; 0 leaves them out.
  ///   - more: Further cases, all bad.
  private static func upper(_ cases: PairEvidence, missing: Int, more: Int, _ input: RuleInput) -> Double {
    if cases.isPlain {
      let bad = cases.candidateScored - cases.candidatePassed + missing + more
      return clopperPearsonUpper(passed: bad, of: cases.candidateScored + missing + more, alpha: input.wrongPass)
    }
    let shortfall = missing > 0 ? cases.shortfallWorstCase(unseen: input.unaccounted) : cases.shortfall
    return -(augmentedBounds(shortfall + PortcullisGate.units(more, of: -1), alpha: input.wrongPass)?.limits.lower ?? -1)
  }

  /// Further bad cases that a pass would have survived.
  func spare(below limit: Double, of cases: PairEvidence, missing: Int, _ input: RuleInput) -> Int {
    mostSurvived(upTo: cases.candidateScored) { more in
      max(Limits.upper(cases, missing: 0, more: more, input), Limits.upper(cases, missing: missing, more: more, input)) < limit
    }
  }

  /// The fewest cases or clusters, none of them bad, that show the limit.
  func least(below limit: Double, _ input: RuleInput) -> Int {
    isExact ? cleanTrialsRequired(failureRate: limit, alpha: input.wrongPass) : leastUnitsToPass(margin: limit, alpha: input.wrongPass)
  }
}
