import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

private let rule = Rule.noBrokenCases(NoBrokenCasesRule())
private let policy = Policy(offline: [PolicyRule(rule)])

private func weighed(_ samples: [Sample]) -> Ruling { ruling(rule, pairs(both: 20) + samples) }

@Test func whereNothingBrokeTheRulePassesAndClaimsNoMore() {
  let clean = ruling(rule, pairs(both: 52, gained: 3, neither: 5))
  #expect(clean.verdict == .pass)
  #expect(clean.sentence == "The candidate failed none of the 52 cases that production passes; nothing is claimed beyond this suite.")
  // ½ + ½·P(Bin(4, ½) ≥ 2): with 2 of 4 against 4 of 4 the mid-p is ½·C(6,2)⁻¹·… = 3/28 > 5 %.
  #expect(clean.next?.contains("fails half of the time passes with probability 84.4 %") == true)
  #expect(clean.weighedScores)
}

// Mid-p of Fisher's test by hand: 0 of 4 against 4 of 4 is ½/C(8,4) = 0.0071; 1 against 4 is ½·4/C(8,5) = 0.036; 2 against 4 is ½·6/28 = 0.107.
@Test(arguments: [
  ("FFFF", "PPPP", Verdict.fail, Reason.beyondLimit), ("PFFF", "PPPP", .inconclusive, .cannotExcludeMargin),
  ("FPFF", "PPPP", .inconclusive, .cannotExcludeMargin), ("PPFF", "PPPP", .pass, .holds), ("PPPP", "PPPP", .pass, .holds),
  ("FFFF", "FFFF", .pass, .holds), ("PPPP", "FFFF", .pass, .holds), ("PPPF", "FPPP", .pass, .holds),
])
func oneBrokenCaseAskedAgain(_ candidate: String, _ production: String, _ verdict: Verdict, _ reason: Reason) {
  let ruling = weighed([.broken("bad", candidate, production)])
  #expect(ruling.verdict == verdict)
  #expect(ruling.reason == reason)
  #expect(ids(ruling) == ["bad"])
}

@Test func aFailSaysWhatHappenedWhenTheCaseWasAskedAgain() {
  let ruling = weighed([.broken("bad", "FFFF", "PPPP")])
  #expect(
    ruling.sentence
      == "The candidate broke bad, of the 21 cases that production passes: asked again, it passed 0 of 4 trials, production 4 of 4.")
  let cleared = weighed([.broken("shaky", "PPFP", "PFPP")])
  #expect(
    cleared.sentence
      == "The candidate failed 1 of the 21 cases that production passes, and is no worse on it asked again: it passed 3 of 4 trials, production 3 of 4; nothing is claimed beyond this suite."
  )
}

@Test func thePairThatSelectedACaseDoesNotCount() {
  // With it 1 of 5 against 4 of 5 would be a mid-p of 0.11, without it 0.24: the counts below are of the confirming trials.
  let evidence = evidence([.broken("a", "PFFF", "PPPF")], policy)
  #expect(
    Array(evidence.scopes[0].broken.asked.keys) == [.init(candidatePassed: 1, of: 4, productionPassed: 3, of: 4)])
}

// Holm: 0.0071·m ≤ 0.025 for m ≤ 3. With four dead cases the pooled test fails them all: C(8,4)⁻⁴.
@Test func severalBrokenCasesShareTheErrorRate() {
  let dead = Sample.broken("dead", "FFFF", "PPPP")
  func flaky(_ count: Int) -> [Sample] { (0..<count).map { .broken(numbered("flaky", $0), "PPPF", "PPFP") } }
  #expect(weighed([dead] + flaky(2)).verdict == .fail)
  #expect(ids(weighed([dead] + flaky(2))) == ["dead"])
  let shared = weighed([dead] + flaky(6))
  #expect(shared.verdict == .inconclusive)
  #expect(ids(shared) == ["dead"])
  let pooled = weighed((0..<10).map { .broken(numbered("worse", $0), "PPFF", "PPPP") })
  #expect(pooled.verdict == .fail)
  #expect(pooled.sentence.contains("worse on the 10 cases that only it failed, taken together"))
}

