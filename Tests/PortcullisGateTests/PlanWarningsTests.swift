import PortcullisCore
import PortcullisGate
import Testing

private func warnings(
  _ rule: Rule, _ samples: [Sample], arms: [Arm] = bothArms, currency: String? = "USD", isJudged: Bool = false
) -> [Diagnostic] {
  let policy = Policy(offline: [PolicyRule(rule)])
  var sizes = PlanSizes(policy, arms: arms, currency: currency)
  for sample in samples {
    // Every case carries the metric that some rules look at.
    sizes.add(
      CaseFacts(
        id: sample.facts.id, evalset: sample.facts.evalset, severity: sample.facts.severity, behaviour: sample.facts.behaviour,
        tags: sample.facts.tags, metrics: [CaseMetric("tone")], plannedTrials: sample.facts.plannedTrials), isJudged: isJudged)
  }
  // Not the one about a policy that weighs no score, which is not about size.
  return planWarnings(policy, sizes).filter { !$0.message.hasPrefix("this plan") }
}

// formats.md §6: 52 clean cases for a margin of 5 points, 133 for 2; 59 calls for a P95, 299 for a P99. Grades: the augmented t of equal scores
// is −0.0505 for 52 cases and −0.0495 for 53 (scipy). Tail: ln 0.05 / ln 0.98 = 148.3.
@Test(arguments: [
  (rule: Rule.noRegression(NoRegressionRule(margin: 0.05)), least: 52, word: "52 cases"),
  (rule: .noRegression(NoRegressionRule(margin: 0.02)), least: 133, word: "133 cases"),
  (rule: .latency(LatencyRule(limit: .absolute(.seconds(2)))), least: 59, word: "59 cases"),
  (rule: .latency(LatencyRule(quantile: 0.99, limit: .absolute(.seconds(2)))), least: 299, word: "299 cases"),
  (rule: .passRate(PassRateRule(limit: .min(0.95))), least: 59, word: "59 cases"),
  (rule: .errorRate(ErrorRateRule()), least: 59, word: "59 calls"), (rule: .costPerRequest(CostRule()), least: 100, word: "100 requests"),
  (rule: .ttft(LatencyRule(limit: .absolute(.seconds(1)))), least: 59, word: "59 cases"),
  (rule: .tpot(LatencyRule(quantile: 0.99, limit: .absolute(.seconds(1)))), least: 299, word: "299 cases"),
  (rule: .latency(LatencyRule(limit: .increase(0.2))), least: 59, word: "59 cases"),
  (rule: .costPerSuccess(CostRule()), least: 100, word: "100 requests"),
  (rule: .tokensPerRequest(TokensRule()), least: 100, word: "100 requests"),
  (rule: .score(ScoreRule(metric: "tone", limit: .min(0.95))), least: 53, word: "53 independent cases"),
  (rule: .score(ScoreRule(metric: "tone", limit: .margin(0.05))), least: 53, word: "53 independent cases"),
  (rule: .noRegression(NoRegressionRule(margin: 0.05, metric: "tone")), least: 53, word: "53 independent cases"),
  (rule: .tail(TailRule(metric: "tone")), least: 149, word: "149 cases"),
])
func aRuleThatTheSuiteIsTooSmallForIsNamedWithTheSizeItNeeds(_ row: (rule: Rule, least: Int, word: String)) {
  #expect(warnings(row.rule, cases(row.least, "a", candidate: "P")).isEmpty)
  let short = warnings(row.rule, cases(row.least - 1, "a", candidate: "P"))
  #expect(short.count == 1)
  #expect(short.first?.severity == .warning)
  #expect(short.first?.message.contains("'\(row.rule.name)") == true)
  #expect(short.first?.message.contains("cannot pass even if nothing is wrong") == true)
  #expect(short.first?.help?.contains(row.word) == true)
}

@Test func aSliceThatIsTooSmallIsNamed() {
  let rule = Rule.noRegression(NoRegressionRule(margin: 0.05, slices: ["behaviour"], sliceMargin: 0.30))
  let samples = pairs(both: 60, behaviour: "a") + pairs(both: 6, behaviour: "b")
  let found = warnings(rule, samples)
  // z²(1 − δ)/δ = 6.3: seven cases for a margin of 30 points.
  #expect(found.map(\.help) == ["at least 7 cases, or a wider margin"])
  #expect(found[0].message.hasPrefix("'no-regression behaviour=b'"))
}

