import PortcullisCore
import PortcullisStatistics

/// How often a candidate as good as production fails a demand that one failed trial fails: 1 − 0.99^trials, were every trial right 99 % of the
/// time.
///
/// Source: reference/statistics.md §6: a fixed "all trials green" rule has no error rates of its own.
struct HardGateChance {
  let rule: String
  let isAdvisory: Bool
  let cases: Int
  let trials: Int
  /// Of a wrong fail.
  let chance: Double

  var sentence: String {
    "'\(rule)' fails \(percent(chance)) of candidates that answer each trial right 99 % of the time "
      + "(\(counted(trials, "trial")) of \(counted(cases, "case")), of which none may fail)"
  }
}

/// Those of the policy's hard gates that hold a case, in the policy's order; none under the demand `reliable`, which keeps the declared rates.
func hardGateChances(_ evidence: Evidence, _ policy: Policy) -> [HardGateChance] {
  policy.offline.compactMap { rule in
    guard let gate = rule.rule.hardGate, let held = evidence.scope(rule.where)?.gates.first(where: { $0.gate == gate }),
      held.strictTrials > 0
    else { return nil }
    return HardGateChance(
      rule: rule.rule.name, isAdvisory: rule.advisory, cases: held.cases - held.reliableCases, trials: held.strictTrials,
      chance: 1 - binomialMass(0, of: held.strictTrials, p: 0.01))
  }
}
