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
  lines += cleanTrials(evidence, policy)
  lines += hardGateChances(evidence, policy).map { wordsOf($0.sentence + ".") }
  lines += equalModels(evidence, policy)
  if let said = evidence.needs.clusters.statement { lines.append(said) }
  if evidence.quarantined > 0 {
    lines.append("\(counted(evidence.quarantined, "case")) in quarantine \(areOrIs(evidence.quarantined)) in none of these numbers")
  }
  return lines
}

/// What clean trials of a case that must hold prove, and what not; nothing where none was held.
private func cleanTrials(_ evidence: Evidence, _ policy: Policy) -> [String] {
  guard let fewest = evidence.scopes.flatMap(\.gates).compactMap(\.heldTrials?.lowerBound).min() else { return [] }
  let excluded = (failureRateExcluded(cleanTrials: fewest, alpha: policy.wrongPass) * 100).rounded() / 100
  return [
    "\(counted(fewest, "clean trial")) of a case that must hold \(fewest == 1 ? "excludes" : "exclude") that it fails in more than "
      + "\(percent(excluded)) of all calls, and no lower rate"
  ]
}

/// How equal models would have fared at this size: in the first deciding comparison, and in all of them together.
private func equalModels(_ evidence: Evidence, _ policy: Policy) -> [String] {
  guard let outlook = PairOutlook(evidence, source: .assumed) else { return [] }
  let deciding = forecasts(policy, evidence, outlook, look: evidence.run.look).filter { !$0.isAdvisory }
  guard let first = deciding.first else { return [] }
  let cases = counted(first.cases, "case") + (first.units < first.cases ? " in \(counted(first.units, "independent group"))" : "")
  let like =
    first.isExact
    ? "that differ on \(percent(outlook.discordance)) of \(cases), as these do," : "whose differences scatter as those of these \(cases) do"
  let look = policy.looks > 1 ? "at this look, " : ""
  var lines = [
    "\(look)equal models \(like) pass \(first.title) with probability \(chance(first.chances.pass)), end inconclusive in it with "
      + "\(chance(first.chances.inconclusive)), and fail it with \(chance(first.chances.fail))"
      + (first.isExact ? "" : " (normal approximation)")
  ]
  if let joint = JointForecast(deciding).words { lines.append(joint) }
  return lines
}
