package import PortcullisCore
import PortcullisStatistics

extension Decision {
  /// A look at a canary as a decision of stage `canary`, for the reports and the ledger.
  ///
  /// Requests count as trials of their arm; `passed` are those scored 1.
  package init(_ look: CanaryLook, policy: CanaryPolicy, context: DecisionContext) {
    self.init(
      stage: "canary", verdict: look.verdict.decided, exitCode: look.verdict.exitCode, sentence: look.sentence, rulings: look.rulings,
      arms: look.arms, churn: nil, guarantees: policy.guarantees,
      policy: Policy(wrongPass: policy.wrongPass, wrongFail: policy.wrongFail, offline: [], isDefault: policy.isDefault), context: context)
  }
}

extension CanaryLook.Verdict {
  /// Only a promotion passes.
  package var decided: Verdict {
    switch self {
    case .promote: .pass
    case .continue, .hold: .inconclusive
    case .rollback: .fail
    }
  }
}

extension CanaryPolicy {
  /// What the declared error rates promise, in words.
  package var guarantees: [String] {
    let deciding = rules.count { !$0.advisory }
    return [
      "wrong fail: a candidate that is no worse than production is ever rolled back by a rule with probability at most "
        + "\(percent(wrongFail)), all rules together, however often anybody looks (statistics §9)"
        + (deciding > 1 ? ": \(percent(rollbackRate)) for each of \(deciding)" : ""),
      "wrong pass: a candidate whose loss reaches a rule's margin is ever promoted with probability at most \(percent(wrongPass)), "
        + "with every lost score taken at its worst",
      "both hold where the arm of each \(isBySession ? "session" : "request") is drawn independently, by nothing that it is or that came before it",
    ]
  }
}

extension Canary {
  /// Each arm in numbers.
  var arms: [ArmSummary] {
    [(Arm.candidate, CanaryArm.candidate, candidateLatency), (.production, .production, productionLatency)].map { arm, side, latencies in
      let row = tables.total[side]
      let failures = tables.failures(of: side)
      let answered = row.requests - failures.reduce(0) { $0 + $1.count }
      return ArmSummary(
        arm: arm, planned: row.requests, answered: answered, scored: row.scored, passed: row.perfect, failures: failures,
        costMicro: answered > 0 && row.priced >= answered ? row.costMicro : nil,
        tokens: TokenUsage(
          input: row.inputTokens > 0 ? row.inputTokens : nil, output: row.outputTokens > 0 ? row.outputTokens : nil),
        latencyP50: latencies.quantile(0.5), latencyP95: latencies.quantile(0.95))
    }
  }
}
