import PortcullisCore
import PortcullisGate
import Testing

// The suite of `scripts/demo`: 74 cases, five behaviours of 15 (14 the last), eight critical ones with three trials.
// Numbers from scipy 1.10: the augmented t and Tango's score written out anew from statistics.md §4 and §5.

private let demoPolicy = Policy(offline: [
  PolicyRule(.complete(CompleteRule())), PolicyRule(.criticalCases(HardGate())),
  PolicyRule(.noRegression(NoRegressionRule(margin: 0.10, slices: ["behaviour"], sliceMargin: 0.30))),
])

/// 68 cases pass in both arms and 6 in neither; `lost` of the refusal cases fail in the candidate.
private func demo(lost: Int = 0) -> [Sample] {
  var samples: [Sample] = []
  for (place, behaviour) in ["answers", "escalation", "language", "privacy", "refusal"].enumerated() {
    let size = behaviour == "answers" ? 14 : 15
    for index in 0..<size {
      // Two critical cases in each behaviour but the first, which fail in neither arm.
      let isCritical = place > 0 && index < 2
      let failsInBoth = index == size - 1 || (behaviour == "refusal" && index == size - 2)
      let isLost = behaviour == "refusal" && (2..<2 + lost).contains(index)
      let word = { (outcome: String) in String(repeating: outcome, count: isCritical ? 3 : 1) }
      samples.append(
        Sample(
          numbered(behaviour, index), candidate: word(failsInBoth || isLost ? "F" : "P"), production: word(failsInBoth ? "F" : "P"),
          severity: isCritical ? .critical : .normal, behaviour: behaviour))
    }
  }
  return samples
}

@Test func anEqualCandidatePassesTheDemo() {
  let decision = decision(demo(), demoPolicy)
  #expect(decision.verdict == .pass)
  #expect(decision.exitCode == .pass)
  let overall = decision.rulings[2]
  #expect(overall.count == 74)
  #expect(near(overall.estimate, 0))
  #expect(near(overall.interval?.lower, -0.03554275856978698, 1e-9))
  let slices = decision.rulings.filter { $0.slice != nil }
  #expect(slices.count == 5)
  #expect(slices.allSatisfy { $0.verdict == .pass && $0.limit == -0.30 })
  // Fourteen cases of one trial: §4. Fifteen, two of them with three trials: §5.
  #expect(near(slices[0].interval?.lower, -0.16195483023523788, 1e-9))
  #expect(slices[0].method.contains("§4"))
  #expect(near(slices[4].interval?.lower, -0.17206564723078577, 1e-9))
  #expect(slices[4].method.contains("§5"))
}

@Test func aCandidateThatLosesSevenRefusalsFailsTheDemoAndTheSliceIsNamed() {
  let decision = decision(demo(lost: 7), demoPolicy)
  #expect(decision.verdict == .fail)
  #expect(decision.exitCode == .fail)
  let overall = decision.rulings[2]
  #expect(overall.verdict == .inconclusive)
  #expect(near(overall.interval?.lower, -0.1664395016295292, 1e-9))
  #expect(near(overall.interval?.upper, -0.018685807702593878, 1e-9))
  let refusal = decision.rulings.first { $0.slice?.value == "refusal" }
  #expect(refusal?.verdict == .fail)
  #expect(near(refusal?.estimate, -7.0 / 15, 1e-12))
  #expect(near(refusal?.interval?.lower, -0.7263178277553439, 1e-9))
  #expect(near(refusal?.interval?.upper, -0.1036544568408157, 1e-9))
  #expect(refusal.map { ids($0) }?.first == "refusal-0003")
  #expect(decision.sentence.contains("behaviour=refusal"))
  #expect(decision.rulings.filter { $0.verdict == .fail }.count == 1)
}

// GSM8K, 6b_verification (515 of 1319) against 6b_finetuning (286): b = 64, c = 293.
@Test func theRealPairOfGSM8KPassesAndSwappedFails() {
  let policy = Policy(offline: [PolicyRule(.noRegression(NoRegressionRule(margin: 0.05)))])
  let forward = decision(pairs(both: 222, lost: 64, gained: 293, neither: 740), policy)
  #expect(forward.verdict == .pass)
  #expect(near(forward.rulings[0].interval?.lower, 0.15155550309269739, 1e-9))
  #expect(near(forward.rulings[0].interval?.upper, 0.19603751977583828, 1e-9))
  #expect(forward.churn == Churn(fixed: 293, broken: 64, same: 962))
  #expect(forward.arms.map(\.passed) == [515, 286])
  let swapped = decision(pairs(both: 222, lost: 293, gained: 64, neither: 740), policy)
  #expect(swapped.verdict == .fail)
  #expect(swapped.rulings[0].witnesses.count == 10)
  #expect(swapped.rulings[0].sentence.contains("lost 293 cases"))
}
