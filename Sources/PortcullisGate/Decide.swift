import PortcullisCore

/// Turns evidence into a decision: pure and total, the same bytes for the same evidence.
///
/// The verdict is the worst ruling that is neither advisory nor waived. Evidence of failure wins over all that merely
/// stands in the way of a pass, in the verdict and in the exit code.
package func decide(_ evidence: Evidence, policy: Policy, context: DecisionContext) -> Decision {
  var rulings = policy.offline.flatMap { $0.rulings(evidence, policy) }
  rulings += evidence.runRulings(rulings)
  let verdict = rulings.filter(\.decides).map(\.verdict).max() ?? .inconclusive
  return Decision(
    stage: "offline", verdict: verdict, exitCode: exitCode(verdict, evidence.run.stop), sentence: sentence(verdict, rulings),
    rulings: rulings, arms: evidence.arms, churn: evidence.churn, guarantees: guarantees(evidence, policy, rulings), policy: policy,
    context: context)
}

extension Ruling {
  var decides: Bool { !advisory && !waived }
}

private func exitCode(_ verdict: Verdict, _ stop: RunFacts.Stop) -> ExitCode {
  if verdict == .fail { return .fail }
  return switch stop {
  case .finished: ExitCode(verdict)
  case .budget, .deadline: .budgetSpent
  case .unreachable: .unreachable
  }
}

/// Names the ruling that decided; the run's own rulings are named only where no rule says worse.
private func sentence(_ verdict: Verdict, _ rulings: [Ruling]) -> String {
  let deciding = rulings.filter(\.decides)
  let worst = deciding.filter { $0.verdict == verdict }
  guard let first = mostTelling(worst) else { return "Undecided: no rule decides." }
  let more = worst.count > 1 ? " (and \(worst.count - 1) more)" : ""
  let said = first.isOfRun ? first.sentence : "\(first.title): \(lowered(first.sentence))"
  switch verdict {
  case .pass:
    let telling = deciding.filter(\.weighedScores)
    let spoken = telling.first { $0.rule == "no-regression" } ?? telling.first ?? first
    return "The candidate passes: \(deciding.count == 1 ? "its one ruling holds" : "all \(deciding.count) rulings hold"). "
      + "\(spoken.title): \(lowered(spoken.sentence))"
  case .review: return "The candidate waits for people: \(said)\(more)"
  case .inconclusive: return "Undecided: \(said)\(more)"
  case .fail: return "The candidate fails: \(said)\(more)"
  }
}

/// What stands in the way of the whole run goes before a rule, and a rule that names its cause before one that merely lacks cases.
private func mostTelling(_ rulings: [Ruling]) -> Ruling? {
  rulings.first { $0.isOfRun && $0.reason != .nothingWeighed } ?? rulings.first { !$0.isOfRun } ?? rulings.first
}

extension Ruling {
  fileprivate var isOfRun: Bool { rule == "run" }
}

private func lowered(_ sentence: String) -> String {
  guard let first = sentence.first else { return sentence }
  return first.lowercased() + sentence.dropFirst()
}
