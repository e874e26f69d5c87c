import PortcullisCore

/// Turns evidence into a decision: pure and total, the same bytes for the same evidence.
///
/// The verdict is the worst ruling that is neither advisory nor waived. Evidence of failure wins over all that merely
/// stands in the way of a pass, in the verdict and in the exit code.
package func decide(_ evidence: Evidence, policy: Policy, context: DecisionContext) -> Decision {
  var rulings = policy.offline.flatMap { $0.rulings(evidence, policy) }
  let waivers = apply(context.waivers, to: &rulings)
  rulings += evidence.runRulings(rulings)
  if let tried = evidence.alreadyTried(rulings) { rulings.append(tried) }
  let verdict = rulings.filter(\.decides).map(\.verdict).max() ?? .inconclusive
  return Decision(
    stage: "offline", verdict: verdict, exitCode: exitCode(verdict, evidence.run.stop), sentence: verdictSentence(verdict, rulings),
    rulings: rulings, arms: evidence.arms, churn: evidence.churn, guarantees: guarantees(evidence, policy, rulings),
    clusters: evidence.needs.clusters, attempt: Attempt(evidence, policy, rulings),
    waivers: waivers, policy: policy, context: context)
}

extension Ruling {
  var decides: Bool { !advisory && !waived }
}

func exitCode(_ verdict: Verdict, _ stop: RunFacts.Stop) -> ExitCode {
  if verdict == .fail { return .fail }
  return switch stop {
  case .finished: ExitCode(verdict)
  case .budget, .deadline: .budgetSpent
  case .unreachable: .unreachable
  }
}

/// Names the ruling that decided; the run's own rulings are named only where no rule says worse.
func verdictSentence(_ verdict: Verdict, _ rulings: [Ruling]) -> String {
  let deciding = rulings.filter(\.decides)
  let worst = deciding.filter { $0.verdict == verdict }
  guard let first = mostTelling(worst) else { return "Undecided: no rule decides." }
  let others = worst.count - 1
  func more(_ one: String, _ many: String) -> String {
    others == 0 ? "" : "; \(counted(others, "more ruling")) \(others == 1 ? one : many)"
  }
  switch verdict {
  case .pass:
    let weighing = deciding.filter(\.weighedScores)
    let spoken = weighing.first { $0.rule == "no-regression" } ?? weighing.first ?? first
    let all = deciding.count == 1 ? "its one ruling holds" : "all \(deciding.count) rulings hold"
    let waived = rulings.filter(\.waived)
    let passes = waived.isEmpty ? "the candidate passes" : "the candidate passes with \(counted(waived.count, "ruling")) waived"
    return sentenceOf("\(passes): \(all); \(said(spoken))\(waivedWords(waived))")
  case .review: return sentenceOf("the candidate waits for people: \(said(first))" + more("waits", "wait"))
  case .inconclusive: return sentenceOf("undecided: \(said(first))" + more("is undecided", "are undecided"))
  case .fail: return sentenceOf("the candidate fails: \(said(first))" + more("fails", "fail"))
  }
}

/// Who waived what, for the sentence that would otherwise sound like a clean pass.
private func waivedWords(_ waived: [Ruling]) -> String {
  guard let first = waived.first, let waiver = first.waiver else { return "" }
  let more = waived.count > 1 ? " and \(waived.count - 1) more" : ""
  return "; waived: \(first.title) by \(waiver.by) until \(waiver.expires)\(more)"
}

/// The rule and its sentence, which names the slice itself.
private func said(_ ruling: Ruling) -> String {
  let name = ruling.slice != nil && ruling.metric == nil ? ruling.rule : ruling.title
  return (ruling.isOfRun ? "" : name + ": ") + wordsOf(ruling.sentence)
}

/// What stands in the way of the whole run goes before a rule, unless it is only that no rule weighed a score.
private func mostTelling(_ rulings: [Ruling]) -> Ruling? {
  rulings.first { $0.isOfRun && $0.reason != .nothingWeighed } ?? rulings.first { !$0.isOfRun } ?? rulings.first
}

extension Ruling {
  fileprivate var isOfRun: Bool { rule == "run" }
}
