import PortcullisCore
import Testing

@testable import PortcullisGate

private func plain(_ cases: Int, discordance: Double) -> PlannedPairs {
  PlannedPairs(cases: cases, units: cases, clusterSize: 1, isPlain: true, PairOutlook(discordance: discordance, source: .given))
}

// The margin at which the chance summed over all tables reaches the power; Python, by halving.
@Test(arguments: [
  (cases: 74, discordance: 0.1, power: 0.8, margin: 0.098894), (cases: 74, discordance: 0.1, power: 0.95, margin: 0.132411),
  (cases: 200, discordance: 0.05, power: 0.8, margin: 0.043734), (cases: 200, discordance: 0.05, power: 0.95, margin: 0.058537),
])
func theDetectableLossIsTheMarginEqualModelsPassAt(_ row: (cases: Int, discordance: Double, power: Double, margin: Double)) {
  let margin = plain(row.cases, discordance: row.discordance).detectable(power: row.power, alpha: 0.05)
  #expect(abs(margin - row.margin) < 2e-5)
}

// z√(ψ/n): so many cases that the sum over all tables and the formula of statistics.md §12 agree.
@Test func aLargeSuiteIsReckonedByTheFormula() {
  #expect(abs(plain(50_000, discordance: 0.1).detectable(power: 0.8, alpha: 0.05) - 0.003516) < 1e-6)
  let exact = PairedChances.pass(count: 50_000, discordance: 0.1, margin: 0.003516, wrongPass: 0.05)
  #expect(abs(exact - 0.8) < 0.005)
}

// The formula of statistics.md §12 says 687, 7 and (for 2 points without a difference) 133; over all tables 687 pairs pass with 79.2 %, and 7 pairs
// with 0.9⁷ = 48 %, since none of them may differ.
@Test func theCasesNeededPassWithThePowerAndAreNeverFewerThanCleanOnes() throws {
  for (margin, formula) in [(0.03, 687), (0.30, 7)] {
    let needed = try #require(plain(10, discordance: 0.1).casesNeeded(margin: margin, power: 0.8, alpha: 0.05))
    #expect(needed > formula)
    #expect(PairedChances.pass(count: needed, discordance: 0.1, margin: margin, wrongPass: 0.05) >= 0.8)
    #expect(Double(needed) < 1.05 * Double(formula) + 10)
  }
  #expect(plain(10, discordance: 0.0001).casesNeeded(margin: 0.02, power: 0.8, alpha: 0.05) == 133)
}

// Simulated with numpy, 4000 runs a row, seed 1: the augmented t of statistics.md §5 on clusters of 12 with loss and gain rates Beta(0.15, 2.85),
// on normal differences, and on three trials of cases with rates Beta(2, 0.2). `v` and `icc` are those of the same model.
@Test(arguments: [
  (cases: 480, units: 40, v: 0.0974, icc: 0.2453, margin: 0.05, pass: 0.073, fail: 0.001, half: 0.0849),
  (cases: 480, units: 40, v: 0.0974, icc: 0.2453, margin: 0.10, pass: 0.696, fail: 0, half: 0.0850),
  (cases: 1800, units: 150, v: 0.0974, icc: 0.2453, margin: 0.05, pass: 0.864, fail: 0, half: 0.0322),
  (cases: 120, units: 120, v: 0.01, icc: 0, margin: 0.03, pass: 0.569, fail: 0.001, half: 0.0286),
  (cases: 200, units: 200, v: 0.04, icc: 0, margin: 0.05, pass: 0.930, fail: 0, half: 0.0296),
  (cases: 74, units: 74, v: 0.0372, icc: 0, margin: 0.10, pass: 0.971, fail: 0, half: 0.0564),
])
func theNormalApproximationIsNearWhatSimulationShows(
  _ row: (cases: Int, units: Int, v: Double, icc: Double, margin: Double, pass: Double, fail: Double, half: Double)
) {
  let pairs = PlannedPairs(
    cases: row.cases, units: row.units, clusterSize: Double(row.cases) / Double(row.units), isPlain: false,
    PairOutlook(discordance: 0.1, variance: row.v, icc: row.icc, source: .given))
  let chances = pairs.chances(margin: row.margin, wrongPass: 0.05, wrongFail: 0.05)
  #expect(abs(chances.pass - row.pass) < 0.04)
  #expect(abs(chances.fail - row.fail) < 0.002)
  #expect(abs(pairs.halfWidth(alpha: 0.05) - row.half) < 0.001)
  // At the detectable loss the chance is the power.
  let margin = pairs.detectable(power: 0.8, alpha: 0.05)
  #expect(abs(pairs.chances(margin: margin, wrongPass: 0.05, wrongFail: 0.05).pass - 0.8) < 1e-9)
}

