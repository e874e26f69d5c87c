import PortcullisCore
import PortcullisGate
import Testing

// The ledger of situations in which other gates open (gate-contracts.md §1), one test a row that is about a decision.
// The rows about a server, a merge button or an administrator belong to the rooms that own those doors.

private let compare = Policy(offline: [PolicyRule(.noRegression(NoRegressionRule(margin: 0.10)))])

@Test func noCondition_isNoPass() {
  #expect(decision(pairs(both: 500), Policy(offline: [])).verdict == .inconclusive)
}

@Test func endedBeforeTheFirstMeasurement_isNoPass() {
  for stop in [RunFacts.Stop.finished, .budget, .deadline, .unreachable] {
    #expect(decision([], compare, stop: stop, plannedCases: 10).verdict == .inconclusive)
    #expect(decision([], compare, stop: stop, plannedCases: 0).verdict == .inconclusive)
  }
}

@Test func everyMeasurementErrored_isNoPass() {
  let policy = Policy(offline: Policy.standard.offline + [PolicyRule(.errorRate(ErrorRateRule()), advisory: true)])
  for outcome in ["X", "T", "U", "W", "B", "."] {
    #expect(decision(cases(500, "a", candidate: outcome, production: outcome), policy).verdict == .inconclusive)
  }
}

@Test func aMetricThatIsNotANumber_isNoPass() {
  #expect(decision(pairs(both: 500), Policy(offline: [PolicyRule(.noRegression(NoRegressionRule(margin: .nan)))])).verdict == .inconclusive)
  #expect(decision(pairs(both: 500), Policy(offline: [PolicyRule(.passRate(PassRateRule(limit: .min(.nan))))])).verdict == .inconclusive)
}

@Test func anObjectiveThatSelectsNothing_isNoPass() {
  let nowhere = [Case.Tag(name: "language", value: "dee")]
  let rule = NoRegressionRule(margin: 0.10)
  #expect(decision(pairs(both: 500), Policy(offline: [PolicyRule(.noRegression(rule), where: nowhere)])).verdict == .inconclusive)
  #expect(decision(pairs(both: 500), Policy(offline: [PolicyRule(.criticalCases(HardGate()), where: nowhere)])).verdict == .inconclusive)
  let sliced = NoRegressionRule(margin: 0.10, slices: ["langauge"])
  #expect(decision(pairs(both: 500), Policy(offline: [PolicyRule(.noRegression(sliced))])).verdict == .inconclusive)
}

@Test func oneMetricThatCannotBeClassified_blocksTheOthers() {
  // A single case in one slice, everything else in perfect order.
  let policy = Policy(offline: [PolicyRule(.noRegression(NoRegressionRule(margin: 0.10, slices: ["behaviour"], sliceMargin: 0.30)))])
  let samples = pairs(both: 500, behaviour: "a") + pairs(both: 1, behaviour: "b")
  #expect(decision(samples, policy).verdict == .inconclusive)
}

@Test func aGroupWithoutData_isNotFullMarks() {
  let policy = Policy(offline: [PolicyRule(.noRegression(NoRegressionRule(margin: 0.10, slices: ["behaviour"], sliceMargin: 0.30)))])
  let silent = cases(50, "b", candidate: ".", production: ".", behaviour: "b")
  #expect(decision(pairs(both: 500, behaviour: "a") + silent, policy).verdict == .inconclusive)
}

@Test func identicalSeriesOfADeadExporter_areNoPass() {
  // Both arms fail every case alike, or score every case alike with one number that is not 1.
  #expect(decision(pairs(neither: 500), compare).verdict == .inconclusive)
  #expect(decision(cases(500, "a", candidate: "PF", production: "PF"), compare).verdict == .inconclusive)
}

@Test func undecidedAtTheDeadline_isNoPass() {
  let decision = decision(pairs(both: 500) + cases(20, "b", candidate: "B", production: "B"), compare, stop: .deadline)
  #expect(decision.verdict == .inconclusive)
  #expect(decision.exitCode == .budgetSpent)
}

@Test func aMetricLackingData_countsAgainstAPass() {
  // 500 perfect pairs, and a hundred that the candidate never answered.
  #expect(decision(pairs(both: 500) + cases(100, "x", candidate: ".", production: "P"), compare).verdict == .inconclusive)
}
