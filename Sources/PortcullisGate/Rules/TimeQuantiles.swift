import PortcullisCore
import PortcullisStatistics

extension LatencyRule {
  /// The unit is the call. Where cases were asked more than once the verdict must also hold for the first call of each case alone:
  /// thirty repeats of one slow prompt are not thirty prompts.
  func ruling(_ measure: TimeMeasure, _ input: RuleInput) -> Ruling {
    guard let times = input.scope.times(measure) else {
      return Ruling(
        rule: measure.ruleName, verdict: .inconclusive, reason: .nothingWeighed, sentence: "the evidence was counted for another policy",
        method: "none: the rule could not be asked")
    }
    return TimeGate(measure: measure, quantile: quantile, limit: limit).ruling(times.candidate, times.production, input)
  }
}

/// The demand on a quantile of one measure of the calls.
private struct TimeGate {
  let measure: TimeMeasure
  let quantile: Double
  let limit: LatencyRule.Limit

  func ruling(_ candidate: LatencySample, _ production: LatencySample, _ input: RuleInput) -> Ruling {
    guard candidate.known > 0 else { return unknown("no \(measure.noun) of the candidate is known", candidate, input) }
    switch limit {
    case .absolute(let limit): return absolute(limit, candidate, input)
    case .increase(let share):
      guard input.hasProduction else {
        return unknown(
          "there is no production arm to compare \(measure.plural) with", candidate, input, reason: .armsNotComparable,
          next: "name --production, or write an absolute limit")
      }
      guard production.known > 0 else { return unknown("no \(measure.noun) of production is known", production, input) }
      return relative(share, candidate, production, input)
    }
  }

  private var name: String { "P" + (quantile * 100 == (quantile * 100).rounded() ? fixed(quantile * 100, 0) : fixed(quantile * 100, 1)) }

  private func unknown(
    _ why: String, _ sample: LatencySample, _ input: RuleInput, reason: Reason = .missingEvidence, next: String? = nil
  ) -> Ruling {
    let reused =
      sample.reused > 0 ? "; \(counted(sample.reused, "answer")) of an earlier run \(areOrIs(sample.reused)) no evidence for it" : ""
    let short = sample.short > 0 ? "; \(shortWords(sample))" : ""
    return Ruling(
      rule: measure.ruleName, metric: name, verdict: .inconclusive, reason: reason, sentence: input.whereClause + why + reused + short,
      missing: sample.planned + input.unaccounted, limit: limitValue, unit: unit, method: "none: no \(measure.noun)",
      next: next ?? measure.remedy)
  }

  /// Answers that have no time per token.
  private func shortWords(_ sample: LatencySample) -> String {
    "\(counted(sample.short, "answer")) of fewer than two tokens \(sample.short == 1 ? "has" : "have") no time per token"
  }

  private var limitValue: Double {
    switch limit {
    case .absolute(let limit): Double(limit.microseconds) / 1_000_000
    case .increase(let share): 1 + share
    }
  }

  private var unit: Ruling.Unit {
    switch limit {
    case .absolute: .seconds
    case .increase: .ratio
    }
  }

  private func load(_ input: RuleInput, _ samples: [LatencySample]) -> String {
    (input.run.planSource.isElsewhere ? "under a load that is not recorded" : "closed loop, concurrency \(input.run.concurrency)")
      + (samples.contains { $0.isRecorded } ? ", recorded answers" : "")
  }

