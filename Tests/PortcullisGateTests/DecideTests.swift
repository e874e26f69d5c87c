import PortcullisCore
import PortcullisGate
import Testing

private let passRate = PolicyRule(.passRate(PassRateRule(limit: .min(0.5))))
private let compare = PolicyRule(.noRegression(NoRegressionRule(margin: 0.10)))
private let complete = PolicyRule(.complete(CompleteRule()))
private let good = pairs(both: 60)
private let bad = pairs(both: 30, lost: 30)

@Test func theVerdictIsTheWorstDecidingRuling() {
  #expect(decision(good, Policy(offline: [complete, compare, passRate])).verdict == .pass)
  let short = PolicyRule(.passRate(PassRateRule(limit: .min(0.99))))
  #expect(decision(good, Policy(offline: [compare, short])).verdict == .inconclusive)
  #expect(decision(bad, Policy(offline: [short, compare])).verdict == .fail)
}

@Test func anAdvisoryRuleIsReportedAndNeverDecides() {
  var advisory = compare
  advisory.advisory = true
  let decision = decision(bad, Policy(offline: [passRate, advisory]))
  #expect(decision.rulings[1].verdict == .fail)
  #expect(decision.rulings[1].advisory)
  #expect(decision.verdict == .inconclusive)
  // Half of the cases passed: the rate is undecided, and it alone decides.
  #expect(decision.sentence.contains("pass-rate"))
}

@Test(arguments: [
  (stop: RunFacts.Stop.finished, exit: ExitCode.pass), (stop: .budget, exit: .budgetSpent), (stop: .deadline, exit: .budgetSpent),
  (stop: .unreachable, exit: .unreachable),
])
func evidenceOfFailureWinsOverWhatCutTheRun(_ row: (stop: RunFacts.Stop, exit: ExitCode)) {
  let policy = Policy(offline: [compare])
  let good = decision(good, policy, stop: row.stop)
  #expect(good.exitCode == row.exit)
  #expect(good.verdict == (row.stop == .finished ? .pass : .inconclusive))
  let bad = decision(bad, policy, stop: row.stop)
  #expect(bad.exitCode == .fail)
  #expect(bad.verdict == .fail)
}

@Test func aFilteredRunIsAtBestInconclusive() {
  let policy = Policy(offline: [compare])
  let filtered = decision(good, policy, isFiltered: true)
  #expect(filtered.verdict == .inconclusive)
  #expect(filtered.exitCode == .inconclusive)
  #expect(filtered.rulings.last?.reason == .filtered)
  #expect(decision(bad, policy, isFiltered: true).exitCode == .fail)
}

@Test func anotherModelsAnswerIsNeverEnough() {
  let policy = Policy(offline: [compare])
  // One of a hundred pairs is lost to another model, and the margin would survive it.
  let decision = decision(pairs(both: 99) + [Sample("w", candidate: "W", production: "P")], policy)
  #expect(decision.rulings[0].verdict == .pass)
  #expect(decision.verdict == .inconclusive)
  #expect(decision.rulings.last?.reason == .wrongModel)
  #expect(decision.sentence == "Undecided: 1 trial was answered by another model than was asked.")
}

@Test func moreThanOneCaseInTwentyInQuarantineIsTooMany() {
  func quarantined(_ out: Int, of count: Int, evalset: String = "suite") -> [Sample] {
    (0..<count).map { Sample(numbered(evalset, $0), candidate: "P", production: "P", evalset: evalset, isQuarantined: $0 < out) }
  }
  let policy = Policy(offline: [compare])
  #expect(decision(quarantined(5, of: 100), policy).verdict == .pass)
  let many = decision(quarantined(6, of: 100), policy)
  #expect(many.verdict == .inconclusive)
  #expect(many.rulings.last?.reason == .quarantined)
  // A large suite does not hide a small one.
  #expect(decision(quarantined(0, of: 1000) + quarantined(1, of: 10, evalset: "small"), policy).verdict == .inconclusive)
}

@Test func aPolicyWithoutADecidingRuleThatWeighedAScoreIsInconclusive() {
  for policy in [
    Policy(offline: []), Policy(offline: [complete]), Policy(offline: [PolicyRule(.criticalCases(HardGate()))]),
    Policy(offline: [PolicyRule(.errorRate(ErrorRateRule()))]), Policy(offline: [complete, PolicyRule(compare.rule, advisory: true)]),
  ] {
    let decision = decision(good, policy)
    #expect(decision.verdict == .inconclusive)
    #expect(decision.rulings.last?.reason == .nothingWeighed)
    #expect(decision.exitCode == .inconclusive)
  }
}

