import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

private let plainPolicy = Policy(offline: [PolicyRule(.noRegression(NoRegressionRule(margin: 0.05, slices: ["behaviour"])))])

@Test func anArmIsCountedTrialByTrial() {
  let samples = [
    Sample("a", candidate: "PFU", production: "PPP"), Sample("b", candidate: "XTL", production: "PP."),
    Sample("c", candidate: "B.W", production: "FFF"),
  ]
  let arm = evidence(samples, plainPolicy).arms[0]
  #expect(arm.planned == 9)
  // P, F and U of the first; the answer too large to read of the second.
  #expect(arm.answered == 4)
  #expect(arm.scored == 3)
  #expect(arm.passed == 1)
  #expect(arm.failures.map(\.kind) == [.budget, .server, .timeout, .wrongModel])
  #expect(arm.failures.allSatisfy { $0.count == 1 })
  #expect(evidence(samples, plainPolicy).arms[1].scored == 8)
}

@Test func anUnknownPriceMakesTheCostOfAnArmUnknown() {
  let priced = (0..<3).map { Sample(numbered("a", $0), candidate: "P", production: "P", cost: 40, productionCost: 50) }
  #expect(evidence(priced, plainPolicy).arms.map(\.costMicro) == [120, 150])
  #expect(evidence(priced + [Sample("b", candidate: "P", production: "X")], plainPolicy).arms.map(\.costMicro) == [nil, 150])
}

@Test func tokensOfAnswersAddUpAndAnUnknownCountIsNotZero() {
  func trial(_ index: Int, _ tokens: TokenUsage) -> TrialFacts {
    TrialFacts(arm: .candidate, repeatIndex: index, state: .passed, tokens: tokens)
  }
  var sample = Sample("a", candidate: "PP")
  sample.trials = [trial(0, TokenUsage(input: 10, output: 3, cachedInput: 4)), trial(1, TokenUsage(input: 7, output: nil))]
  let tokens = evidence([sample], plainPolicy).arms[0].tokens
  #expect(tokens == TokenUsage(input: 17, output: nil, cachedInput: 4, reasoning: nil))
}

@Test func theMedianAndTheP95AreValuesThatWereSeen() {
  let samples = (1...20).map { Sample(numbered("a", $0), candidate: "P", production: "P", latency: $0 * 10) }
  let arm = evidence(samples, plainPolicy).arms[0]
  #expect(arm.latencyP50 == .milliseconds(100))
  #expect(arm.latencyP95 == .milliseconds(190))
}

@Test func aTrialGivenTwiceOrBeyondThePlanMakesTheCaseUnscored() {
  var twice = Sample("a", candidate: "P", production: "P")
  twice.trials.append(TrialFacts(arm: .candidate, state: .passed))
  var beyond = Sample("b", candidate: "P", production: "P")
  beyond.trials.append(TrialFacts(arm: .candidate, repeatIndex: 1, state: .passed))
  var longTwice = Sample("c", candidate: String(repeating: "P", count: 70), production: String(repeating: "P", count: 70))
  longTwice.trials.append(TrialFacts(arm: .candidate, repeatIndex: 69, state: .passed))
  for sample in [twice, beyond, longTwice] {
    let evidence = evidence([sample], plainPolicy)
    #expect(evidence.arms[0].scored == 0)
    #expect(evidence.arms[1].scored == sample.facts.plannedTrials)
    #expect(evidence.scopes[0].whole.missing == 1)
  }
}

@Test func theNoiseArmIsNotCounted() {
  var sample = Sample("a", candidate: "P", production: "P")
  sample.trials.append(TrialFacts(arm: .noise, state: .failed))
  #expect(evidence([sample], plainPolicy) == evidence([Sample("a", candidate: "P", production: "P")], plainPolicy))
}

@Test func churnIsByCaseAndACasePassesWhenAllItsTrialsDo() {
  let samples = [
    Sample("a", candidate: "PPP", production: "PPF"), Sample("b", candidate: "PFP", production: "PPP"),
    Sample("c", candidate: "PPP", production: "PPP"), Sample("d", candidate: "PP.", production: "PPP"),
  ]
  #expect(evidence(samples, plainPolicy).churn == Churn(fixed: 1, broken: 1, same: 1))
  #expect(evidence(samples, plainPolicy, arms: [.candidate]).churn == nil)
}