  private func absolute(_ limit: Duration, _ sample: LatencySample, _ input: RuleInput) -> Ruling {
    let micro = limit.microseconds
    let missing = sample.missingFirst + sample.missingFurther + input.unaccounted
    let over = sample.over(micro)
    let all = objective(over.first + over.further, of: sample.known, missing: missing, input)
    let firsts =
      sample.further.isEmpty && sample.missingFurther == 0
      ? all : objective(over.first, of: sample.first.count, missing: sample.missingFirst + input.unaccounted, input)
    let verdict = max(Verdict(all.verdict), Verdict(firsts.verdict))
    let values = sample.seconds(further: true)
    let seen = quantileLimits(sorted: values, quantile: quantile, alpha: input.wrongPass)
    let allowed = 1 - quantile
    let exceeding = over.first + over.further
    let score =
      "\(exceeding) of \(counted(sample.known, "call")) \(measure.over(limit.short))"
      + (seen.map { "; \(name) is \(time($0.estimate))" } ?? "")
    let short = sample.short > 0 ? " (\(shortWords(sample)))" : ""
    let missed = missing > 0 ? ", \(missing) without a \(measure.noun) counted as over it\(short)" : ""
    let sentence =
      switch verdict {
      case .pass: "\(score), and more than \(percent(all.upper)) over it is excluded (at most \(percent(allowed)) may be)"
      case .fail: "\(score): at least \(percent(all.lower)) are over it, and at most \(percent(allowed)) may be"
      case .review, .inconclusive: "\(score)\(missed); a share over it above \(percent(allowed)) cannot be excluded"
      }
    let least = minimumCount(quantile: quantile, alpha: input.wrongPass)
    let reason: Reason =
      switch verdict {
      case .pass: .holds
      case .fail: .beyondLimit
      case .review, .inconclusive:
        sample.first.count + sample.missingFirst < least ? .tooFewCases : missing > 0 ? .missingEvidence : .cannotExcludeMargin
      }
    let next =
      switch reason {
      case .holds:
        survival(spare(sample, micro, missing, input), "one more call over the limit", "more calls over the limit")
      case .tooFewCases: "at least \(counted(least, "case")) for a \(name)"
      case .missingEvidence: "run the calls that are missing, with a measured \(measure.noun)"
      case .cannotExcludeMargin: "more calls, or a faster candidate"
      default: nil as String?
      }
    return Ruling(
      rule: measure.ruleName, metric: name, verdict: verdict, reason: reason,
      sentence: input.whereClause + sentence + " (\(load(input, [sample])))",
      estimate: seen.flatMap { $0.estimate.isFinite ? $0.estimate : nil },
      interval: seen.map { Ruling.Bounds(lower: $0.limits.lower, upper: $0.limits.upper) }, count: sample.known, missing: missing,
      limit: Double(micro) / 1_000_000, unit: .seconds, method: "exceedances of the limit, Clopper–Pearson, statistics §7", next: next)
  }

  /// Further calls over the limit that a pass would have survived, all calls and first calls alike.
  private func spare(_ sample: LatencySample, _ micro: Int, _ missing: Int, _ input: RuleInput) -> Int {
    let over = sample.over(micro)
    let all = over.first + over.further
    return mostSurvived(upTo: sample.first.count - over.first) { more in
      objective(all + more, of: sample.known, missing: missing, input).verdict == .pass
        && objective(over.first + more, of: sample.first.count, missing: sample.missingFirst + input.unaccounted, input).verdict == .pass
    }
  }

  /// A pass counts what is missing as over the limit, a fail only what was seen.
  private func objective(_ over: Int, of known: Int, missing: Int, _ input: RuleInput) -> (verdict: ThreeWay, lower: Double, upper: Double)
  {
    let passing = sloGate(exceeding: over + missing, of: known + missing, quantile: quantile, alpha: input.wrongPass)
    let failing = sloGate(exceeding: over, of: known, quantile: quantile, alpha: input.wrongFail)
    let verdict: ThreeWay =
      known == 0 ? .inconclusive : passing.verdict == .pass ? .pass : failing.verdict == .fail ? .fail : .inconclusive
    return (verdict, failing.exceeding.lower, passing.exceeding.upper)
  }

