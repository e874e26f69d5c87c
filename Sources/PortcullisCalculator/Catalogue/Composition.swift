import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let composition = MethodGroup("The verdict of several rules", [compose])
}

private let compose = Method(
  "compose", "The verdict of a gate: the worst of its gating rules.",
  inputs: [
    Input(
      "components", "the rules",
      .list(
        .record([
          .word("role", "whether the rule may close the gate", ["gate", "advisory"]),
          .word("verdict", "what the rule says", ThreeWay.allCases.map(\.word)),
        ]), count: 0...10_000))
  ], outputs: [Output("verdict", "PASS, INCONCLUSIVE or FAIL; INCONCLUSIVE where no rule gates")], source: Source("§1.2")
) { inputs in
  let rules = inputs.records("components").map { rule in
    let verdict = ThreeWay.allCases.first { $0.word == rule.word("verdict") } ?? .fail
    return (role: rule.word("role") == "advisory" ? RuleRole.advisory : .gate, verdict: verdict)
  }
  return ["verdict": .verdict(composedVerdict(rules))]
}
