import PortcullisCore
import PortcullisGate
import Testing

// The laws of DESIGN §6 over every small world under every small policy.

/// The decision on each small world under one policy, asked once.
private func decisions(_ rules: [PolicyRule], arms: [Arm] = bothArms) -> [World: Decision] {
  let policy = Policy(offline: rules)
  return Dictionary(uniqueKeysWithValues: smallWorlds.map { ($0, decision(samples($0), policy, arms: arms)) })
}

private func hasScore(_ world: World) -> Bool { world.contains { $0.candidate < 2 || $0.production < 2 } }

@Test(arguments: smallPolicies.indices)
func smallWorldsObeyTheLaws(_ index: Int) {
  let rules = smallPolicies[index]
  let table = decisions(rules)
  var passes = 0
  for (world, decision) in table {
    let deciding = decision.rulings.filter { !$0.advisory }
    // The verdict is the worst ruling, and the exit code says the same.
    #expect(decision.verdict == deciding.map(\.verdict).max())
    #expect(decision.exitCode == ExitCode(decision.verdict))
    guard decision.verdict == .pass else { continue }
    passes += 1
    #expect(deciding.contains { $0.weighedScores }, "a pass weighed no score: \(world)")
    #expect(hasScore(world), "a pass without a score: \(world)")
  }
  for (world, decision) in table { checkNeighbours(world, decision, table) }
  // Every policy that weighs a score of its own accord passes some world: the laws are not kept by never passing.
  let opens = [3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 18, 20].contains(index)
  #expect((passes > 0) == opens)
}

/// Turning a pass of the candidate into a fail, or losing any trial, never makes a pass of what was none.
private func checkNeighbours(_ world: World, _ before: Decision, _ table: [World: Decision]) {
  for place in world.indices {
    var changes: [(Kind, isWorse: Bool)] = []
    if world[place].candidate == 0 { changes.append((with(world[place]) { $0.candidate = 1 }, true)) }
    if world[place].candidate < 2 {
      for lost in [2, 3, 4] { changes.append((with(world[place]) { $0.candidate = lost }, false)) }
    }
    if world[place].production < 2 { changes.append((with(world[place]) { $0.production = 4 }, false)) }
    for (kind, isWorse) in changes {
      var after = world
      after[place] = kind
      guard let decision = table[after.sorted()] else { continue }
      if decision.verdict == .pass { #expect(before.verdict == .pass, "\(world) to \(after)") }
      // A failed answer in place of a good one is never the better evidence, whatever the verdict was.
      if isWorse { #expect(decision.verdict >= before.verdict, "\(world) to \(after)") }
    }
  }
}

private func with(_ kind: Kind, _ change: (inout Kind) -> Void) -> Kind {
  var changed = kind
  change(&changed)
  return changed
}

@Test func addingARuleNeverHelpsInASmallWorld() {
  let all = Policy(offline: smallPolicies.flatMap { $0 })
  for world in smallWorlds where world.count <= 3 {
    let samples = samples(world)
    let together = decision(samples, all)
    var alone: [Ruling] = []
    for rules in smallPolicies {
      let decision = decision(samples, Policy(offline: rules))
      alone += decision.rulings.filter { $0.rule != "run" }
      // Only "no rule weighed a score" may be mended by adding a rule: by one that does.
      let worst = decision.rulings.filter { !$0.advisory && $0.reason != .nothingWeighed }.map(\.verdict).max()
      #expect(together.verdict >= worst ?? .pass)
    }
    // What a rule says does not depend on the rules beside it.
    #expect(together.rulings.filter { $0.rule != "run" } == alone)
  }
}

@Test func withoutProductionNoRegressionIsInconclusiveInEverySmallWorld() {
  for index in [3, 4, 5, 6, 14] {
    for decision in decisions(smallPolicies[index], arms: [.candidate]).values {
      #expect(decision.rulings.filter { $0.rule == "no-regression" }.allSatisfy { $0.verdict == .inconclusive && !$0.weighedScores })
      #expect(decision.verdict >= .inconclusive)
    }
  }
}

@Test func anEmptySetPassesAndSaysNoneInEverySmallWorld() {
  for (index, guarding) in [(9, Kind.Guard.critical), (10, .incident)] {
    for (world, decision) in decisions(smallPolicies[index]) where !world.contains(where: { $0.guarding == guarding }) {
      #expect(decision.rulings[0].verdict == .pass)
      #expect(decision.rulings[0].reason == .none)
      #expect(decision.verdict == .inconclusive)
    }
  }
}

@Test func oneCriticalCaseDecidesEverySmallWorld() {
  for (world, decision) in decisions(smallPolicies[9]) {
    let critical = world.filter { $0.guarding == .critical }
    guard !critical.isEmpty else { continue }
    let expected: Verdict =
      critical.contains { $0.candidate == 1 } ? .fail : critical.allSatisfy { $0.candidate == 0 } ? .pass : .inconclusive
    #expect(decision.verdict == expected, "\(world)")
  }
}

@Test func neitherOrderNorShardsChangeASmallWorld() {
  let policy = Policy(offline: smallPolicies.flatMap { $0 })
  for world in smallWorlds where world.count <= 3 {
    let samples = samples(world)
    let whole = tally(samples, policy)
    let run = RunFacts(arms: bothArms, plannedCases: samples.count)
    for cut in 0...samples.count {
      var merged = tally(Array(samples[cut...].reversed()), policy)
      merged.merge(tally(Array(samples[..<cut]), policy))
      #expect(merged.evidence(run: run) == whole.evidence(run: run))
    }
  }
}
