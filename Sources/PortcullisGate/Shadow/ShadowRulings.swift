import PortcullisCore
import PortcullisStatistics

/// What one rule of a shadow policy is decided on.
struct ShadowInput {
  let evidence: ShadowEvidence
  let wrongPass: Double
  let wrongFail: Double
  let calls: Policy

  var lost: Int { evidence.lost }

  /// `4,940 pairs`, with how many independent groups they make where that is fewer.
  func population(_ count: Int, _ sums: ShadowSums) -> String {
    counted(count, "pair") + (sums.units < sums.pairs - lost ? " in \(counted(sums.units, "independent group"))" : "")
  }
}

extension ShadowPolicyRule {
  /// One ruling or more: slices and fields follow the rule's own. Never empty.
  func rulings(_ input: ShadowInput) -> [Ruling] {
    var rulings = rule.problem.map { [unusable($0)] } ?? asked(input)
    for place in rulings.indices {
      if advisory { rulings[place].advisory = true }
      rulings[place].sentence = sentenceOf(rulings[place].sentence)
    }
    return rulings
  }

  private func asked(_ input: ShadowInput) -> [Ruling] {
    switch rule {
    case .complete(let rule): return [rule.ruling(input)]
    case .rigSteady(let rule): return [rule.ruling(input)]
    case .noRegression(let rule): return rule.rulings(input)
    case .noChange(let rule):
      return rule == input.evidence.needs.change ? rule.rulings(input) : [unusable("only one comparison is counted")]
    case .errorRate, .latency, .ttft, .costPerRequest:
      guard let shared = rule.shared else { return [unusable("the rule could not be asked")] }
      return PolicyRule(shared).rulings(input.evidence.calls, input.calls).map { ruling in
        var told = ruling
        told.sentence = wordsOf(ruling.sentence)
        return told
      }
    }
  }

  /// Fail closed: a rule that cannot be asked decides nothing, and says why.
  private func unusable(_ why: String) -> Ruling {
    Ruling(rule: rule.name, verdict: .inconclusive, reason: .nothingWeighed, sentence: why, method: "none: the rule could not be asked")
  }
}

extension ShadowRule {
  /// Why the rule's numbers cannot be asked of any evidence; files are checked where they are read, values here.
  fileprivate var problem: String? {
    switch self {
    case .rigSteady(let rule): inside(rule.delta, "delta")
    case .noChange(let rule): inside(rule.epsilon, "epsilon")
    case .complete(let rule): rule.maxMissing >= 0 && rule.maxMissing < 1 ? nil : "'max_missing' must lie between 0 and 1"
    case .noRegression(let rule): inside(rule.margin, "margin") ?? (rule.slices.isEmpty ? nil : inside(rule.sliceMargin, "slice_margin"))
    case .errorRate, .latency, .ttft, .costPerRequest: nil  // asked by the offline stage, which checks them
    }
  }

  private func inside(_ value: Double, _ word: String) -> String? {
    value > 0 && value < 1 ? nil : "'\(word)' is \(canonicalNumber(value)); it must lie above 0 and below 1"
  }
}

extension CompleteRule {
  /// Every line is a pair with all its answers (and scores, where any is scored): pass or inconclusive.
  fileprivate func ruling(_ input: ShadowInput) -> Ruling {
    let evidence = input.evidence, sums = evidence.whole
    let missing = max(sums.unanswered, evidence.hasScores ? sums.unscored : 0)
    let share = evidence.planned > 0 ? Double(missing) / Double(evidence.planned) : 1
    let holds = evidence.planned > 0 && share <= maxMissing + 1e-12
    return Ruling(
      rule: "complete", verdict: holds ? .pass : .inconclusive, reason: holds ? .holds : .missingEvidence,
      sentence: sentence(evidence, missing: missing, holds: holds), estimate: evidence.planned > 0 ? share : nil, count: evidence.planned,
      missing: missing, limit: maxMissing, method: "count of pairs, statistics §1.4", witnesses: evidence.incomplete.ids,
      next: holds ? nil : "repair the recording, or record these requests again; 'max_missing' tolerates a share of them")
  }

  private func sentence(_ evidence: ShadowEvidence, missing: Int, holds: Bool) -> String {
    let arms = evidence.asksNoise ? "all three answers" : "both answers"
    let what = arms + (evidence.hasScores ? " and their scores" : "")
    if evidence.planned == 0 { return "there is no pair" }
    if missing == 0 { return "\(counted(evidence.planned, "pair")) \(evidence.planned == 1 ? "has" : "have") \(what)" }
    let sums = evidence.whole
    var causes: [String] = []
    if evidence.lost > 0 { causes.append("\(counted(evidence.lost, "line")) damaged or given twice") }
    if sums.unanswered > evidence.lost { causes.append("\(sums.unanswered - evidence.lost) without an answer of every arm") }
    if evidence.hasScores, sums.unscored > sums.unanswered { causes.append("\(sums.unscored - sums.unanswered) without every score") }
    let limit = holds ? "within the tolerated \(percent(maxMissing))" : "and at most \(percent(maxMissing)) may be missing"
    return "\(missing) of \(counted(evidence.planned, "pair")) \(areOrIs(missing)) missing (\(causes.joined(separator: ", "))), \(limit)"
  }
}

