import PortcullisCore

/// Turns the evidence of a shadow into a decision: pure and total, the same bytes for the same evidence.
///
/// Where production is not shown to agree with itself, nothing is decided for or against the candidate.
package func decideShadow(_ evidence: ShadowEvidence, policy: ShadowPolicy, context: DecisionContext) -> Decision {
  let told = Policy(wrongPass: policy.wrongPass, wrongFail: policy.wrongFail, offline: [])
  var rulings: [Ruling] = []
  if told.hasSoundErrorRates {
    let input = ShadowInput(evidence: evidence, wrongPass: policy.wrongPass, wrongFail: policy.wrongFail, calls: evidence.needs.calls)
    rulings = heldBackByTheRig(policy.rules.flatMap { $0.rulings(input) })
  }
  let waivers = apply(context.waivers, to: &rulings)
  rulings += evidence.runRulings(rulings, hasSoundErrorRates: told.hasSoundErrorRates)
  let verdict = rulings.filter(\.decides).map(\.verdict).max() ?? .inconclusive
  return Decision(
    stage: "shadow", verdict: verdict, exitCode: exitCode(verdict, evidence.calls.run.stop), sentence: verdictSentence(verdict, rulings),
    rulings: rulings, arms: evidence.arms,
    churn: evidence.whole.scored > 0
      ? Churn(
        fixed: evidence.whole.better, broken: evidence.whole.worse,
        same: evidence.whole.scored - evidence.whole.better - evidence.whole.worse)
      : nil,
    guarantees: shadowGuarantees(evidence, policy), waivers: waivers, policy: told, context: context)
}

/// If a deciding `rig-steady` does not hold, what other rules say of the candidate may be the rig's doing: they decide nothing.
private func heldBackByTheRig(_ rulings: [Ruling]) -> [Ruling] {
  let rig = rulings.filter { $0.rule == "rig-steady" && $0.decides }
  guard rig.contains(where: { $0.verdict != .pass }) else { return rulings }
  return rulings.map { ruling in
    guard ruling.decides, ruling.verdict != .inconclusive, ["no-regression", "no-change"].contains(ruling.rule) else { return ruling }
    var held = ruling
    held.verdict = .inconclusive
    held.reason = .rigUnsteady
    held.sentence = sentenceOf("production is not shown to agree with itself, so this decides nothing: \(wordsOf(ruling.sentence))")
    held.next = "a steady rig comes first"
    return held
  }
}

extension ShadowEvidence {
  /// What stands against a pass whatever the rules say; a ruling each.
  fileprivate func runRulings(_ rulings: [Ruling], hasSoundErrorRates: Bool) -> [Ruling] {
    var blocks: [Ruling] = []
    func block(_ reason: Reason, _ sentence: String, next: String) {
      blocks.append(
        Ruling(
          rule: "run", verdict: .inconclusive, reason: reason, sentence: sentenceOf(sentence), count: planned,
          method: "state of the shadow",
          next: next))
    }
    if !hasSoundErrorRates {
      block(.nothingWeighed, "the policy's error rates do not lie above 0 and at most at 0.5", next: "write error rates such as 0.05")
    }
    let deciding = rulings.filter(\.decides)
    if !deciding.contains(where: \.weighedScores) {
      block(
        .nothingWeighed,
        deciding.isEmpty ? "no rule decides, so nothing was shown" : "no deciding rule weighed an answer, so nothing was shown",
        next: "a rule that looks at answers: no-regression or no-change")
    }
    if calls.wrongModel > 0 {
      block(
        .wrongModel, "\(counted(calls.wrongModel, "answer")) \(calls.wrongModel == 1 ? "came" : "came") from another model than was meant",
        next: "record the model that was meant, or name what it answers as in 'answers_as'")
    }
    if let arm = copies.arm {
      block(
        .armsNotComparable, "the answers of the \(arm.rawValue) arm are production's own, call and all, so one arm is compared with itself",
        next: "mend what wrote the recording: each arm's answer must come from a call of its own")
    }
    switch calls.run.stop {
    case .finished: break
    case .budget:
      block(.budgetSpent, "the budget cut the plan", next: "raise the budget and run the same command: it pays only for what is missing")
    case .deadline: block(.budgetSpent, "the time limit cut the plan", next: "raise the time limit and run the same command")
    case .unreachable:
      block(
        .providerUnreachable, "nothing could be asked, because an endpoint was not reached",
        next: "make the endpoint reachable and run the same command")
    }
    return blocks
  }
}

/// What the declared error rates promise, in words.
private func shadowGuarantees(_ evidence: ShadowEvidence, _ policy: ShadowPolicy) -> [String] {
  var lines = [
    "wrong pass: a candidate whose true loss reaches the margin, or whose excess of disagreement reaches 'epsilon', passes that rule with "
      + "probability about \(percent(policy.wrongPass)), at worst a few points more in small samples (statistics §5 and §10)",
    "wrong fail: a candidate that is no farther from production than production from itself is called different with probability at most "
      + "\(percent(policy.wrongFail)); one that is no worse is called worse with about that probability",
    "different is not worse: only no-regression speaks of harm",
  ]
  let sums = evidence.whole
  if sums.units < sums.pairs - evidence.lost {
    lines.append(
      "\(counted(sums.pairs - evidence.lost, "pair")) make \(counted(sums.units, "independent group")): pairs of one declared cluster, or of one "
        + "normalised prompt, count as one")
  }
  return lines
}