@Test func aSliceThatNoCaseHasIsToldTheNearestTag() {
  let samples = (0..<60).map { Sample("c\($0)", candidate: "P", production: "P", tags: [Case.Tag(name: "language", value: "de")]) }
  for rule in [
    Rule.noRegression(NoRegressionRule(margin: 0.30, slices: ["langage"])), .passRate(PassRateRule(limit: .min(0.5), slices: ["langage"])),
  ] {
    #expect(
      warnings(rule, samples).map(\.help) == ["did you mean 'language'? Else tag the cases with 'langage', or take it out of the rule"])
  }
  let rule = Rule.noRegression(NoRegressionRule(margin: 0.30, slices: ["region"]))
  #expect(warnings(rule, samples).map(\.help) == ["tag the cases with 'region', or take it out of the rule"])
}

@Test func casesWithRepeatsNeedTheirOwnSize() {
  let rule = Rule.noRegression(NoRegressionRule(margin: 0.05))
  // The augmented t of equal scores: L = −0.0505 for 52 cases and −0.0495 for 53 (scipy).
  #expect(warnings(rule, cases(52, "a", candidate: "PPP")).map(\.help) == ["at least 53 independent cases, or a wider margin"])
  #expect(warnings(rule, cases(53, "a", candidate: "PPP")).isEmpty)
}

@Test func whatCannotPassForAnotherReasonIsNamedToo() {
  let compare = Rule.noRegression(NoRegressionRule(margin: 0.05))
  #expect(warnings(compare, cases(100, "a", candidate: "P"), arms: [.candidate])[0].help?.hasPrefix("name --production") == true)
  #expect(warnings(compare, cases(100, "a", candidate: "P"), isJudged: true)[0].message.contains("a judge gave"))
  #expect(warnings(.costPerRequest(CostRule()), cases(100, "a", candidate: "P"), currency: nil)[0].help == "give both targets a 'price'")
  let short = Sample("a", candidate: "PPP", severity: .critical)
  #expect(warnings(.criticalCases(HardGate(demand: .never)), [short])[0].help?.contains("plan 29 trials") == true)
}

@Test func aPolicyThatWeighsNothingIsNamed() {
  let policy = Policy(offline: [PolicyRule(.complete(CompleteRule()))])
  var sizes = PlanSizes(policy, arms: bothArms, currency: nil)
  sizes.add(Sample("a", candidate: "P").facts)
  #expect(
    planWarnings(policy, sizes).map(\.message) == [
      "this plan cannot pass even if nothing is wrong: no deciding rule weighed a score, so nothing was shown"
    ])
}

// Neither claims anything beyond the suite, so that no suite is too small for them.
@Test func rulesAboutThisSuiteAlonePassAtAnySize() {
  for rule in [
    Rule.noBrokenCases(NoBrokenCasesRule()), .passRate(PassRateRule(limit: .observedMin(0.9))), .coverage, .criticalCases(HardGate()),
  ] {
    #expect(warnings(rule, cases(1, "a", candidate: "P")).isEmpty, "\(rule)")
  }
}

@Test func aBehaviourWithTooFewCasesIsNamed() {
  let policy = Policy(offline: [PolicyRule(.coverage)])
  func found(_ minCases: Int) -> [Diagnostic] {
    let demand = BehaviourDemand(evalset: "suite", behaviour: "refusal", minCases: minCases)
    var sizes = PlanSizes(policy, arms: bothArms, currency: nil, behaviours: [demand])
    for sample in cases(7, "a", candidate: "P", behaviour: "refusal") { sizes.add(sample.facts) }
    return planWarnings(policy, sizes).filter { !$0.message.hasPrefix("this plan") }
  }
  #expect(found(7).isEmpty)
  #expect(found(8).map(\.message) == ["'coverage' cannot pass even if nothing is wrong at this size"])
}