@Test(arguments: [("FFF.", "PPPP"), ("FFFF", "PPPX"), ("FFFU", "PPPP"), ("", "")])
func aCaseThatCannotBeAskedAgainBlocks(_ candidate: String, _ production: String) {
  let unasked = Sample("bad", candidate: "F", production: "P")
  let sample = candidate.isEmpty ? unasked : unasked.round(.confirming, candidate: candidate, production: production)
  let ruling = weighed([sample])
  #expect(ruling.verdict == .inconclusive)
  #expect(ruling.reason == .missingEvidence)
  #expect(ids(ruling) == ["bad"])
}

@Test func answersOfAnEarlierRunTellNothingAboutABrokenCase() {
  let unasked = Sample("bad", candidate: "F", production: "P")
  let reused = weighed([unasked.round(.confirming, candidate: "PPPP", production: "PPPP", isReused: true)])
  #expect(reused.reason == .missingEvidence)
  // What selects a case may be an old answer: it does not count.
  let old = Sample("bad", candidate: "F", production: "P", isReused: true)
  #expect(weighed([old.round(.confirming, candidate: "PPPP", production: "PPPP")]).verdict == .pass)
}

@Test func aPairWithoutAScoreMayBeABrokenCase() {
  for sample in [Sample("gone", candidate: ".", production: "P"), Sample("gone", candidate: "P", production: "X")] {
    let ruling = weighed([sample])
    #expect(ruling.verdict == .inconclusive)
    #expect(ruling.reason == .missingEvidence)
    #expect(ids(ruling) == ["gone"])
  }
  #expect(ruling(rule, pairs(both: 20), plannedCases: 21).reason == .missingEvidence)
}

@Test func aProofStandsWhateverElseIsMissing() {
  let dead = Sample.broken("dead", "FFFF", "PPPP")
  #expect(
    weighed([dead, Sample("gone", candidate: ".", production: "P"), Sample("unasked", candidate: "F", production: "P")]).verdict == .fail)
}

@Test func aJudgeNeitherBreaksNorClearsACase() {
  let judged = Sample("bad", candidate: "F", production: "P", isJudged: true)
  #expect(weighed([judged.round(.confirming, candidate: "FFFF", production: "PPPP")]).reason == .judgeUnfit)
  #expect(weighed([Sample("good", candidate: "P", production: "P", isJudged: true)]).reason == .judgeUnfit)
}

@Test func withoutAWorkingProductionNothingIsShown() {
  #expect(ruling(rule, pairs(both: 5), arms: [.candidate]).reason == .armsNotComparable)
  #expect(ruling(rule, pairs(gained: 4, neither: 4)).reason == .rigUnsteady)
  #expect(ruling(rule, []).verdict == .inconclusive)
}

@Test func oneFailedTrialOfManyBreaksACaseThatProductionPassedWhole() {
  let often = Sample("a", candidate: "PFP", production: "PPP")
  #expect(weighed([often]).reason == .missingEvidence)
  #expect(weighed([often.round(.confirming, candidate: "PPPP", production: "PPPP")]).verdict == .pass)
  // Production failed it once: it is no case that production passes.
  #expect(weighed([Sample("a", candidate: "PFP", production: "PPF")]).verdict == .pass)
}

// ½/C(4,2) = 0.083 and ½/C(6,3) = 0.025: two trials cannot show a dead case, three can.
@Test func askingTooSeldomNeverPasses() {
  for (confirm, verdict) in [(1, Verdict.inconclusive), (2, .inconclusive), (3, .pass)] {
    let seldom = ruling(.noBrokenCases(NoBrokenCasesRule(confirm: confirm)), pairs(both: 20))
    #expect(seldom.verdict == verdict)
    #expect(verdict == .pass || seldom.next == "raise 'confirm' to at least 3")
  }
}

@Test func aStricterErrorRateDoesNotClearMore() {
  let doubtful = pairs(both: 20) + [.broken("bad", "PFFF", "PPPP")]
  for rate in [0.001, 0.01, 0.05, 0.2] {
    let decision = decision(doubtful, Policy(wrongPass: rate, offline: [PolicyRule(rule)]))
    #expect(decision.verdict == .inconclusive)
  }
}

