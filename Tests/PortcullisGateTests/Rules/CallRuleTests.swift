import PortcullisCore
import PortcullisGate
import Testing

// `complete` and `error-rate`: what was asked and what came back. Clopper–Pearson limits from scipy 1.10.

@Test func everyPlannedTrialOfBothArmsMustBeScored() {
  let whole = ruling(.complete(CompleteRule()), pairs(both: 50, lost: 20))
  #expect(whole.verdict == .pass)
  #expect(whole.sentence == "All 140 planned trials of both arms are scored.")
  #expect(!whole.weighedScores)
  let open = ruling(.complete(CompleteRule()), pairs(both: 50) + [Sample("x", candidate: "X", production: "P")])
  #expect(open.verdict == .inconclusive)
  #expect(open.reason == .missingEvidence)
  #expect(open.sentence == "1 of 102 planned trials of both arms has no score (1 call failed), and each must have one.")
  #expect(ids(open) == ["x"])
}

@Test func theToleranceOfCompleteHoldsForEachArm() {
  func verdict(_ missing: Int, _ tolerated: Double) -> Verdict {
    let samples = pairs(both: 100 - missing) + cases(missing, "m", candidate: ".", production: "P")
    return ruling(.complete(CompleteRule(maxMissing: tolerated)), samples).verdict
  }
  #expect(verdict(2, 0.02) == .pass)
  #expect(verdict(3, 0.02) == .inconclusive)
  // 29 of 100 is 29 %, which binary fractions do not say exactly.
  #expect(verdict(29, 0.29) == .pass)
}

@Test func completeNamesWhatIsMissingAndWhy() {
  let samples = pairs(both: 10) + [Sample("w", candidate: "W", production: "P"), Sample("b", candidate: "B", production: "U")]
  let open = ruling(.complete(CompleteRule()), samples)
  #expect(open.reason == .wrongModel)
  #expect(open.sentence.contains("1 answered by another model, 1 call cut short and 1 answer not scored"))
  #expect(
    rulings(.complete(CompleteRule()), pairs(both: 10) + [Sample("b", candidate: "B", production: "P")], stop: .budget)[0].reason
      == .budgetSpent)
  #expect(
    rulings(.complete(CompleteRule()), [Sample("b", candidate: "X", production: "X")], stop: .unreachable)[0].reason == .providerUnreachable
  )
}

@Test func completeNeedsSomethingPlannedAndEveryCaseAccountedFor() {
  #expect(ruling(.complete(CompleteRule()), []).verdict == .inconclusive)
  #expect(ruling(.complete(CompleteRule(maxMissing: 1)), pairs(both: 10), plannedCases: 11).verdict == .inconclusive)
  // More cases than planned: one was counted twice.
  #expect(ruling(.complete(CompleteRule()), pairs(both: 10), plannedCases: 9).verdict == .inconclusive)
}

@Test func completeWithoutProductionIsAboutTheCandidate() {
  let samples = cases(10, "a", candidate: "P")
  #expect(ruling(.complete(CompleteRule()), samples, arms: [.candidate]).verdict == .pass)
  #expect(ruling(.complete(CompleteRule()), samples).verdict == .inconclusive)
}

@Test(arguments: [
  // CP upper of 0 of 59 is 0.04951, of 0 of 58 0.05034; CP lower of 12 of 100 is 0.0707.
  (failed: 0, count: 59, verdict: Verdict.pass, reason: Reason.holds), (failed: 0, count: 58, verdict: .inconclusive, reason: .tooFewCases),
  (failed: 12, count: 100, verdict: .fail, reason: .beyondLimit),
  (failed: 4, count: 100, verdict: .inconclusive, reason: .cannotExcludeMargin),
])
func callFailuresAreJudgedByTheirExactLimits(_ row: (failed: Int, count: Int, verdict: Verdict, reason: Reason)) {
  let samples = cases(row.failed, "x", candidate: "X") + cases(row.count - row.failed, "p", candidate: "F")
  let ruling = ruling(.errorRate(ErrorRateRule()), samples, arms: [.candidate])
  #expect(ruling.verdict == row.verdict)
  #expect(ruling.reason == row.reason)
  #expect(ruling.count == row.count)
  #expect(!ruling.weighedScores)
}

@Test func callsNeverMadeCountAgainstAPassOnly() {
  let missing = cases(10, "m", candidate: ".") + cases(10, "b", candidate: "B")
  let open = ruling(.errorRate(ErrorRateRule()), cases(80, "p", candidate: "P") + missing, arms: [.candidate])
  #expect(open.verdict == .inconclusive)
  #expect(open.reason == .missingEvidence)
  #expect(open.missing == 20)
  #expect(open.estimate == 0)
  #expect(ruling(.errorRate(ErrorRateRule()), missing, arms: [.candidate]).verdict == .inconclusive)
}

@Test func anAnswerTooLargeToReadIsAFailedAnswerAndNoFailedCall() {
  let samples = cases(100, "l", candidate: "L")
  #expect(ruling(.errorRate(ErrorRateRule()), samples, arms: [.candidate]).verdict == .pass)
  #expect(ruling(.passRate(PassRateRule(limit: .min(0.5))), samples, arms: [.candidate]).verdict == .fail)
}
