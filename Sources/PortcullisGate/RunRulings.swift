import PortcullisCore

extension Evidence {
  /// What stands against a pass whatever the rules say; a ruling each, so that the worst ruling is always the verdict.
  func runRulings(_ rulings: [Ruling]) -> [Ruling] {
    var blocks: [Ruling] = []
    func block(_ reason: Reason, _ sentence: String, next: String) {
      blocks.append(
        Ruling(
          rule: "run", verdict: .inconclusive, reason: reason, sentence: sentenceOf(sentence), count: cases, method: "state of the run",
          next: next))
    }
    let deciding = rulings.filter(\.decides)
    if !deciding.contains(where: \.weighedScores) {
      block(
        .nothingWeighed,
        rulings.contains { $0.waived && $0.weighedScores }
          ? "Every rule that weighed a score is waived, so nothing was shown"
          : deciding.isEmpty ? "No rule decides, so nothing was shown" : "No deciding rule weighed a score, so nothing was shown",
        next: "a rule that looks at scores: no-regression, pass-rate or critical-cases")
    }
    if wrongModel > 0 {
      block(
        .wrongModel, "\(counted(wrongModel, "trial")) \(wrongModel == 1 ? "was" : "were") answered by another model than was asked",
        next: "ask the model that was meant, or name what it answers as in 'answers_as'")
    }
    if !suitesOverQuarantined.isEmpty {
      block(
        .quarantined,
        "More than 5 % of the cases of \(listed(suitesOverQuarantined)) \(areOrIs(quarantined)) in quarantine: \(quarantined)",
        next: "repair the quarantined cases, or delete them from the suite")
    }
    if unaccounted > 0, !run.planSource.isElsewhere {
      block(
        .missingEvidence, "The plan has \(counted(run.plannedCases, "case")), the evidence \(cases)", next: "run the whole plan")
    }
    if run.isFiltered {
      block(
        .filtered, "Only a selection of the cases was run, which is never enough to pass", next: "run without --case, --tag and --limit")
    }
    switch run.stop {
    case .finished: break
    case .budget:
      block(.budgetSpent, "The budget cut the plan", next: "raise the budget and run the same command: it pays only for what is missing")
    case .deadline:
      block(.budgetSpent, "The time limit cut the plan", next: "raise the time limit and run the same command")
    case .unreachable:
      block(
        .providerUnreachable, "Nothing could be scored, because an endpoint was not reached",
        next: "make the endpoint reachable and run the same command")
    }
    return blocks
  }
}