@Test func oneClusterShowsNothing() throws {
  let rule = PolicyRule(.noRegression(NoRegressionRule(margin: 0.05)))
  let samples = (0..<100).map { Sample(numbered("a", $0), candidate: "P", production: "P", cluster: "one") }
  let found = forecasts(Policy(offline: [rule]), evidence(samples, Policy(offline: [rule])), .assumed, look: 1)
  let forecast = try #require(found.first)
  #expect(forecast.units == 1 && forecast.cases == 100)
  #expect(forecast.chances.pass < 0.01)
  #expect(forecast.detectableAt80 == 1)
}

@Test func aPlanIsForecastRuleByRuleAndSliceBySlice() throws {
  let policy = Policy(offline: [
    PolicyRule(.complete(CompleteRule())),
    PolicyRule(.noRegression(NoRegressionRule(margin: 0.10, slices: ["behaviour"], sliceMargin: 0.30))),
    PolicyRule(.noRegression(NoRegressionRule(margin: 0.20)), advisory: true),
  ])
  var sizes = PlanSizes(policy, arms: bothArms, currency: nil)
  for sample in pairs(both: 60, behaviour: "a") + pairs(both: 14, behaviour: "b") { sizes.add(sample.facts) }
  let found = forecasts(policy, sizes, .assumed)
  #expect(found.map(\.title) == ["no-regression", "no-regression behaviour=a", "no-regression behaviour=b", "no-regression"])
  #expect(found.map(\.cases) == [74, 60, 14, 74])
  #expect(found.map(\.isAdvisory) == [false, false, false, true])
  #expect(found.map(\.isExact) == [true, true, true, true])
  #expect(abs(found[0].detectableAt80 - 0.098894) < 2e-5)
  // Each may be missed: the chance of all at once is at least what is left.
  let missed = found[..<3].reduce(0) { $0 + 1 - $1.chances.pass }
  let joint = JointForecast(found)
  #expect(joint.count == 3 && abs(joint.missed - missed) < 1e-12)
  #expect(abs(joint.leastPass - (1 - missed)) < 1e-12)
}

@Test func withoutProductionNothingIsForecast() {
  let policy = Policy(offline: [PolicyRule(.noRegression(NoRegressionRule(margin: 0.10)))])
  var sizes = PlanSizes(policy, arms: [.candidate], currency: nil)
  for sample in pairs(both: 60) { sizes.add(sample.facts) }
  #expect(forecasts(policy, sizes, .assumed).isEmpty)
}

private func outlook(_ samples: [Sample]) -> PairOutlook? {
  PairOutlook(evidence(samples, Policy(offline: [])), of: RunID("0123456789ab")!)
}

@Test func aRunTellsHowFarItsArmsDiffered() throws {
  let seen = try #require(outlook(pairs(both: 90, lost: 4, gained: 6)))
  #expect(near(seen.discordance, 0.10))
  // (10 − 100·0.02²)/99.
  #expect(near(seen.variance, 9.96 / 99))
  #expect(seen.icc == 0)
  #expect(seen.source == .run(RunID("0123456789ab")!, pairs: 100))
}

@Test func aRunWithoutADifferenceIsReckonedWithOne() throws {
  let seen = try #require(outlook(pairs(both: 50)))
  #expect(near(seen.discordance, 0.02) && near(seen.variance, 0.02))
  #expect(outlook(pairs(both: 1)) == nil)
  #expect(outlook([]) == nil)
}

@Test func casesThatFallTogetherAreSeenToBeAlike() throws {
  // Ten clusters of four; one lost and one gained as a whole: everything within a cluster is the same.
  let samples = (0..<40).map { index in
    let (candidate, production) = index < 4 ? ("F", "P") : index < 8 ? ("P", "F") : ("P", "P")
    return Sample(numbered("a", index), candidate: candidate, production: production, cluster: "c\(index / 4)")
  }
  let seen = try #require(outlook(samples))
  #expect(near(seen.discordance, 0.2))
  #expect(seen.icc == 1)
}
