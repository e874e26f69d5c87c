import PortcullisCore
import PortcullisGate
import Testing

private func statements(_ samples: [Sample], _ rules: PolicyRule...) -> [String] {
  decision(samples, Policy(offline: rules)).guarantees.filter { !$0.hasPrefix("wrong ") }
}

private func compare(_ margin: Double, slices: [String] = [], advisory: Bool = false) -> PolicyRule {
  PolicyRule(.noRegression(NoRegressionRule(margin: margin, slices: slices, sliceMargin: 0.30)), advisory: advisory)
}

// All tables of 60 pairs at ψ = 0.1; Python (PairedChancesTests).
@Test func theChancesOfEqualModelsStandInWords() {
  let said = statements(pairs(both: 54, lost: 3, gained: 3), compare(0.05))
  #expect(
    said == [
      "equal models that differ on 10 % of 60 cases, as these do, pass no-regression with probability 29.5 %, end inconclusive in it with "
        + "65.6 %, and fail it with 4.9 %"
    ])
}

@Test func severalComparisonsAreWeighedTogether() {
  let said = statements(
    pairs(both: 60, lost: 2, gained: 2, behaviour: "a") + pairs(both: 30, lost: 1, gained: 1, behaviour: "b"),
    compare(0.10, slices: ["behaviour"]), compare(0.01, advisory: true))
  #expect(said.count == 2)
  #expect(said[1].hasPrefix("equal models pass all 3 comparisons at once with probability "))
}

@Test func whereEqualModelsSeldomPassAllItSaysHowManyTheyMiss() {
  let said = statements(
    pairs(both: 8, lost: 2, gained: 2, behaviour: "a") + pairs(both: 8, lost: 1, gained: 1, behaviour: "b"),
    compare(0.02, slices: ["behaviour"]))
  #expect(said.count == 2)
  #expect(said[1].hasPrefix("equal models miss ") && said[1].contains(" of 3 comparisons on average: too many slices"))
}

@Test func clustersAreReckonedByAnApproximationThatSaysSo() {
  let samples = (0..<80).map { index in
    Sample(numbered("a", index), candidate: index < 4 ? "F" : "P", production: index % 20 == 5 ? "F" : "P", cluster: "c\(index / 4)")
  }
  let said = statements(samples, compare(0.10))
  #expect(said.count == 1)
  #expect(said[0].hasPrefix("equal models whose differences scatter as those of these 80 cases in 20 independent groups do pass "))
  #expect(said[0].hasSuffix("(normal approximation)"))
}

@Test func withoutAPairNothingIsSaidOfEqualModels() {
  #expect(statements([], compare(0.05)).isEmpty)
  #expect(decision(pairs(both: 60), Policy(offline: [compare(0.05)]), arms: [.candidate]).guarantees.count == 2)
}

// 1 − 0.05^(1/3) = 0.632.
@Test func whatCleanTrialsProveStandsInWords() {
  let critical = Sample("a", candidate: "PPP", production: "PPP", severity: .critical)
  let said = decision([critical], Policy(offline: [PolicyRule(.criticalCases(HardGate()))])).guarantees
  #expect(said.contains("3 clean trials of a case that must hold exclude that it fails in more than 63 % of all calls, and no lower rate"))
  let failing = Sample("a", candidate: "PFP", production: "PPP", severity: .critical)
  #expect(
    !decision([failing], Policy(offline: [PolicyRule(.criticalCases(HardGate()))])).guarantees.contains { $0.contains("clean trial") })
}

@Test func aMetricIsReckonedByItsOwnScatter() {
  func sample(_ index: Int, _ ours: Double, _ theirs: Double) -> Sample {
    var sample = Sample(numbered("a", index), candidate: "P", production: "P")
    sample.facts = CaseFacts(id: sample.facts.id, evalset: "suite", metrics: [CaseMetric("tone")])
    sample.trials = [(Arm.candidate, ours), (.production, theirs)].map {
      TrialFacts(arm: $0.0, state: .passed, metrics: [MetricScore("tone", $0.1)])
    }
    return sample
  }
  let rule = PolicyRule(.score(ScoreRule(metric: "tone", limit: .margin(0.05))))
  let calm = statements((0..<200).map { sample($0, 0.8 + Double($0 % 2) / 100, 0.8) }, rule)
  let wild = statements((0..<200).map { sample($0, $0 % 2 == 0 ? 1 : 0, 0.5) }, rule)
  #expect(calm.count == 1 && calm[0].contains("pass score tone with probability more than 99.9 %"))
  #expect(wild.count == 1 && wild[0].hasSuffix("(normal approximation)") && !wild[0].contains("99.9"))
}
