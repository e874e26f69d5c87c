import PortcullisCore
import PortcullisGate
import Testing

// Components by numpy 2.4, written out anew from statistics.md §6: within = mean of the per-case variances, between = variance of the case
// means less within/K.

private let policy = Policy(offline: [PolicyRule(.noRegression(NoRegressionRule(margin: 0.5)))])

private func repeats(_ samples: [Sample], _ arm: Arm = .candidate) -> RepeatSummary? {
  evidence(samples, policy).arms.first { $0.arm == arm }?.repeats
}

@Test func theVarianceWithinCasesIsApartFromThatBetweenThem() throws {
  let words = ["PPP", "PPP", "PFP", "FFF", "PPF", "PPP", "FFP", "PPP"]
  let samples = words.enumerated().map { Sample(numbered("r", $0.offset), candidate: $0.element, production: "PPP") }
  let found = try #require(repeats(samples))
  #expect(found.cases == 8 && found.fewestTrials == 3 && found.mostTrials == 3)
  #expect(found.flaky == 3)
  #expect(near(found.within, 0.125))
  #expect(near(found.between, 0.09920634920634921))
  #expect(near(found.icc, 0.4424778761061947))
  let steady = try #require(repeats(samples, .production))
  #expect(steady.flaky == 0 && steady.within == 0 && steady.between == 0 && steady.icc == nil)
}

@Test func casesThatWereAskedOnceTellNothing() {
  #expect(repeats(pairs(both: 30, lost: 5)) == nil)
  let one = repeats(pairs(both: 30) + [Sample("z", candidate: "PF", production: "PP")])
  #expect(one?.cases == 1 && one?.flaky == 1 && one?.within == nil)
}

/// A case that lacks a score, one answered by an earlier run, and one in quarantine.
@Test func onlyWholeCasesOfThisRunAreMeasured() {
  let out = [
    Sample("a", candidate: "P.", production: "PP"), Sample("b", candidate: "PF", production: "PP", isReused: true),
    Sample("c", candidate: "PF", production: "PP", isQuarantined: true), Sample("d", candidate: "PX", production: "PP"),
  ]
  #expect(repeats(out) == nil)
}

@Test func unlikeNumbersOfTrialsAreARange() {
  let found = repeats([Sample("a", candidate: "PF"), Sample("b", candidate: "PPPP"), Sample("c", candidate: "FFF")])
  #expect(found?.fewestTrials == 2 && found?.mostTrials == 4 && found?.cases == 3 && found?.flaky == 1)
}

@Test(arguments: 0..<20) func repeatsOfShardsAddUp(cut: Int) {
  let samples = (0..<20).map { Sample(numbered("r", $0), candidate: ["PF", "PP", "FFF", "PPFP"][$0 % 4], production: "P") }
  var merged = tally(Array(samples[cut...].reversed()), policy)
  merged.merge(tally(Array(samples[..<cut]), policy))
  #expect(merged.evidence(run: RunFacts(arms: bothArms, plannedCases: 20)).arms == evidence(samples, policy).arms)
}
