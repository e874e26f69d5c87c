import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

private let rule = Rule.criticalCases(HardGate(demand: .reliable))

private func critical(_ id: String, _ outcomes: String, isJudged: Bool = false, isReused: Bool = false) -> Sample {
  Sample(id, candidate: String(outcomes.prefix(1)), production: "P", severity: .critical, isJudged: isJudged, isReused: isReused)
    .round(.sequential, candidate: String(outcomes.dropFirst()))
}

private func passes(_ count: Int) -> String { String(repeating: "P", count: count) }

// 15·ln(0.98/0.8) = 3.04 ≥ ln 20 = 3.00; a failure costs ln 10 = 2.303. One case fails at −ln 20, that is with two failures at the start: −4.6.
@Test(arguments: [
  (passes(15), Verdict.pass, Reason.holds), (passes(14), .inconclusive, .tooFewCases), ("F" + passes(27), .pass, .holds),
  ("F" + passes(26), .inconclusive, .tooFewCases), ("FF", .fail, .beyondLimit), ("PPPPPFF", .fail, .beyondLimit),
  ("PPP." + passes(20), .inconclusive, .missingEvidence), (passes(15) + "FFFF", .pass, .holds), (passes(15) + ".", .pass, .holds),
  ("FF" + passes(20), .fail, .beyondLimit),
])
func aCriticalCaseIsToldReliableTrialByTrial(_ outcomes: String, _ verdict: Verdict, _ reason: Reason) {
  let ruling = ruling(rule, [critical("a", outcomes)])
  #expect(ruling.verdict == verdict)
  #expect(ruling.reason == reason)
}

@Test func aFailureIsNoProofUnderThisDemand() {
  #expect(ruling(rule, [critical("a", "F" + passes(27)), critical("b", passes(15))]).verdict == .pass)
  #expect(ruling(.criticalCases(HardGate()), [Sample("a", candidate: "PFP", severity: .critical)], arms: [.candidate]).verdict == .fail)
}

@Test func whatItTookIsSaid() {
  let held = ruling(rule, [critical("a", passes(15)), critical("b", "F" + passes(27))])
  #expect(held.sentence == "All 2 critical cases held after 15 to 28 trials: that excludes a case that passes only 80 % of the time.")
  let failed = ruling(rule, [critical("a", "PFF"), critical("b", passes(15))])
  #expect(failed.sentence == "1 of 2 critical cases is not reliable: a (1 of 3 trials passed).")
}

// With m cases the limit is −ln(20 m): two failures at the start (−4.6) fail one of 5 cases, no longer one of 6: ln 120 = 4.79.
@Test func alarmsAreSharedAmongTheCases() {
  func verdict(of count: Int) -> Verdict {
    ruling(rule, [critical("bad", "FF" + passes(3))] + (1..<count).map { critical(numbered("good", $0), passes(15)) }).verdict
  }
  #expect(verdict(of: 5) == .fail)
  #expect(verdict(of: 6) == .inconclusive)
}

@Test func afterTheMostTrialsACaseStaysUndecided() {
  let undecided = ruling(.criticalCases(HardGate(demand: .reliable, trials: 20)), [critical("a", "F" + passes(19))])
  #expect(undecided.verdict == .inconclusive)
  #expect(undecided.reason == .cannotExcludeMargin)
  #expect(undecided.sentence.contains("undecided after 20 trials"))
}

@Test func neitherAJudgeNorAnEarlierRunTellsReliability() {
  #expect(ruling(rule, [critical("a", passes(15), isReused: true)]).reason == .missingEvidence)
  #expect(ruling(rule, [critical("a", passes(15), isJudged: true)]).reason == .judgeUnfit)
}

@Test func sequentialTrialsAreInNoRate() {
  let policy = Policy(offline: [PolicyRule(rule), PolicyRule(.noRegression(NoRegressionRule(margin: 0.5)))])
  let short = evidence([Sample("a", candidate: "P", production: "P", severity: .critical)], policy)
  let long = evidence([critical("a", "P" + passes(7) + "FFFF")], policy)
  #expect(long.scopes[0].whole == short.scopes[0].whole)
  #expect(long.arms[0].scored == 1 && long.arms[0].further == ArmSummary.Further(planned: 11, scored: 11))
  #expect(long.arms[1].further == ArmSummary.Further())
}

@Test func neitherOrderNorShardsChangeWhatIsReliable() {
  let policy = Policy(offline: [PolicyRule(rule)])
  let samples = [critical("c", "F" + passes(5)), critical("a", passes(15)), critical("b", "PFF"), critical("a", passes(14))]
  let run = RunFacts(arms: bothArms, plannedCases: samples.count)
  let whole = tally(samples, policy).evidence(run: run)
  for cut in 0...samples.count {
    var merged = tally(Array(samples[cut...].reversed()), policy)
    merged.merge(tally(Array(samples[..<cut]), policy))
    #expect(merged.evidence(run: run) == whole)
  }
}

// statistics.md §6: P(pass at 80 %) = 4.6 % exactly; here 2000 runs of one case, ± 0.9 points.
@Test func aCaseFallenToEightyPercentSeldomPasses() {
  var random = SplitMix64(seed: 7)
  let policy = Policy(offline: [PolicyRule(rule)])
  var verdicts: [Verdict: Int] = [:]
  for _ in 0..<2000 {
    let played = playedOut([Sample("a", candidate: random.below(5) > 0 ? "P" : "F", production: "P", severity: .critical)], policy) {
      _, _ in
      random.below(5) > 0
    }
    verdicts[ruling(rule, played).verdict, default: 0] += 1
  }
  #expect((60...125).contains(verdicts[.pass] ?? 0), "\(verdicts)")
  #expect(verdicts[.fail] ?? 0 > 1500)
}
