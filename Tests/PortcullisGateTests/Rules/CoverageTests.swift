import PortcullisCore
import PortcullisGate
import Testing

private let covering = Policy(offline: [PolicyRule(.coverage)])

private func covered(
  _ samples: [Sample], _ demands: [(evalset: String, behaviour: String, minCases: Int)], policy: Policy = covering
) -> Ruling {
  var evidence = evidence(samples, policy)
  let run = RunFacts(
    arms: bothArms, plannedCases: samples.count,
    behaviours: demands.map { BehaviourDemand(evalset: $0.evalset, behaviour: $0.behaviour, minCases: $0.minCases) })
  evidence = tally(samples, policy).evidence(run: run)
  return decide(evidence, policy: policy, context: someContext).rulings[0]
}

@Test func eachDeclaredBehaviourNeedsItsCasesScored() {
  let samples = cases(8, "r", candidate: "P", behaviour: "refusal") + cases(5, "t", candidate: "F", behaviour: "tool")
  let pass = covered(samples, [("suite", "refusal", 8), ("suite", "tool", 5)])
  #expect(pass.verdict == .pass && pass.reason == .holds)
  #expect(pass.sentence == "All 2 declared behaviours have enough scored cases: 'refusal' 8 of 8 and 'tool' 5 of 5.")
  #expect(!pass.weighedScores)
  let short = covered(samples, [("suite", "refusal", 9), ("suite", "tool", 5)])
  #expect(short.verdict == .inconclusive && short.reason == .tooFewCases)
  #expect(short.sentence == "1 of 2 declared behaviours has too few scored cases: 'refusal' 8 of 9.")
  #expect(short.next == "write the cases that are missing, or lower 'min_cases' in the evalset's 'behaviours'")
  #expect(covered(samples, [("suite", "talk", 1)]).sentence.contains("'talk' 0 of 1"))
}

/// Whatever lacks a score does not cover, and neither does production's score.
@Test(arguments: ["U", "X", "B", ".", "P."]) func aCaseWithoutItsScoresCoversNothing(outcome: String) {
  let samples =
    cases(7, "r", candidate: "P", behaviour: "refusal")
    + [Sample("z", candidate: outcome, production: "P", behaviour: "refusal")]
  let lost = covered(samples, [("suite", "refusal", 8)])
  #expect(lost.verdict == .inconclusive && lost.reason == .missingEvidence && lost.missing == 1)
  #expect(lost.sentence.contains("'refusal' 7 of 8"))
}

@Test func quarantinedCasesCoverNothing() {
  let samples =
    cases(99, "r", candidate: "P", behaviour: "refusal")
    + [Sample("q", candidate: "P", behaviour: "refusal", isQuarantined: true)]
  #expect(covered(samples, [("suite", "refusal", 100)]).verdict == .inconclusive)
}

@Test func whatNobodyDeclaresIsNotAskedFor() {
  let none = covered(cases(3, "r", candidate: "P"), [])
  #expect(none.verdict == .pass && none.reason == .none)
  #expect(none.sentence == "No evalset declares a behaviour: none to cover.")
}

@Test func aBehaviourIsCoveredByTheCasesOfItsOwnEvalset() {
  let samples = ["a", "b"].flatMap { evalset in
    (0..<3).map { Sample(numbered(evalset, $0), candidate: "P", evalset: evalset, behaviour: "refusal") }
  }
  #expect(covered(samples, [("a", "refusal", 3), ("b", "refusal", 3)]).verdict == .pass)
  let open = covered(samples, [("a", "refusal", 4), ("b", "refusal", 3)])
  #expect(open.sentence.contains("'refusal' of a 3 of 4"))
}

@Test func aFilterCountsItsOwnCases() {
  let tag = [Case.Tag(name: "tier", value: "gold")]
  let filtered = Policy(offline: [PolicyRule(.coverage, where: tag)])
  let samples = [
    Sample("a", candidate: "P", behaviour: "refusal", tags: tag), Sample("b", candidate: "P", behaviour: "refusal"),
  ]
  #expect(covered(samples, [("suite", "refusal", 1)], policy: filtered).verdict == .pass)
  #expect(covered(samples, [("suite", "refusal", 2)], policy: filtered).sentence.contains("'refusal' 1 of 2"))
}

@Test func coverageIsWarnedOfBeforeTheRun() {
  var sizes = PlanSizes(
    covering, arms: bothArms, currency: nil, behaviours: [BehaviourDemand(evalset: "suite", behaviour: "talk", minCases: 2)])
  for sample in cases(1, "t", candidate: "P", behaviour: "talk") { sizes.add(sample.facts) }
  let warnings = planWarnings(covering, sizes).map(\.message)
  #expect(warnings.contains("'coverage' cannot pass even if nothing is wrong at this size"))
}
