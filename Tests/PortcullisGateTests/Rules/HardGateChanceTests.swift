import PortcullisCore
import PortcullisGate
import Testing

private func warnings(_ rule: Rule, cases count: Int, trials: Int, severity: Case.Severity = .critical) -> [String] {
  let policy = Policy(offline: [PolicyRule(rule)])
  var sizes = PlanSizes(policy, arms: bothArms, currency: nil)
  for index in 0..<count {
    sizes.add(CaseFacts(id: CaseID(numbered("c", index))!, evalset: "s", severity: severity, plannedTrials: trials))
  }
  return planWarnings(policy, sizes).map(\.message)
}

// 1 − 0.99³⁰ = 26 %; 1 − 0.99²⁵⁰ = 91.9 %, the example of statistics.md §6; 1 − 0.99³ = 3 % is within the declared 5 %.
@Test func aStrictGateSaysHowOftenEqualModelsFailIt() {
  let strict = Rule.criticalCases(HardGate())
  #expect(
    warnings(strict, cases: 10, trials: 3) == [
      "'critical-cases' fails 26 % of candidates that answer each trial right 99 % of the time (30 trials of 10 cases, of which none may fail)"
    ])
  #expect(warnings(.criticalCases(HardGate(trials: 5)), cases: 50, trials: 5)[0].contains("fails 91.9 % of candidates"))
  #expect(warnings(strict, cases: 1, trials: 3).isEmpty)
  #expect(warnings(strict, cases: 10, trials: 3, severity: .normal).allSatisfy { !$0.contains("of candidates") })
  #expect(warnings(.criticalCases(HardGate(demand: .reliable)), cases: 10, trials: 1).isEmpty)
}

@Test func theDecisionSaysItToo() {
  let held = decision(
    (0..<10).map { Sample(numbered("c", $0), candidate: "PPP", severity: .critical) },
    Policy(offline: [PolicyRule(.criticalCases(HardGate()))]), arms: [.candidate])
  #expect(held.guarantees.contains { $0.hasPrefix("'critical-cases' fails 26 % of candidates") })
}
