import PortcullisCore
import PortcullisStatistics

/// What the declared error rates and the trials promise, in words.
func guarantees(_ evidence: Evidence, _ policy: Policy, _ rulings: [Ruling]) -> [String] {
  guard policy.hasSoundErrorRates else { return [] }
  var lines = [
    "wrong pass: a candidate whose true loss reaches a rule's margin passes that rule with probability about "
      + "\(percent(policy.wrongPass)), at worst a few points more in small suites (statistics §4 and §5)",
    "wrong fail: a candidate that is no worse than production fails a rule with probability about \(percent(policy.wrongFail))",
  ]
  if let rule = policy.offline.lazy.compactMap(\.wholeComparison).first, let pairs = evidence.scopes.first?.whole, evidence.hasProduction,
    pairs.isPlain, pairs.table.n > 0, let discordance = pairs.plain.table.discordance
  {
    let chances = EqualArms(
      count: pairs.table.n, discordance: discordance, margin: rule.margin, wrongPass: policy.wrongPass, wrongFail: policy.wrongFail)
    lines.append(
      "equal models that differ on \(percent(discordance)) of \(counted(pairs.table.n, "case")), as these do, end inconclusive in "
        + "no-regression with probability \(percent(chances.inconclusive)), and fail it with \(percent(chances.fail))")
  }
  if evidence.quarantined > 0 {
    lines.append("\(counted(evidence.quarantined, "case")) in quarantine \(areOrIs(evidence.quarantined)) in none of these numbers")
  }
  return lines
}

extension PolicyRule {
  /// The deciding comparison over the whole suite, which the chances of equal models are stated for.
  fileprivate var wholeComparison: NoRegressionRule? {
    guard !advisory, self.where.isEmpty, case .noRegression(let rule) = rule, rule.margin > 0, rule.margin < 1 else { return nil }
    return rule
  }
}