@Test func confirmingTrialsAreInNoRate() {
  let everyRate = Policy(offline: [
    PolicyRule(rule), PolicyRule(.noRegression(NoRegressionRule(margin: 0.2))), PolicyRule(.passRate(PassRateRule(limit: .min(0.5)))),
    PolicyRule(.latency(LatencyRule(limit: .absolute(.seconds(1))))), PolicyRule(.errorRate(ErrorRateRule())),
    PolicyRule(.criticalCases(HardGate(trials: 1))),
  ])
  let plain = pairs(both: 60) + [Sample("x", candidate: "F", production: "P", severity: .critical, latency: 3)]
  let asked = plain.map { $0.facts.id.text == "x" ? $0.round(.confirming, candidate: "PPXP", production: "PPPP") : $0 }
  let before = evidence(plain, everyRate), after = evidence(asked, everyRate)
  #expect(after.scopes[0].whole == before.scopes[0].whole)
  #expect(after.scopes[0].gates == before.scopes[0].gates)
  #expect(after.scopes[0].candidateCalls == before.scopes[0].candidateCalls)
  #expect(after.arms[0].planned == before.arms[0].planned && after.arms[0].passed == before.arms[0].passed)
  #expect(after.arms[0].latencyP95 == before.arms[0].latencyP95)
  // What it took is counted all the same.
  #expect(after.arms[0].further == ArmSummary.Further(planned: 4, scored: 3))
  #expect(after.arms[0].failures.map(\.kind) == [.server])
}

@Test func aRepeatThatNoRoundPlansSpoilsItsCase() {
  var beyond = Sample.broken("x", "PPPP", "PPPP")
  beyond.trials.append(TrialFacts(arm: .candidate, repeatIndex: 5, state: .passed))
  #expect(weighed([beyond]).reason == .missingEvidence)
  var twice = Sample.broken("x", "PPPP", "PPPP")
  twice.trials.append(TrialFacts(arm: .candidate, repeatIndex: 3, state: .passed))
  #expect(weighed([twice]).reason == .missingEvidence)
}

@Test(arguments: 0..<60)
func aWorseAnswerNeverHelpsACaseThatWasAskedAgain(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  func word(_ share: Int) -> [Character] { (0..<4).map { _ in random.below(10) < share ? "P" : "F" } }
  let words = (0..<(1 + random.below(6))).map { _ in (candidate: word(6), production: word(8)) }
  func samples(_ words: [(candidate: [Character], production: [Character])]) -> [Sample] {
    words.enumerated().map { .broken(numbered("b", $0), String($1.candidate), String($1.production)) }
  }
  let before = weighed(samples(words))
  for place in words.indices {
    for trial in 0..<4 {
      for (letter, isWorse) in [(Character("F"), true), (".", false)] where words[place].candidate[trial] == "P" {
        var changed = words
        changed[place].candidate[trial] = letter
        let after = weighed(samples(changed))
        if after.verdict == .pass { #expect(before.verdict == .pass) }
        if isWorse { #expect(after.verdict >= before.verdict) }
      }
    }
  }
}

@Test func neitherOrderNorShardsChangeWhatBroke() {
  let samples =
    pairs(both: 6) + [.broken("a", "FFFF", "PPPP"), .broken("b", "PPFF", "PPPP"), .broken("c", "PPFF", "PPPP")]
    + [Sample("d", candidate: "F", production: "P"), Sample("e", candidate: ".", production: "P")]
  let run = RunFacts(arms: bothArms, plannedCases: samples.count)
  let whole = tally(samples, policy).evidence(run: run)
  for cut in 0...samples.count {
    var merged = tally(Array(samples[cut...].reversed()), policy)
    merged.merge(tally(Array(samples[..<cut]), policy))
    #expect(merged.evidence(run: run) == whole)
    #expect(decide(merged.evidence(run: run), policy: policy, context: someContext) == decide(whole, policy: policy, context: someContext))
  }
}
