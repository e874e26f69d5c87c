import PortcullisCore

extension RuleInput {
  /// `coverage`: every declared behaviour has its cases scored in the candidate arm. Nothing is claimed of how they were scored.
  func coverage() -> Ruling {
    let demands = run.behaviours
    let short = demands.filter { scope.coverage[$0].scored < $0.minCases }
    let several = Set(demands.map { SliceValue($0.evalset) }).count > 1
    let missing = demands.reduce(0) { $0 + max(0, min($1.minCases, scope.coverage[$1].cases) - scope.coverage[$1].scored) }
    func ruling(_ verdict: Verdict, _ reason: Reason, _ sentence: String, next: String?) -> Ruling {
      Ruling(
        rule: "coverage", verdict: verdict, reason: reason, sentence: whereClause + sentence,
        estimate: demands.isEmpty ? nil : Double(demands.count - short.count) / Double(demands.count), count: demands.count,
        missing: missing, limit: demands.isEmpty ? nil : 1, method: "count of cases", next: next)
    }
    guard !demands.isEmpty else { return ruling(.pass, .none, "no evalset declares a behaviour: none to cover", next: nil) }
    guard !short.isEmpty else {
      let all = demands.count == 1 ? "the declared behaviour has" : "all \(demands.count) declared behaviours have"
      return ruling(
        .pass, .holds, "\(all) enough scored cases: \(listed(demands.prefix(3).map { told($0, several) }))\(more(demands))", next: nil)
    }
    let isPlanned = short.allSatisfy { scope.coverage[$0].cases >= $0.minCases }
    let verb = short.count == 1 ? "has" : "have"
    return ruling(
      .inconclusive, isPlanned ? .missingEvidence : .tooFewCases,
      "\(short.count) of \(counted(demands.count, "declared behaviour")) \(verb) too few scored cases: "
        + "\(listed(short.prefix(3).map { told($0, several) }))\(more(short))",
      next: isPlanned
        ? "see with 'export trials' why scores are missing, then run again"
        : "write the cases that are missing, or lower 'min_cases' in the evalset's 'behaviours'")
  }

  /// `refusal 5 of 8`.
  private func told(_ demand: BehaviourDemand, _ isOfSeveral: Bool) -> String {
    "'\(demand.behaviour)'\(isOfSeveral ? " of \(demand.evalset)" : "") \(scope.coverage[demand].scored) of \(demand.minCases)"
  }

  private func more(_ demands: [BehaviourDemand]) -> String { demands.count > 3 ? " and \(demands.count - 3) more" : "" }
}
