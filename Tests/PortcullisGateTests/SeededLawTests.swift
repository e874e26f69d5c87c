import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

// The laws of DESIGN §6 on larger suites, drawn from a seed: a failing world is named by its argument.

private let everyRule = Policy(offline: [
  PolicyRule(.complete(CompleteRule(maxMissing: 0.1))), PolicyRule(.criticalCases(HardGate(trials: 1))),
  PolicyRule(.incidentsStayFixed(HardGate(trials: 1))),
  PolicyRule(
    .noRegression(NoRegressionRule(margin: 0.2, slices: ["behaviour", "tier"], sliceMargin: 0.4, watch: ["tier"], superiority: true))),
  PolicyRule(.noRegression(NoRegressionRule(margin: 0.3)), where: [Case.Tag(name: "tier", value: "gold")]),
  PolicyRule(.passRate(PassRateRule(limit: .min(0.5), slices: ["tier"]))), PolicyRule(.passRate(PassRateRule(limit: .observedMin(0.5)))),
  PolicyRule(.errorRate(ErrorRateRule(max: 0.2))), PolicyRule(.latency(LatencyRule(limit: .absolute(.milliseconds(400))))),
  PolicyRule(.latency(LatencyRule(limit: .increase(0.2)))), PolicyRule(.costPerRequest(CostRule())),
  PolicyRule(.costPerRequest(CostRule(limit: .absolute(Money(micro: 60, currency: "USD"))))),
  PolicyRule(.noRegression(NoRegressionRule(margin: 0.2, metric: "helpful", slices: ["behaviour"], watch: ["tier"], superiority: true))),
  PolicyRule(.score(ScoreRule(metric: "helpful", limit: .min(0.5), slices: ["tier"]))),
  PolicyRule(.score(ScoreRule(metric: "helpful", limit: .margin(0.2))), where: [Case.Tag(name: "tier", value: "gold")]),
  PolicyRule(.tail(TailRule(metric: "helpful", floor: 0.3, maxShare: 0.3))),
  PolicyRule(.ttft(LatencyRule(limit: .absolute(.milliseconds(100))))), PolicyRule(.tpot(LatencyRule(limit: .increase(0.5)))),
  PolicyRule(.costPerSuccess(CostRule())), PolicyRule(.tokensPerRequest(TokensRule(limit: .absolute(200)))), PolicyRule(.coverage),
  PolicyRule(.noBrokenCases(NoBrokenCasesRule())), PolicyRule(.criticalCases(HardGate(demand: .reliable))),
])

/// A suite with everything in it: repeats, clusters, quarantine, judges, failures, latencies and costs.
private func motley(_ random: inout SplitMix64, cases: Int, isPlain: Bool = false) -> [Sample] {
  (0..<cases).map { index in
    let repeats = isPlain || random.below(4) > 0 ? 1 : 1 + random.below(3)
    func word() -> String { String((0..<repeats).map { _ in Array("PPPPPPPPPPPPFFUXTBL.")[random.below(20)] }) }
    let sample = Sample(
      numbered("s", index), candidate: word(), production: word(), evalset: random.below(3) == 0 ? "small" : "large",
      severity: random.below(20) == 0 ? .critical : .normal, behaviour: ["a", "b", "c"][random.below(3)],
      tags: random.below(3) == 0 ? [Case.Tag(name: "tier", value: random.below(2) == 0 ? "gold" : "tin")] : [],
      cluster: isPlain || random.below(2) == 0 ? nil : "doc-\(random.below(12))", incident: random.below(25) == 0 ? guarded : nil,
      isQuarantined: !isPlain && random.below(40) == 0, isJudged: !isPlain && random.below(60) == 0,
      isReused: !isPlain && random.below(50) == 0, latency: random.below(10) == 0 ? nil : 100 + random.below(400),
      productionLatency: 100 + random.below(400), cost: random.below(50) == 0 ? nil : 20 + random.below(50),
      productionCost: 20 + random.below(50))
    return sample.withTokensAndGrades(&random)
  }
}

extension Sample {
  /// Most cases carry a graded metric; first tokens and token counts are known of most answers.
  fileprivate func withTokensAndGrades(_ random: inout SplitMix64) -> Sample {
    var sample = random.below(5) == 0 ? self : scoring("helpful")
    let isGraded = !sample.facts.metrics.isEmpty
    sample.trials = sample.trials.map { trial in
      let grade = random.below(30) == 0 ? nil : Double(random.below(101)) / 100
      return TrialFacts(
        arm: trial.arm, repeatIndex: trial.repeatIndex, state: trial.state, isJudged: trial.isJudged, latency: trial.latency,
        ttft: random.below(10) == 0 ? nil : .milliseconds(10 + random.below(80)), costMicro: trial.costMicro,
        tokens: TokenUsage(input: 100, output: random.below(10) == 0 ? nil : random.below(60)),
        metrics: isGraded ? [MetricScore("helpful", grade, isJudged: trial.isJudged)] : [], isReused: trial.isReused,
        isRecorded: trial.isRecorded)
    }
    return sample
  }
}