  private func relative(_ share: Double, _ candidate: LatencySample, _ production: LatencySample, _ input: RuleInput) -> Ruling {
    let all = ratio(share, candidate, production, further: true, input)
    let hasRepeats = candidate.planned > candidate.first.count + candidate.missingFirst
    let firsts = hasRepeats ? ratio(share, candidate, production, further: false, input) : all
    let (gate, statistic) = firsts.verdict > all.verdict ? firsts : all
    let verdict = Verdict(statistic)
    let missing = candidate.missing + production.missing + 2 * input.unaccounted
    let limit = "\(canonicalNumber(1 + share)) times production's"
    let score =
      gate.ratio.map {
        "the candidate's \(name)\(measure.possessed) is \($0.isFinite ? fixed($0, 2) : "endlessly many") times production's"
      }
      ?? "the \(name)s\(measure.possessed) of the two arms cannot be compared"
    let sentence =
      switch verdict {
      case .pass: "\(score), at most \(fixed(gate.limits?.upper ?? .infinity, 2)) times (limit \(limit))"
      case .fail: "\(score), at least \(fixed(gate.limits?.lower ?? 0, 2)) times: beyond \(limit)"
      case .review, .inconclusive: "\(score), and more than \(limit) cannot be excluded"
      }
    let least = minimumCount(quantile: quantile, alpha: input.wrongPass)
    let isShort = min(candidate.first.count, production.first.count) < least
    return Ruling(
      rule: measure.ruleName, metric: name, verdict: verdict,
      reason: verdict == .pass
        ? .holds : verdict == .fail ? .beyondLimit : isShort ? .tooFewCases : missing > 0 ? .missingEvidence : .cannotExcludeMargin,
      sentence: input.whereClause + sentence + " (\(load(input, [candidate, production])))",
      estimate: gate.ratio.flatMap { $0.isFinite ? $0 : nil },
      interval: gate.limits.map { Ruling.Bounds(lower: $0.lower, upper: $0.upper) }, count: candidate.known, missing: missing,
      limit: 1 + share, unit: .ratio, method: "ratio of quantiles (MOVER), statistics §7",
      next: verdict == .inconclusive ? (isShort ? "at least \(counted(least, "case")) an arm for a \(name)" : "more calls") : nil)
  }

  /// A pass counts a missing call of the candidate as endless and one of production as instant; a fail leaves them out.
  private func ratio(
    _ share: Double, _ candidate: LatencySample, _ production: LatencySample, further: Bool, _ input: RuleInput
  ) -> (gate: RatioGate, verdict: ThreeWay) {
    func limits(_ sample: LatencySample, alpha: Double, missingAs worst: Double?) -> QuantileLimits? {
      var values = sample.seconds(further: further)
      if let worst {
        let missing = sample.missingFirst + (further ? sample.missingFurther : 0) + input.unaccounted
        let fill = [Double](repeating: worst, count: missing)
        values = worst == 0 ? fill + values : values + fill
      }
      return quantileLimits(sorted: values, quantile: quantile, alpha: alpha)
    }
    let passing = quantileRatioGate(
      candidate: limits(candidate, alpha: input.wrongPass, missingAs: .infinity),
      production: limits(production, alpha: input.wrongPass, missingAs: 0), margin: share)
    let seen = quantileRatioGate(
      candidate: limits(candidate, alpha: input.wrongFail, missingAs: nil),
      production: limits(production, alpha: input.wrongFail, missingAs: nil), margin: share)
    if passing.verdict == .pass { return (passing, .pass) }
    return seen.verdict == .fail ? (seen, .fail) : (passing, .inconclusive)
  }
}

extension LatencySample {
  var missing: Int { missingFirst + missingFurther }

  /// Calls strictly over a limit in microseconds; endless ones are over every limit.
  fileprivate func over(_ micro: Int) -> (first: Int, further: Int) {
    func count(_ sorted: [UInt32]) -> Int {
      sorted.count
        - firstCount(in: 0...sorted.count) { $0 == sorted.count || sorted[$0] == endless || Int(sorted[$0]) > micro }
    }
    return (count(first), count(further))
  }

  /// In ascending order; endless calls are infinite.
  fileprivate func seconds(further withFurther: Bool) -> [Double] {
    let values = withFurther && !further.isEmpty ? (first + further).sorted() : first
    return values.map { $0 == endless ? .infinity : Double($0) / 1_000_000 }
  }
}
