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
  lines += equalModels(evidence, policy)
  if evidence.quarantined > 0 {
    lines.append("\(counted(evidence.quarantined, "case")) in quarantine \(areOrIs(evidence.quarantined)) in none of these numbers")
  }
  return lines
}

/// How equal models would have fared at this size: in the first deciding comparison, and in all of them together.
private func equalModels(_ evidence: Evidence, _ policy: Policy) -> [String] {
  guard let whole = evidence.scopes.first?.whole, let outlook = PairOutlook(whole, source: .assumed) else { return [] }
  let deciding = forecasts(policy, evidence, outlook).filter { !$0.isAdvisory }
  guard let first = deciding.first else { return [] }
  let units = first.units < first.cases ? " in \(first.units) independent groups" : ""
  var lines = [
    "equal models that differ on \(percent(outlook.discordance)) of \(counted(first.cases, "case"))\(units), as these do, pass \(first.title) with "
      + "probability \(chance(first.chances.pass)), end inconclusive in it with \(chance(first.chances.inconclusive)), and fail it with "
      + "\(chance(first.chances.fail))" + (first.isExact ? "" : " (normal approximation)")
  ]
  if deciding.count > 1 {
    lines.append(
      "all \(deciding.count) comparisons of this policy at once are passed by equal models with probability "
        + "\(chance(leastChanceToPassAll(deciding))) at least (1 less each one's chance not to pass)")
  }
  return lines
}
