import PortcullisCore
import PortcullisGate
import Testing

private let all = Rule.criticalCases(HardGate())
private let never = Rule.criticalCases(HardGate(demand: .never))

private func critical(_ id: String, _ candidate: String, isJudged: Bool = false, isReused: Bool = false) -> Sample {
  Sample(id, candidate: candidate, severity: .critical, isJudged: isJudged, isReused: isReused)
}

@Test func aSuiteWithoutCriticalCasesPassesAndSaysNone() {
  let none = ruling(all, cases(5, "a", candidate: "F"), arms: [.candidate])
  #expect(none.verdict == .pass)
  #expect(none.reason == .none)
  #expect(none.sentence == "The suite has no critical case: none to hold.")
  #expect(!none.weighedScores)
  #expect(ruling(.incidentsStayFixed(HardGate()), [], arms: [.candidate]).reason == .none)
}

// 1 − 0.05^(1/3) = 0.6316.
@Test func aCriticalCaseHoldsWhenAllItsTrialsPassAndSaysWhatThatProves() {
  let held = ruling(all, [critical("a", "PPP"), critical("b", "PPP")], arms: [.candidate])
  #expect(held.verdict == .pass)
  #expect(
    held.sentence
      == "All 2 critical cases passed 3 of 3 trials: that excludes failure rates above 63 % for a case, and no lower ones.")
  #expect(held.weighedScores)
}

@Test(arguments: [
  // One failure fails whatever else is missing.
  ("PPF", Verdict.fail, Reason.beyondLimit), ("F..", .fail, .beyondLimit), ("FXU", .fail, .beyondLimit), ("PPL", .fail, .beyondLimit),
  // One unscored trial blocks.
  ("PP.", .inconclusive, .missingEvidence), ("PPU", .inconclusive, .missingEvidence), ("PPX", .inconclusive, .missingEvidence),
  ("PPW", .inconclusive, .missingEvidence), ("PP", .inconclusive, .tooFewCases), ("PPP", .pass, .holds),
])
func eachCriticalCaseStandsAlone(_ outcome: String, _ verdict: Verdict, _ reason: Reason) {
  let crowd = (0..<40).map { critical(numbered("good", $0), "PPP") }
  let ruling = ruling(all, crowd + [critical("bad", outcome)], arms: [.candidate])
  #expect(ruling.verdict == verdict)
  #expect(ruling.reason == reason)
  #expect(ids(ruling) == (verdict == .pass ? [] : ["bad"]))
}

// ln 0.05/ln 0.9 = 28.4.
@Test func neverTakesTwentyNineCleanTrials() {
  let clean = { (count: Int) in String(repeating: "P", count: count) }
  let held = ruling(never, [critical("a", clean(29))], arms: [.candidate])
  #expect(held.verdict == .pass)
  #expect(held.sentence.contains("excludes failure rates above 10 %"))
  let short = ruling(.criticalCases(HardGate(demand: .never, trials: 28)), [critical("a", clean(28))], arms: [.candidate])
  #expect(short.verdict == .inconclusive)
  #expect(short.next?.contains("plan 29 trials") == true)
  #expect(ruling(never, [critical("a", clean(28) + "F")], arms: [.candidate]).verdict == .fail)
}

@Test func answersOfAnEarlierRunProveNothing() {
  for outcome in ["PPP", "PFP"] {
    let reused = ruling(all, [critical("a", outcome, isReused: true)], arms: [.candidate])
    #expect(reused.verdict == .inconclusive)
    #expect(reused.reason == .missingEvidence)
    #expect(reused.sentence.contains("earlier run"))
  }
}

@Test func aJudgeNeitherHoldsNorBreaksACriticalCase() {
  for outcome in ["PPP", "PFP"] {
    #expect(ruling(all, [critical("a", outcome, isJudged: true)], arms: [.candidate]).reason == .judgeUnfit)
  }
  // A failure that no judge had a part in still fails.
  #expect(ruling(all, [critical("a", "PPP", isJudged: true), critical("b", "FPP")], arms: [.candidate]).verdict == .fail)
}

