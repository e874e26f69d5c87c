import PortcullisCore
import PortcullisStatistics

/// What one rule is decided on.
struct RuleInput {
  var scope: ScopeEvidence
  let run: RunFacts
  let hasProduction: Bool
  /// Cases of which nothing is known, not even their slice: each stands against every pass.
  let unaccounted: Int
  let wrongPass: Double
  let wrongFail: Double
  /// As the policy writes them; the two above are this look's part of them.
  let declaredWrongPass: Double
  let declaredWrongFail: Double
  /// The share of planned trials that `complete` tolerates as missing; 0 without such a rule.
  let maxMissing: Double
  /// Metrics that some case carries, for what to suggest.
  let metricNames: [String]

  /// `Where language=de: `, or nothing.
  var whereClause: String { scope.needs.filter.isEmpty ? "" : "where \(described(scope.needs.filter)), " }

  /// What to do about a slicing dimension that no case has a value for.
  func nextWithoutSlices(_ name: String) -> String {
    let meant = nearestWord(to: name, among: run.tagNames + ["behaviour", "severity", "evalset"])
    return (meant.map { "did you mean '\($0)'? Else " } ?? "") + "tag the cases with '\(name)', or take it out of the rule"
  }

  /// What to do about pairs that lack a score.
  var nextForMissing: String {
    run.planSource.isElsewhere
      ? "give every planned case a score in both files" : "see with 'export trials' why they are missing, then run again"
  }

  /// Where nobody but the user knows how many cases there should be.
  var whoSaysHowMany: String {
    run.planSource == .vouched ? "; that these are all the planned cases is the user's word (--cases all)" : ""
  }

  /// Whether the filter named something that no case carries.
  var isEmptyFilter: Bool { !scope.needs.filter.isEmpty && scope.whole.cases == 0 && scope.candidateCalls.planned == 0 }
}

extension PolicyRule {
  /// One ruling, and one for each slice. Never empty.
  func rulings(_ evidence: Evidence, _ policy: Policy) -> [Ruling] {
    var rulings = rule.problem.map { [unusable($0)] } ?? evaluated(evidence, policy)
    for place in rulings.indices {
      rulings[place].advisory = advisory
      rulings[place].sentence = sentenceOf(rulings[place].sentence)
      if rulings[place].slice == nil, self.where.count == 1 { rulings[place].slice = self.where.first }
    }
    return rulings
  }

  private func evaluated(_ evidence: Evidence, _ policy: Policy) -> [Ruling] {
    guard policy.hasSoundErrorRates else { return [unusable("the policy's error rates do not lie above 0 and at most at 0.5")] }
    guard let scope = evidence.scope(self.where) else { return [unusable("the evidence was counted for another policy")] }
    let rates = policy.rates(atLook: evidence.run.look)
    let input = RuleInput(
      scope: scope, run: evidence.run, hasProduction: evidence.hasProduction, unaccounted: evidence.unaccounted,
      wrongPass: rates.pass, wrongFail: rates.fail, declaredWrongPass: policy.wrongPass,
      declaredWrongFail: policy.wrongFail, maxMissing: policy.maxMissing, metricNames: evidence.metricNames)
    if input.isEmptyFilter { return [unusable("no case carries \(described(self.where))")] }
    let rulings = asked(input)
    guard rule.weighsIndependentCases else { return rulings }
    let grouped = evidence.needs.clusters.suspects.indices.map { place in
      var other = input
      other.scope = scope.read(as: place)
      return (suspect: evidence.needs.clusters.suspects[place], rulings: asked(other))
    }
    return grouped.isEmpty ? rulings : decidedBothWays(rulings, grouped)
  }

  private func asked(_ input: RuleInput) -> [Ruling] {
    switch rule {
    case .complete(let rule): return [rule.ruling(input)]
    case .noRegression(let rule): return rule.rulings(input)
    case .passRate(let rule): return rule.rulings(input)
    case .criticalCases(let gate): return [gate.ruling(input, .critical)]
    case .incidentsStayFixed(let gate): return [gate.ruling(input, .guarded)]
    case .errorRate(let rule): return [rule.ruling(input)]
    case .latency(let rule): return [rule.ruling(.latency, input)]
    case .ttft(let rule): return [rule.ruling(.ttft, input)]
    case .tpot(let rule): return [rule.ruling(.tpot, input)]
    case .costPerRequest(let rule): return [rule.ruling(.cost, input)]
    case .costPerSuccess(let rule): return [rule.ruling(.costPerSuccess, input)]
    case .tokensPerRequest(let rule): return [rule.ruling(input)]
    case .score(let rule): return rule.rulings(input)
    case .tail(let rule): return [rule.ruling(input)]
    case .coverage: return [input.coverage()]
    case .noBrokenCases(let rule): return [rule.ruling(input)]
    }
  }