@Test(arguments: 0..<60)
func neitherOrderNorPartitionChangesABitOfTheDecision(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let samples = motley(&random, cases: 20 + random.below(200))
  let run = RunFacts(arms: bothArms, plannedCases: samples.count, currency: "USD")
  let whole = tally(samples, everyRule).evidence(run: run)
  var shuffled = samples
  for index in shuffled.indices { shuffled[index].trials.shuffle(using: &random) }
  shuffled.shuffle(using: &random)
  var shards = (0..<1 + random.below(5)).map { _ in Tally(needs: EvidenceNeeds(everyRule)) }
  for sample in shuffled { shards[random.below(shards.count)].add(sample.facts, trials: sample.trials) }
  var merged = Tally(needs: EvidenceNeeds(everyRule))
  for shard in shards { merged.merge(shard) }
  let evidence = merged.evidence(run: run)
  #expect(evidence == whole)
  let (first, second) = (
    decide(whole, policy: everyRule, context: someContext), decide(evidence, policy: everyRule, context: someContext)
  )
  #expect(String(reflecting: first) == String(reflecting: second))
  #expect(first.rulings.allSatisfy { !$0.sentence.isEmpty && $0.witnesses.count <= 10 })
}

private let comparing = Policy(offline: [
  PolicyRule(.noRegression(NoRegressionRule(margin: 0.15, slices: ["behaviour"], sliceMargin: 0.4))),
  PolicyRule(.passRate(PassRateRule(limit: .min(0.6)))),
])

/// Mostly good answers in one-trial cases without clusters, so that passes and their loss both happen.
private func plain(_ random: inout SplitMix64) -> [Sample] {
  (0..<40 + random.below(80)).map { index in
    func letter(_ bad: Int) -> String {
      let draw = random.below(100)
      return draw < bad ? "F" : draw < bad + 1 ? "." : "P"
    }
    return Sample(numbered("s", index), candidate: letter(7), production: letter(6), behaviour: ["a", "b"][random.below(2)])
  }
}

@Test(arguments: 0..<120)
func losingATrialOrFailingOneNeverMakesAPass(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let samples = plain(&random)
  let before = decision(samples, comparing).verdict
  for _ in 0..<6 {
    var changed = samples
    let place = random.below(samples.count)
    let facts = samples[place].facts
    let arm: Arm = random.below(3) == 0 ? .production : .candidate
    changed[place].trials.removeAll { $0.arm == arm }
    let isFailed = arm == .candidate && random.below(2) == 0
    if isFailed { changed[place].trials.append(TrialFacts(arm: .candidate, state: .failed)) }
    let after = decision(changed, comparing).verdict
    if after == .pass { #expect(before == .pass, "\(facts.id) lost or failed in \(arm)") }
    if isFailed { #expect(after >= before) }
  }
}

@Test func theSeededWorldsPassAndDoNotPass() {
  let verdicts = (0..<120).map { seed -> Verdict in
    var random = SplitMix64(seed: UInt64(seed))
    return decision(plain(&random), comparing).verdict
  }
  #expect(verdicts.contains(.pass))
  #expect(verdicts.contains(.inconclusive))
}

@Test(arguments: 0..<40)
func addingARuleToALargerSuiteNeverHelps(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let samples = motley(&random, cases: 60 + random.below(100), isPlain: true)
  // The tolerance of `complete` is a part of the cost rules, so it stays.
  let rules = Array(everyRule.offline.dropFirst())
  let kept = [everyRule.offline[0]] + rules.filter { _ in random.below(2) == 0 }
  let before = decision(samples, Policy(offline: kept)).rulings.filter { !$0.advisory && $0.reason != .nothingWeighed }.map(\.verdict).max()
  let after = decision(samples, Policy(offline: kept + [rules[random.below(rules.count)]])).verdict
  #expect(after >= before ?? .pass)
}

@Test(arguments: 0..<40)
func withoutProductionNoComparisonEverPasses(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let decision = decision(motley(&random, cases: 150), everyRule, arms: [.candidate])
  #expect(decision.rulings.filter { $0.rule == "no-regression" }.allSatisfy { $0.verdict == .inconclusive })
  #expect(decision.churn == nil)
  #expect(decision.arms.map(\.arm) == [.candidate])
}