extension RigSteadyRule {
  /// Pass or inconclusive: an unsteady rig says nothing of the candidate, and a steady one neither, so it weighs no score of it.
  fileprivate func ruling(_ input: ShadowInput) -> Ruling {
    let evidence = input.evidence, sums = evidence.whole
    let half = delta / 2
    func ruling(
      _ verdict: Verdict, _ reason: Reason, _ sentence: String, next: String?, _ check: ShadowCheck? = nil
    ) -> Ruling {
      Ruling(
        rule: "rig-steady", verdict: verdict, reason: reason, sentence: sentence, estimate: check?.estimate,
        interval: check?.limits.map { Ruling.Bounds(lower: $0.lower as Double?, upper: $0.upper as Double?) }, count: sums.scored,
        missing: sums.unscored, limit: -half, unit: .difference, method: "A/A check, statistics §10", next: next)
    }
    guard evidence.asksNoise else {
      return ruling(
        .inconclusive, .armsNotComparable, "production was asked only once, so nobody knows whether it agrees with itself",
        next: "record production's answer a second time as 'noise'")
    }
    guard sums.scored > 0 else {
      return ruling(.inconclusive, .missingEvidence, "no pair has the scores of all three answers", next: nextForScores)
    }
    let check = aaCheck(sums.steady, margin: half, alpha: input.wrongPass)
    if let broken = sums.brokenRig {
      return ruling(.inconclusive, .rigUnsteady, broken, next: "look at the answers: a working production scores well somewhere", check)
    }
    let seen = "production, asked again, scores \(comparedPoints(check.estimate ?? 0)) over \(input.population(sums.scored, sums))"
    let limit = "a difference of \(points(half))"
    // A pass must survive the missing scores, whichever way they lie.
    let low = augmentedBounds(sums.steadyLow, alpha: input.wrongPass), high = augmentedBounds(sums.steadyHigh, alpha: input.wrongPass)
    if check.verdict == .pass, let low, let high, low.limits.lower > -half, high.limits.upper < half {
      return ruling(.pass, .holds, "\(seen): \(limit) either way is excluded", next: nil, check)
    }
    if check.verdict == .fail {
      return ruling(
        .inconclusive, .rigUnsteady, "\(seen): production does not agree with itself, so the rig differs, not the candidate",
        next: "find what differs between production's two answers: cache, time of day, state, parameters", check)
    }
    if check.verdict == .pass {
      return ruling(
        .inconclusive, .missingEvidence,
        "\(seen), but \(counted(sums.unscored, "pair")) without a score \(sums.unscored == 1 ? "stands" : "stand") in the way: \(limit) "
          + "cannot be excluded whatever they were", next: "repair the recording: every pair needs the scores of all three answers", check)
    }
    let least = leastUnitsToPass(margin: half, alpha: input.wrongPass)
    let isShort = sums.units < least
    return ruling(
      .inconclusive, isShort ? .tooFewCases : .cannotExcludeMargin, "\(seen), and \(limit) cannot be excluded",
      next: isShort ? "at least \(counted(least, "independent pair")), or a wider 'delta'" : more(sums, half: half, check, input), check)
  }

  private func more(_ sums: ShadowSums, half: Double, _ check: ShadowCheck, _ input: ShadowInput) -> String {
    let room = half - abs(check.estimate ?? 0)
    guard room > 1e-9, let error = sums.steady.standardError else {
      return "no number of pairs will settle it while production differs from itself by \(points(half)) or more"
    }
    let needed = casesNeededGraded(variance: error * error * Double(sums.steady.pairs), margin: min(room, 1), alpha: input.wrongPass)
    return needed.map { "about \(max($0, sums.scored + 1)) pairs like these would settle it, or a wider 'delta'" } ?? "more pairs"
  }
}

/// How a recording comes by scores.
let nextForScores =
  "give each answer a 'score' from 0 to 1, or name checks in the config (shadow: {checks: […]}), which then score every answer"

extension ShadowSums {
  /// Why these scores look like a broken rig rather than like models; nil where they do not.
  var brokenRig: String? {
    guard scored > 0 else { return nil }
    if productionTwice == 0 { return "every score of production is 0, so the rig or the checks are broken, and nothing can be compared" }
    if case .one(let score) = spread, score != 1_000_000_000 {
      return "every score of every arm is the same number, \(fixed(Double(score) / 1e9, 2)), so the rig or the checks are broken"
    }
    return nil
  }
}
