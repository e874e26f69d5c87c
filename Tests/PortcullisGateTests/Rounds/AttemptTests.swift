import PortcullisCore
import PortcullisGate
import Testing

private let compare = Policy(offline: [PolicyRule(.noRegression(NoRegressionRule(margin: 0.05)))])

private func decided(
  _ samples: [Sample], _ policy: Policy = compare, earlier: Int = 0, look: Int = 1, stop: RunFacts.Stop = .finished,
  isFiltered: Bool = false,
  arms: [Arm] = bothArms
) -> Decision {
  var run = RunFacts(stop: stop, arms: arms, plannedCases: samples.count, isFiltered: isFiltered)
  run.earlierAttempts = earlier
  run.look = look
  return decide(tally(samples, policy).evidence(run: run), policy: policy, context: someContext)
}

@Test func aCandidateThatWasTriedBeforeCannotPass() {
  let clean = pairs(both: 100)
  #expect(decided(clean).verdict == .pass)
  let again = decided(clean, earlier: 2)
  #expect(again.verdict == .inconclusive)
  #expect(again.exitCode == .inconclusive)
  let tried = again.rulings.last
  #expect(tried?.reason == .alreadyTried && tried?.rule == "run")
  #expect(tried?.sentence.contains("tried 2 times before") == true)
  #expect(again.attempt.words == ["tried 2 times before"])
}

@Test func whatWouldNotPassAnywayIsNotToldOfEarlierAttempts() {
  for samples in [pairs(both: 60, lost: 40), pairs(both: 10)] {
    let (first, later) = (decided(samples), decided(samples, earlier: 1))
    #expect(later.verdict == first.verdict)
    #expect(later.rulings == first.rulings)
  }
}

@Test func onlyCompleteEvidenceIsAnAttempt() {
  let clean = pairs(both: 100)
  #expect(decided(clean).attempt.isComplete)
  #expect(decided(pairs(both: 60, lost: 40)).attempt.isComplete)
  #expect(!decided(clean + [Sample("gone", candidate: "P", production: "X")]).attempt.isComplete)
  #expect(!decided(clean, stop: .budget).attempt.isComplete)
  #expect(!decided(clean, isFiltered: true).attempt.isComplete)
  #expect(!decided(clean, arms: [.candidate]).attempt.isComplete)
  let broken = Policy(offline: [PolicyRule(.noBrokenCases(NoBrokenCasesRule()))])
  #expect(decided(clean + [.broken("a", "FFFF", "PPPP")], broken).attempt.isComplete)
  #expect(!decided(clean + [.broken("a", "FFF.", "PPPP")], broken).attempt.isComplete)
}

// statistics.md §1.5.
@Test(arguments: [(1, [0.05]), (2, [0.0055746, 0.0482457]), (3, [0.00068690, 0.0161445, 0.0450555])])
func eachLookSpendsItsPart(_ looks: Int, _ rates: [Double]) {
  let policy = Policy(offline: [], looks: looks)
  #expect((1...looks).map { policy.rates(atLook: $0).pass } == rates)
  #expect(policy.rates(atLook: looks + 3).fail == rates.last)
  // Other rates by the recursion: in proportion, nearly, and never above the declared one.
  let strict = Policy(wrongPass: 0.025, offline: [], looks: looks).rates(atLook: looks)
  #expect(strict.pass <= 0.025 && strict.pass > 0.02)
}

@Test func anEarlyLookAsksForMore() {
  // 0 lost of 60: z² = 2.7 excludes 5 points at α 0.05 (52 cases), not at 0.00069 (z 3.2: 195 cases).
  let policy = Policy(offline: compare.offline, looks: 3)
  let clean = pairs(both: 60)
  #expect(decided(clean, policy, look: 1).verdict == .inconclusive)
  #expect(decided(clean, policy, look: 3).verdict == .pass)
  #expect(decided(clean, policy, look: 2).attempt.words == ["look 2 of 3, α 0.0161"])
}

@Test func anEarlyLookClearsNoBrokenCaseMoreEasily() {
  let policy = Policy(offline: [PolicyRule(.noBrokenCases(NoBrokenCasesRule()))], looks: 3)
  for look in 1...3 {
    #expect(decided(pairs(both: 20) + [.broken("a", "PFFF", "PPPP")], policy, look: look).verdict == .inconclusive)
    #expect(decided(pairs(both: 20), policy, look: look).verdict == .pass)
  }
}

@Test func aLookIsPartOfEveryRateWhateverWasAskedInBetween() {
  let policy = Policy(offline: compare.offline + [PolicyRule(.noBrokenCases(NoBrokenCasesRule()))], looks: 2)
  let looked = (0..<30).map { Sample(numbered("a", $0), candidate: "P", production: "P").round(.look, candidate: "P", production: "P") }
  let broken = Sample.broken("b", "PPPP", "PPPP").round(.look, candidate: "P", production: "P")
  let evidence = tally(looked + [broken], policy).evidence(run: RunFacts(arms: bothArms, plannedCases: 31))
  #expect(evidence.arms.map(\.planned) == [62, 62] && evidence.arms.map(\.passed) == [61, 62])
  #expect(evidence.arms.map(\.further.scored) == [4, 4])
  #expect(evidence.scopes[0].whole.missing == 0 && evidence.scopes[0].whole.hasRepeats)
  #expect(evidence.scopes[0].broken.discordant.count == 1)
}

@Test func aCaseThatWasAskedAgainStaysInTheTest() {
  // Production fails the second look, and so does not pass the case whole any more: what the confirming trials say still stands.
  let policy = Policy(offline: [PolicyRule(.noBrokenCases(NoBrokenCasesRule()))], looks: 2)
  let dead = Sample.broken("b", "FFFF", "PPPP").round(.look, candidate: "F", production: "F")
  #expect(decided(pairs(both: 20).map { $0.round(.look, candidate: "P", production: "P") } + [dead], policy, look: 2).verdict == .fail)
}