@Test func aPlannedCaseThatNobodySawMayBeACriticalOne() {
  let ruling = ruling(all, [critical("a", "PPP")], arms: [.candidate], plannedCases: 2)
  #expect(ruling.verdict == .inconclusive)
  #expect(ruling.reason == .missingEvidence)
}

@Test func onlyGuardedIncidentsAreHeld() {
  let rule = Rule.incidentsStayFixed(HardGate())
  let fixed = Sample("a", candidate: "FFF", incident: guarded(demand: nil, state: .fixed))
  #expect(ruling(rule, [fixed], arms: [.candidate]).reason == .none)
  let held = ruling(rule, [fixed, Sample("b", candidate: "PPP", incident: guarded)], arms: [.candidate])
  #expect(held.sentence.hasPrefix("The one guarded incident case passed 3 of 3 trials"))
  #expect(ruling(rule, [Sample("b", candidate: "PFP", incident: guarded)], arms: [.candidate]).verdict == .fail)
}

@Test func theDemandOfAnIncidentGoesBeforeTheRules() {
  let rule = Rule.incidentsStayFixed(HardGate())
  let strict = Sample("a", candidate: "PPP", incident: guarded(demand: "never"))
  #expect(ruling(rule, [strict], arms: [.candidate]).reason == .tooFewCases)
  let enough = Sample("a", candidate: String(repeating: "P", count: 29), incident: guarded(demand: "never"))
  #expect(ruling(rule, [enough], arms: [.candidate]).verdict == .pass)
  let unknown = Sample("a", candidate: "PPP", incident: guarded(demand: "sometimes"))
  #expect(ruling(rule, [unknown], arms: [.candidate]).verdict == .inconclusive)
}

@Test func aGuardedIncidentCannotBeQuarantinedAway() {
  let guardedCase = Sample("a", candidate: "FFF", incident: guarded, isQuarantined: true)
  #expect(ruling(.incidentsStayFixed(HardGate()), [guardedCase], arms: [.candidate]).verdict == .fail)
  let criticalCase = Sample("a", candidate: "FFF", severity: .critical, isQuarantined: true)
  let left = ruling(all, [criticalCase], arms: [.candidate])
  #expect(left.reason == .none)
  #expect(left.sentence.contains("1 in quarantine"))
}

@Test func aFilterNarrowsAHardGate() {
  let german = Case.Tag(name: "language", value: "de")
  let samples = [
    Sample("a", candidate: "PPP", severity: .critical, tags: [german]),
    Sample("b", candidate: "FFF", severity: .critical, tags: [Case.Tag(name: "language", value: "en")]),
  ]
  #expect(ruling(all, samples, where: [german], arms: [.candidate]).verdict == .pass)
  #expect(ruling(all, samples, where: [Case.Tag(name: "language", value: "fr")], arms: [.candidate]).verdict == .inconclusive)
}

@Test(arguments: [
  // (severity critical, guarded, demand, own repeats, trials)
  (true, false, nil as String?, nil as Int?, 3), (false, false, nil, nil, 2), (false, false, nil, 5, 5), (true, false, nil, 5, 3),
  (false, true, nil, nil, 4), (true, true, nil, nil, 4), (false, true, "never", nil, 29), (false, true, "all", 7, 4),
])
func trialsAreTheRulesElseTheCasesElseTheRuns(_ isCritical: Bool, _ isGuarded: Bool, _ demand: String?, _ repeats: Int?, _ trials: Int) {
  let policy = Policy(offline: [
    PolicyRule(.criticalCases(HardGate())), PolicyRule(.incidentsStayFixed(HardGate(trials: 4)), advisory: true),
  ])
  let testCase = Case(
    id: CaseID("a")!, evalset: "suite", input: .messages([]), checks: [], severity: isCritical ? .critical : .normal, repeats: repeats,
    incident: isGuarded ? guarded(demand: demand) : nil)
  #expect(policy.plannedTrials(for: testCase, repeats: 2) == trials)
}
