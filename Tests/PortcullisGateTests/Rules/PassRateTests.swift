import PortcullisCore
import PortcullisGate
import Testing

// Clopper–Pearson limits from scipy 1.10 (`beta.ppf`), the augmented t written out anew from statistics.md §5.

private func atLeast(_ share: Double, slices: [String] = []) -> Rule { .passRate(PassRateRule(limit: .min(share), slices: slices)) }
private func observed(_ share: Double) -> Rule { .passRate(PassRateRule(limit: .observedMin(share))) }

private func suite(passed: Int, of count: Int, missing: Int = 0) -> [Sample] {
  cases(passed, "p", candidate: "P") + cases(count - passed, "f", candidate: "F") + cases(missing, "m", candidate: "X")
}

@Test(arguments: [
  (passed: 59, count: 60, min: 0.92, lower: 0.9233600050654955, verdict: Verdict.pass),
  (passed: 59, count: 60, min: 0.93, lower: 0.9233600050654955, verdict: .inconclusive),
  (passed: 95, count: 100, min: 0.89, lower: 0.8977466223567255, verdict: .pass),
  (passed: 90, count: 100, min: 0.95, lower: 0.8362823767241852, verdict: .fail),
  (passed: 60, count: 60, min: 0.95, lower: 0.9512970866899025, verdict: .pass),
  (passed: 10, count: 40, min: 0.38, lower: 0.14236988285702096, verdict: .inconclusive),
  (passed: 10, count: 40, min: 0.39, lower: 0.14236988285702096, verdict: .fail),
])
func aRateIsJudgedByItsExactLimits(_ row: (passed: Int, count: Int, min: Double, lower: Double, verdict: Verdict)) {
  let ruling = ruling(atLeast(row.min), suite(passed: row.passed, of: row.count), arms: [.candidate])
  #expect(ruling.verdict == row.verdict)
  #expect(near(ruling.interval?.lower, row.lower, 1e-9))
  #expect(near(ruling.estimate, Double(row.passed) / Double(row.count), 1e-12))
  #expect(ruling.method.contains("Clopper–Pearson"))
}

// CP lower of 95 of 100 is 0.8977, of 95 of 103 is 0.8628.
@Test func missingCasesCountAsFailuresAgainstAPass() {
  let ruling = ruling(atLeast(0.89), suite(passed: 95, of: 100, missing: 3), arms: [.candidate])
  #expect(ruling.verdict == .inconclusive)
  #expect(ruling.reason == .missingEvidence)
  #expect(ruling.missing == 3)
  #expect(ids(ruling) == (0..<3).map { numbered("m", $0) })
}

@Test func aRateThatTooFewCasesCanShowSaysHowManyItTakes() {
  let short = ruling(atLeast(0.95), suite(passed: 50, of: 50), arms: [.candidate])
  #expect(short.reason == .tooFewCases)
  #expect(short.next == "at least 59 cases, all passed")
}

@Test func anUndecidedRateSaysWhatWouldSettleIt() {
  // z²·0.9·0.1/(0.92 − 0.9)² = 608.7.
  #expect(ruling(atLeast(0.90), suite(passed: 92, of: 100), arms: [.candidate]).next == "about 609 cases at this rate would settle it")
  #expect(
    ruling(atLeast(0.92), suite(passed: 92, of: 100), arms: [.candidate]).next?.hasPrefix("no number of cases will make it pass") == true)
}

@Test func repeatsAreJudgedByTheAugmentedBoundOnTheRate() {
  let samples =
    cases(27, "a", candidate: "PP") + cases(2, "b", candidate: "PF") + cases(1, "c", candidate: "FF")
  let complete = ruling(atLeast(0.82), samples, arms: [.candidate])
  #expect(near(complete.estimate, 28.0 / 30, 1e-9))
  #expect(near(complete.interval?.lower, 0.8204941790097835, 1e-8))
  #expect(complete.verdict == .pass)
  let missing = ruling(atLeast(0.82), samples + cases(1, "d", candidate: "P."), arms: [.candidate])
  #expect(missing.verdict == .inconclusive)
  #expect(near(missing.interval?.lower, 0.7817588982781744, 1e-8))
}

@Test func anObservedRateClaimsNothingBeyondTheSuite() {
  let held = ruling(observed(0.9), suite(passed: 9, of: 10), arms: [.candidate])
  #expect(held.verdict == .pass)
  #expect(held.sentence == "On this suite, with no claim beyond it, the candidate passed 9 of 10 independent cases: 90 % reaches 90 %.")
  #expect(ruling(observed(0.9), suite(passed: 8, of: 10), arms: [.candidate]).verdict == .fail)
  // One missing case decides: neither a pass nor a fail.
  #expect(ruling(observed(0.9), suite(passed: 9, of: 10, missing: 1), arms: [.candidate]).reason == .missingEvidence)
  #expect(ruling(observed(0.8), suite(passed: 9, of: 10, missing: 1), arms: [.candidate]).verdict == .pass)
}

@Test func slicesOfARateAreRulingsOfTheirOwn() {
  let samples = pairs(both: 60, behaviour: "a") + pairs(both: 10, lost: 50, behaviour: "b")
  let rulings = rulings(atLeast(0.4, slices: ["behaviour", "tier"]), samples, arms: [.candidate])
  #expect(rulings.map(\.verdict) == [.pass, .pass, .fail, .inconclusive])
  #expect(rulings[2].slice == Case.Tag(name: "behaviour", value: "b"))
}

@Test func noScoreIsNoRate() {
  let none = ruling(atLeast(0), suite(passed: 0, of: 0, missing: 5), arms: [.candidate])
  #expect(none.verdict == .inconclusive)
  #expect(!none.weighedScores)
  #expect(ruling(observed(0), [], arms: [.candidate]).verdict == .inconclusive)
}

// The bound of §5 is not monotone: 0.377804 from the complete cases, and 0.380147 with the missing one failed (scipy).
@Test func aMissingCaseThatNarrowsTheBoundStillDoesNotHelp() {
  var samples = (0..<4).map { Sample(numbered("good", $0), candidate: "P", cluster: "c0") }
  for index in 1..<10 {
    samples += (0..<4).map { Sample(numbered("c\(index)", $0), candidate: $0 < 2 ? "P" : "F", cluster: "c\(index)") }
  }
  let open = ruling(atLeast(0.379), samples + [Sample("lost", candidate: ".", cluster: "c0")], arms: [.candidate])
  #expect(open.verdict == .inconclusive)
  #expect(near(open.interval?.lower, 0.37780389602803943, 1e-8))
}
