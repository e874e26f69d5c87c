import PortcullisCore
import PortcullisStatistics

extension ErrorRateRule {
  /// Calls of the candidate that its endpoint did not answer; a call that was never made counts against a pass only.
  func ruling(_ input: RuleInput) -> Ruling {
    let calls = input.scope.candidateCalls
    let unknown = calls.absent + calls.ours + input.unaccounted
    let planned = calls.planned + input.unaccounted
    let known = planned - unknown
    guard known > 0 else {
      return Ruling(
        rule: "error-rate", verdict: .inconclusive, reason: .missingEvidence,
        sentence: input.whereClause + "no call of the candidate is recorded", missing: unknown, limit: max, method: "none: no call",
        next: "run the plan")
    }
    let failed = calls.callFailures
    let upper = clopperPearsonUpper(passed: failed + unknown, of: planned, alpha: input.wrongPass)
    let lower = clopperPearsonLower(passed: failed, of: known, alpha: input.wrongFail)
    let verdict: Verdict = upper < max ? .pass : lower > max ? .fail : .inconclusive
    let score =
      "\(failed) of \(counted(known, "call")) to the candidate failed"
      + (unknown > 0 ? ", \(unknown) more were cut short or never made" : "")
    let sentence =
      switch verdict {
      case .pass: "\(score), and a failure rate above \(percent(upper)) is excluded (limit \(percent(max)))"
      case .fail: "\(score): the rate is at least \(percent(lower)), above \(percent(max))"
      case .review, .inconclusive: "\(score), and a failure rate above \(percent(max)) cannot be excluded"
      }
    let least = max > 0 && max < 1 ? cleanTrialsRequired(failureRate: max, alpha: input.wrongPass) : Int.max
    let reason: Reason =
      switch verdict {
      case .pass: .holds
      case .fail: .beyondLimit
      case .review, .inconclusive: unknown > 0 ? .missingEvidence : planned < least ? .tooFewCases : .cannotExcludeMargin
      }
    return Ruling(
      rule: "error-rate", verdict: verdict, reason: reason, sentence: input.whereClause + sentence,
      estimate: Double(failed) / Double(known),
      interval: Ruling.Bounds(lower: lower as Double?, upper: upper as Double?), count: known, missing: unknown, limit: max,
      method: "Clopper–Pearson limit, statistics §3", witnesses: calls.failed.ids,
      next: next(reason, least, failed: failed + unknown, of: planned, input))
  }

  private func next(_ reason: Reason, _ least: Int, failed: Int, of planned: Int, _ input: RuleInput) -> String? {
    switch reason {
    case .holds:
      let spare = mostSurvived(upTo: planned - failed) { losses in
        clopperPearsonUpper(passed: failed + losses, of: planned, alpha: input.wrongPass) < max
      }
      return survival(spare, "one more failed call", "more failed calls")
    case .beyondLimit: return "more calls like these would not make it pass"
    case .missingEvidence: return "run the calls that are missing"
    case .tooFewCases:
      return least == .max ? "no number of calls shows a rate of 0" : "at least \(counted(least, "call")) without a failure"
    default: return "more calls, or fewer failures"
    }
  }
}