@Test func quarantinedCasesAreInNoRateButTheirMoneyIsSpent() {
  let kept = (0..<30).map { Sample(numbered("a", $0), candidate: "P", production: "P", cost: 10) }
  let out = Sample("z", candidate: "F", production: "P", isQuarantined: true, cost: 10)
  let evidence = evidence(kept + [out], plainPolicy)
  #expect(evidence.quarantined == 1)
  #expect(evidence.arms[0].planned == 30)
  #expect(evidence.arms[0].passed == 30)
  #expect(evidence.arms[0].costMicro == 310)
  #expect(evidence.churn == Churn(fixed: 0, broken: 0, same: 30))
  #expect(evidence.suitesOverQuarantined.isEmpty)
}

@Test func witnessesAreTheTenSmallestIdsOfTheWorst() {
  // Cases of three trials: the ones that lost all three come before those that lost one.
  let mild = (0..<8).map { Sample(numbered("a", $0), candidate: "PPF", production: "PPP") }
  let severe = (0..<6).map { Sample(numbered("z", $0), candidate: "FFF", production: "PPP") }
  let pairs = evidence(mild + severe, plainPolicy).scopes[0].whole
  #expect(pairs.lost.count == 14)
  #expect(pairs.lost.ids.map(\.text) == (0..<6).map { numbered("z", $0) } + (0..<4).map { numbered("a", $0) })
}

@Test func slicesAreApartByBytesAndSortedByThem() {
  let samples = ["b", "a", "\u{e9}", "e\u{301}"].enumerated().map { index, value in
    Sample(numbered("x", index), candidate: "P", production: "P", behaviour: value)
  }
  let slices = evidence(samples, plainPolicy).scopes[0].slices[0].slices
  #expect(slices.map { Array($0.value.utf8) } == [[0x61], [0x62], [0x65, 0xcc, 0x81], [0xc3, 0xa9]])
}

@Test func aClusterOfOneCaseIsACaseOfItsOwn() {
  let alone = [Sample("a", candidate: "P", production: "P", cluster: "one"), Sample("b", candidate: "F", production: "P", cluster: "two")]
  let whole = evidence(alone, plainPolicy).scopes[0].whole
  #expect(whole.isPlain)
  #expect(whole.plain.table.both == 1 && whole.plain.table.productionOnly == 1)
  let shared = alone + [Sample("c", candidate: "P", production: "P", cluster: "one")]
  #expect(!evidence(shared, plainPolicy).scopes[0].whole.isPlain)
}

@Test func theScopesOfAPolicyAreItsFilters() {
  let german = [Case.Tag(name: "language", value: "de")]
  let needs = EvidenceNeeds(
    Policy(offline: [
      PolicyRule(.noRegression(NoRegressionRule(margin: 0.1, slices: ["tier"], watch: ["tier", "topic"])), where: german),
      PolicyRule(.latency(LatencyRule(limit: .absolute(.seconds(1)))), where: german), PolicyRule(.criticalCases(HardGate())),
      PolicyRule(.score(ScoreRule(metric: "b", limit: .min(0.5), slices: ["tier"])), where: german),
      PolicyRule(.tail(TailRule(metric: "b"))), PolicyRule(.noRegression(NoRegressionRule(margin: 0.1, metric: "a", slices: ["tier"]))),
      PolicyRule(.tail(TailRule(metric: "b", floor: 0.5))), PolicyRule(.tail(TailRule(metric: "b", maxShare: 0.1))),
    ]))
  #expect(needs.scopes.map(\.filter) == [[], german])
  #expect(needs.scopes[1].dimensions == ["tier", "topic"])
  #expect(needs.scopes.map(\.times) == [[], [.latency]])
  #expect(needs.scopes.map { $0.metrics.map(\.name) } == [["b", "a"], ["b"]])
  #expect(needs.scopes[0].metrics.map(\.floors) == [[0.2, 0.5], []])
  #expect(needs.scopes.map { $0.metrics.map(\.dimensions) } == [[[], ["tier"]], [["tier"]]])
  #expect(needs.metrics == ["b", "a"])
  #expect(needs.scopes.map(\.gates.count) == [1, 0])
  #expect(needs.neverTrials == 29)
}

@Test func oneNameInTwoEvalsetsIsOneWitness() {
  let lost = ["x", "y"].flatMap { evalset in
    (0..<11).map { Sample(numbered("a", $0), candidate: "F", production: "P", evalset: evalset) }
  }
  let witnesses = evidence(lost, plainPolicy).scopes[0].whole.lost
  #expect(witnesses.count == 22)
  #expect(witnesses.ids.map(\.text) == (0..<10).map { numbered("a", $0) })
}
