import PortcullisCore

extension CompleteRule {
  /// What is missing is never held against the candidate, and never opens the gate either: pass or inconclusive.
  func ruling(_ input: RuleInput) -> Ruling {
    let arms = [(Arm.candidate, input.scope.candidateCalls)] + (input.hasProduction ? [(.production, input.scope.productionCalls)] : [])
    let planned = arms.reduce(0) { $0 + $1.1.planned }
    let missing = arms.reduce(0) { $0 + $1.1.missing }
    // The tolerance holds for each arm: a thousand good trials of one arm cannot hide the loss of the other.
    let share = arms.map { $0.1.planned > 0 ? Double($0.1.missing) / Double($0.1.planned) : 1 }.max() ?? 1
    let holds = planned > 0 && share <= maxMissing + 1e-12 && input.unaccounted == 0
    var witnesses = Witnesses()
    for arm in arms { witnesses.merge(arm.1.incomplete) }
    return Ruling(
      rule: "complete", verdict: holds ? .pass : .inconclusive, reason: holds ? .holds : reason(input, arms.map(\.1)),
      sentence: input.whereClause + sentence(input, planned: planned, missing: missing, counts: arms.map(\.1), holds: holds),
      estimate: planned > 0 ? share : nil, count: planned, missing: missing, limit: maxMissing, method: "count of trials, statistics §1.4",
      witnesses: witnesses.ids, next: holds ? nil : next(input, planned: planned))
  }

  private func sentence(_ input: RuleInput, planned: Int, missing: Int, counts: [CallCounts], holds: Bool) -> String {
    let arms = input.hasProduction ? "of both arms" : "of the candidate"
    if planned == 0 { return "no trial was planned" }
    if input.unaccounted > 0 {
      return "the plan has \(counted(input.run.plannedCases, "case")), and \(input.unaccounted) of them cannot be accounted for"
    }
    if missing == 0 { return planned == 1 ? "the planned trial \(arms) is scored" : "all \(planned) planned trials \(arms) are scored" }
    let causes = causes(counts)
    let limit =
      holds
      ? "within the tolerated \(percent(maxMissing))"
      : maxMissing > 0 ? "and at most \(percent(maxMissing)) of an arm may lack one" : "and each must have one"
    return "\(missing) of \(planned) planned trials \(arms) \(missing == 1 ? "has" : "have") no score (\(causes)), \(limit)"
  }

  private func causes(_ counts: [CallCounts]) -> String {
    func sum(_ value: (CallCounts) -> Int) -> Int { counts.reduce(0) { $0 + value($1) } }
    let groups = [
      (sum(\.callFailures), "call failed", "calls failed"), (sum(\.wrongModel), "answered by another model", "answered by another model"),
      (sum(\.ours) - sum(\.wrongModel), "call cut short", "calls cut short"), (sum(\.unscored), "answer not scored", "answers not scored"),
      (sum(\.absent), "not recorded", "not recorded"),
    ]
    return listed(groups.filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" })
  }

  private func reason(_ input: RuleInput, _ counts: [CallCounts]) -> Reason {
    if counts.contains(where: { $0.wrongModel > 0 }) { return .wrongModel }
    switch input.run.stop {
    case .budget, .deadline: return .budgetSpent
    case .unreachable: return .providerUnreachable
    case .finished: return .missingEvidence
    }
  }

  private func next(_ input: RuleInput, planned: Int) -> String {
    if planned == 0 { return "add cases" }
    return switch input.run.stop {
    case .budget: "raise the budget and run the same command: it pays only for what is missing"
    case .deadline: "raise the time limit and run the same command: it pays only for what is missing"
    case .unreachable: "make the endpoint reachable and run the same command"
    case .finished: "see with 'export trials' why they are missing and run again, or tolerate a share of them with 'max_missing'"
    }
  }
}