  /// Fail closed: a rule that cannot be asked decides nothing, and says why.
  private func unusable(_ why: String) -> Ruling {
    Ruling(rule: rule.name, verdict: .inconclusive, reason: .nothingWeighed, sentence: why, method: "none: the rule could not be asked")
  }
}

extension Policy {
  /// The least tolerance of the deciding `complete` rules over the whole suite; none is no tolerance.
  fileprivate var maxMissing: Double {
    let tolerances = offline.filter { !$0.advisory && $0.where.isEmpty }.compactMap { rule in
      if case .complete(let complete) = rule.rule { return complete.maxMissing }
      return nil
    }
    return tolerances.min() ?? 0
  }
}

extension Rule {
  /// Why the rule's numbers cannot be asked of any evidence; files are checked where they are read, values here.
  fileprivate var problem: String? {
    switch self {
    case .complete(let rule): share(rule.maxMissing, "max_missing")
    case .noRegression(let rule): inside(rule.margin, "margin") ?? (rule.slices.isEmpty ? nil : inside(rule.sliceMargin, "slice_margin"))
    case .passRate(let rule):
      switch rule.limit {
      case .min(let limit): share(limit, "min")
      case .observedMin(let limit): share(limit, "observed_min")
      }
    case .criticalCases(let gate), .incidentsStayFixed(let gate):
      gate.trials > 0 ? nil : "'trials' is \(gate.trials); it must be at least 1"
    case .errorRate(let rule): share(rule.max, "max")
    case .noBrokenCases(let rule):
      (1...100).contains(rule.confirm) ? nil : "'confirm' is \(rule.confirm); it must lie between 1 and 100"
    case .score(let rule):
      switch rule.limit {
      case .min(let limit): share(limit, "min")
      case .margin(let limit): inside(limit, "margin")
      }
    case .tail(let rule): inside(rule.floor, "floor") ?? inside(rule.maxShare, "max_share")
    case .coverage: nil
    case .latency(let rule), .ttft(let rule), .tpot(let rule):
      inside(rule.quantile, "quantile") ?? rule.limit.share.flatMap { increase($0) }
    case .costPerRequest(let rule), .costPerSuccess(let rule):
      switch rule.limit {
      case .increase(let limit): increase(limit)
      case .absolute: nil
      }
    case .tokensPerRequest(let rule):
      switch rule.limit {
      case .increase(let limit): increase(limit)
      case .absolute(let limit): limit > 0 ? nil : "'limit' is \(limit); it must be at least 1"
      }
    }
  }

  private func share(_ value: Double, _ word: String) -> String? {
    value >= 0 && value <= 1 ? nil : "'\(word)' is \(canonicalNumber(value)); it must lie between 0 and 1"
  }

  private func inside(_ value: Double, _ word: String) -> String? {
    value > 0 && value < 1 ? nil : "'\(word)' is \(canonicalNumber(value)); it must lie above 0 and below 1"
  }

  private func increase(_ value: Double) -> String? {
    value > 0 && value.isFinite ? nil : "'increase' is \(canonicalNumber(value)); it must be above 0"
  }
}

extension LatencyRule.Limit {
  fileprivate var share: Double? {
    if case .increase(let share) = self { return share }
    return nil
  }
}

extension Verdict {
  init(_ statistic: ThreeWay) {
    switch statistic {
    case .pass: self = .pass
    case .inconclusive: self = .inconclusive
    case .fail: self = .fail
    }
  }
}

extension Ruling.Bounds {
  /// Infinite ends are no bounds.
  init(lower: Double, upper: Double) {
    self.init(lower: lower.isFinite ? lower : nil as Double?, upper: upper.isFinite ? upper : nil as Double?)
  }
}

extension Ruling {
  /// A ruling that rests on a judge decides nothing, either way, until judges can be calibrated.
  func heldBack(onJudge isJudged: Bool) -> Ruling {
    guard isJudged, verdict != .inconclusive else { return self }
    var held = self
    held.verdict = .inconclusive
    held.reason = .judgeUnfit
    held.sentence = "a judge gave some of these scores, and it is not calibrated, so nothing is decided: " + sentence
    held.next = "checks without a judge, or a calibrated judge, would settle it"
    return held
  }
}