@Test func theStandardPolicyComparesAndHoldsTheHardCases() {
  #expect(decision(pairs(both: 52), .standard).verdict == .pass)
  // A case that only the candidate failed is not passed over: it must be asked again first.
  let open = decision(pairs(both: 51, lost: 1), .standard)
  #expect(open.verdict == .inconclusive)
  #expect(open.rulings.first { $0.rule == "no-broken-cases" }?.reason == .missingEvidence)
  #expect(decision(pairs(both: 52), .standard, arms: [.candidate]).verdict == .inconclusive)
}

@Test func theSentenceNamesWhatDecidedAndHowManyAgree() {
  let sliced = PolicyRule(.noRegression(NoRegressionRule(margin: 0.10, slices: ["behaviour"])))
  let failed = decision(pairs(both: 30, lost: 30, behaviour: "refusal"), Policy(offline: [sliced]))
  #expect(failed.sentence.hasPrefix("The candidate fails: no-regression: the candidate is worse: it passed 30 of 60 independent cases"))
  #expect(failed.sentence.hasSuffix("; 1 more ruling fails."))
  let passed = decision(good, Policy(offline: [complete, compare]))
  #expect(passed.sentence.hasPrefix("The candidate passes: all 2 rulings hold; no-regression: a loss of 10 points is excluded"))
}

@Test func rulesThatCannotBeAskedAreUndecidedNotSkippedAndNothingTraps() {
  let impossible: [Rule] = [
    .noRegression(NoRegressionRule(margin: 0)), .noRegression(NoRegressionRule(margin: .nan)), .noRegression(NoRegressionRule(margin: 1)),
    .noRegression(NoRegressionRule(margin: 0.1, slices: ["behaviour"], sliceMargin: -1)), .passRate(PassRateRule(limit: .min(.nan))),
    .passRate(PassRateRule(limit: .observedMin(2))), .complete(CompleteRule(maxMissing: .infinity)), .criticalCases(HardGate(trials: 0)),
    .errorRate(ErrorRateRule(max: -0.1)), .latency(LatencyRule(quantile: 1, limit: .absolute(.seconds(1)))),
    .latency(LatencyRule(limit: .increase(0))), .costPerRequest(CostRule(limit: .increase(.nan))),
  ]
  for rule in impossible {
    let ruling = ruling(rule, good)
    #expect(ruling.verdict == .inconclusive, "\(rule)")
    #expect(ruling.reason == .nothingWeighed)
  }
  for (wrongPass, wrongFail) in [(0.0, 0.05), (0.05, 0.6), (.nan, 0.05)] {
    #expect(decision(good, Policy(wrongPass: wrongPass, wrongFail: wrongFail, offline: [compare])).verdict == .inconclusive)
  }
}

@Test func evidenceCountedForAnotherPolicyDecidesNothing() {
  let other = Policy(offline: [
    PolicyRule(.criticalCases(HardGate())), PolicyRule(.passRate(PassRateRule(limit: .min(0.1), slices: ["tier"]))),
  ])
  let counted = evidence(good, Policy(offline: [passRate]))
  let decided = decide(counted, policy: other, context: someContext)
  #expect(decided.verdict == .inconclusive)
  #expect(decided.rulings[0].verdict == .inconclusive)
}

@Test func theGuaranteesSayBothErrorRatesAndTheChanceOfEqualModels() {
  let guarantees = decision(pairs(both: 90, lost: 5, gained: 5), Policy(wrongPass: 0.025, wrongFail: 0.05, offline: [compare])).guarantees
  #expect(guarantees[0].contains("probability about 2.5 %"))
  #expect(guarantees[1].contains("probability about 5 %"))
  #expect(guarantees[2].hasPrefix("equal models that differ on 10 % of 100 cases, as these do, pass no-regression with probability"))
  #expect(guarantees.count == 3)
}

@Test func aPlannedCaseThatNobodySawIsNeverEnough() {
  let policy = Policy(offline: [compare])
  let open = decision(pairs(both: 100), policy, plannedCases: 101)
  // The margin would survive one lost case; the plan does not.
  #expect(open.rulings[0].verdict == .pass)
  #expect(open.verdict == .inconclusive)
  #expect(open.rulings.last?.reason == .missingEvidence)
}
