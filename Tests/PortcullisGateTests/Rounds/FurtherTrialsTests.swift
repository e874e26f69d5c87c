import PortcullisCore
import PortcullisGate
import Testing

private let broken = Policy(offline: [PolicyRule(.noBrokenCases(NoBrokenCasesRule()))])
private let reliable = Policy(offline: [PolicyRule(.criticalCases(HardGate(demand: .reliable)))])

private func asked(_ samples: [Sample], _ policy: Policy, arms: [Arm] = bothArms) -> [FurtherTrials.Round] {
  var further = FurtherTrials(policy, arms: arms)
  for (ordinal, sample) in samples.enumerated() { further.add(sample.facts, trials: sample.trials, ordinal: ordinal) }
  return further.rounds
}

private func cases(_ rounds: [FurtherTrials.Round]) -> [[Int]] { rounds.map { $0.cases.map(\.ordinal) } }

@Test func whatOnlyTheCandidateFailedIsAskedAgainInBothArms() {
  let samples = [
    Sample("kept", candidate: "P", production: "P"), Sample("broken", candidate: "F", production: "P"),
    Sample("gained", candidate: "P", production: "F"), Sample("neither", candidate: "F", production: "F"),
    Sample("gone", candidate: ".", production: "P"), Sample("often", candidate: "PFP", production: "PPP"),
    Sample("half", candidate: "FF", production: "PF"),
  ]
  let rounds = asked(samples, broken)
  #expect(rounds.map(\.purpose) == [.confirming])
  #expect(rounds[0].arms == bothArms)
  #expect(cases(rounds) == [[1, 5]])
  #expect(rounds[0].cases.allSatisfy { $0.trials == 4 })
}

@Test func nothingIsAskedTwice() {
  let once = Sample("a", candidate: "F", production: "P")
  for answers in ["FFFF", "PPPP", "....", "XXXX"] {
    #expect(asked([once.round(.confirming, candidate: answers, production: "PPPP")], broken).isEmpty)
  }
}

@Test func whatCannotBeClearedIsNotAsked() {
  #expect(asked([Sample("a", candidate: "F", production: "P", isJudged: true)], broken).isEmpty)
  #expect(asked([Sample("a", candidate: "F", production: "P", isQuarantined: true)], broken).isEmpty)
  #expect(asked([Sample("a", candidate: "F", production: "P")], broken, arms: [.candidate]).isEmpty)
  #expect(asked([Sample("a", candidate: "F", production: "P")], Policy(offline: [PolicyRule(.complete(CompleteRule()))])).isEmpty)
  #expect(asked([Sample("a", candidate: "F", production: "P")], Policy(wrongPass: 0, offline: broken.offline)).isEmpty)
}

@Test func aFilteredRuleAsksItsOwnCasesOnly() {
  let german = Case.Tag(name: "language", value: "de")
  let policy = Policy(offline: [
    PolicyRule(.noBrokenCases(NoBrokenCasesRule(confirm: 6)), where: [german]), PolicyRule(.noBrokenCases(NoBrokenCasesRule(confirm: 3))),
  ])
  let samples = [Sample("a", candidate: "F", production: "P", tags: [german]), Sample("b", candidate: "F", production: "P")]
  #expect(asked(samples, policy)[0].cases.map(\.trials) == [6, 3])
}

// ln 20/ln(0.98/0.8) = 14.8; a failure costs ln(0.02/0.2)/ln(0.98/0.8) = 11.3 passes more.
@Test(arguments: [
  ("P", "", 14), ("P", "PPPPPPPPPPPPPP", 0), ("F", "", 27), ("P", "PPPPPPPPPPPPPF", 13), ("FF", "", 0), ("PPPPPPPPPPPPPPPPPPPP", "", 0),
  ("P", "PPP.", 0),
])
func aReliableCaseIsAskedAsOftenAsAPassMayTake(_ first: String, _ further: String, _ more: Int) {
  let plan = Sample("a", candidate: first, production: String(repeating: "P", count: first.count), severity: .critical)
  let sample = further.isEmpty ? plan : plan.round(.sequential, candidate: further)
  let rounds = asked([sample], reliable)
  #expect(rounds.first?.cases.first?.trials ?? 0 == more)
  #expect(rounds.allSatisfy { $0.purpose == .sequential && $0.arms == [.candidate] })
}

@Test func noCaseIsAskedBeyondTheMostTrials() {
  let policy = Policy(offline: [PolicyRule(.criticalCases(HardGate(demand: .reliable, trials: 20)))])
  let start = Sample("a", candidate: "P", production: "P", severity: .critical)
  var count = 0
  let played = playedOut([start], policy) { _, _ in
    count += 1
    return count != 5
  }
  // 19 more were answered, of which one failed: that leaves it undecided.
  #expect(count == 19)
  #expect(played[0].facts.allTrials(of: .candidate) == 20 && played[0].facts.allTrials(of: .production) == 1)
  #expect(decision(played, policy).verdict == .inconclusive)
}

@Test func theFirstSequentialRoundIsWhatAPassTakes() {
  func trials(_ policy: Policy, planned: Int, severity: Case.Severity = .critical, demand: String? = nil) -> Int {
    policy.sequentialTrials(
      for: CaseFacts(
        id: CaseID("a")!, evalset: "s", severity: severity, incident: demand.map { guarded(demand: $0) }, plannedTrials: planned))
  }
  #expect(trials(reliable, planned: 1) == 14)
  #expect(trials(reliable, planned: 20) == 0)
  #expect(trials(reliable, planned: 1, severity: .normal) == 0)
  let incidents = Policy(offline: [PolicyRule(.incidentsStayFixed(HardGate()))])
  #expect(trials(incidents, planned: 1, severity: .normal, demand: "reliable") == 14)
  #expect(trials(incidents, planned: 3, severity: .normal, demand: "all") == 0)
}

@Test func theDemandForReliabilityAsksNothingOfTheFirstRound() {
  let policy = Policy(offline: reliable.offline + [PolicyRule(.incidentsStayFixed(HardGate()))])
  func planned(_ incident: Incident?) -> Int {
    policy.plannedTrials(
      for: Case(id: CaseID("a")!, evalset: "s", input: .messages([]), checks: [], severity: .critical, incident: incident), repeats: 2)
  }
  #expect(planned(nil) == 2)
  #expect(planned(guarded) == 3)
  #expect(planned(guarded(demand: "reliable")) == 2)
}
