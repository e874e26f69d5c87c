import PortcullisCore
import PortcullisStatistics

extension NoBrokenCasesRule {
  /// Every case of this suite by itself, and all that were asked again together; nothing is claimed beyond the suite.
  func ruling(_ input: RuleInput) -> Ruling {
    let broken = input.scope.broken
    guard input.hasProduction else {
      return Ruling(
        rule: "no-broken-cases", verdict: .inconclusive, reason: .armsNotComparable,
        sentence: input.whereClause + "there is no production arm, so nobody knows which cases it passes",
        method: "none: nothing to compare with", next: "name --production, or write a pass-rate rule")
    }
    let finding = Finding(broken, confirm: confirm, input: input)
    return Ruling(
      rule: "no-broken-cases", verdict: finding.verdict, reason: finding.reason, sentence: input.whereClause + finding.sentence,
      count: broken.compared, missing: broken.incomplete.count + broken.unasked.count + input.unaccounted,
      method: "Fisher mid-p for each case (Holm), exact test stratified by case, statistics §6", witnesses: finding.witnesses.ids,
      next: finding.next, weighedScores: broken.compared > 0
    ).heldBack(onJudge: broken.isJudged)
  }
}

/// Cases with equal counts in their confirming trials.
private struct Group {
  let stratum: StratifiedFisher.Stratum
  let cases: Witnesses
  /// One-sided mid-p that the candidate is worse on such a case.
  let p: Double

  init(_ stratum: StratifiedFisher.Stratum, _ cases: Witnesses) {
    self.stratum = stratum
    self.cases = cases
    p = stratum.midP
  }
}

/// The verdict in words.
private struct Finding {
  let verdict: Verdict
  let reason: Reason
  let sentence: String
  let witnesses: Witnesses
  let next: String?

  init(_ broken: BrokenCases, confirm: Int, input: RuleInput) {
    let groups = broken.groups
    let passAlpha = clearing(input)
    let worse = groups.prefix(shownWorse(groups, of: broken.discordant.count, alpha: input.wrongFail / 2))
    let pooled = StratifiedFisher(groups.map { ($0.stratum, $0.cases.count) }).worse
    let doubtful = groups.prefix { $0.p <= passAlpha + tolerance }
    let least = leastConfirm(alpha: passAlpha)
    if !worse.isEmpty {
      self.init(.fail, .beyondLimit, broken.sentence(ofBroken: worse), ranked(worse), "only a better candidate holds these cases")
    } else if !groups.isEmpty, pooled <= input.wrongFail / 2 + tolerance {
      self.init(
        .fail, .beyondLimit,
        "the candidate is worse on the \(counted(count(groups[...]), "case")) that only it failed, taken together: asked again, "
          + "\(scored(groups[...])) (p \(fixed(pooled, 4)))", ranked(groups[...]), "only a better candidate holds these cases")
    } else if broken.compared > 0, broken.productionPasses == 0 {
      self.init(
        .inconclusive, .rigUnsteady,
        "production passed none of \(counted(broken.compared, "case")), so the rig or the checks are broken, and nothing can be compared",
        Witnesses(), "look at the answers of both arms: a working production passes some case")
    } else if !broken.incomplete.isEmpty || input.unaccounted > 0 {
      let lost = broken.incomplete.count + input.unaccounted
      self.init(
        .inconclusive, .missingEvidence,
        "\(counted(lost, "case")) \(lost == 1 ? "lacks" : "lack") a score, and any of them may be broken"
          + (broken.incomplete.isEmpty ? "" : ": \(named(broken.incomplete))"), broken.incomplete,
        "see with 'export trials' why they are missing, then run again")
    } else if broken.compared == 0 {
      self.init(.inconclusive, .tooFewCases, "there is no case to compare", Witnesses(), "add cases")
    } else if confirm < least {
      self.init(
        .inconclusive, .tooFewCases, "'confirm: \(confirm)' asks too seldom to show even a case that died", Witnesses(),
        "raise 'confirm' to at least \(least)")
    } else if !broken.unasked.isEmpty {
      self.init(
        .inconclusive, .missingEvidence,
        "\(counted(broken.discordant.count, "case")) that production passes \(broken.discordant.count == 1 ? "was" : "were") failed, and "
          + "asking again told nothing about \(named(broken.unasked))", broken.unasked,
        "a run that asks them again afresh, to its end: their answers are missing, or are those of an earlier run")
    } else if !doubtful.isEmpty {
      self.init(
        .inconclusive, .cannotExcludeMargin,
        "\(named(ranked(doubtful))) \(count(doubtful) == 1 ? "is" : "are") neither shown to be broken nor cleared: asked again, "
          + scored(doubtful), ranked(doubtful), "a changed candidate, or a policy that asks more often: raise 'confirm' above \(confirm)")
    } else {
      self.init(
        .pass, .holds, broken.sentenceOfPass(groups), broken.discordant,
        "one dead case would have lost the pass; one that now fails half of the time passes with probability "
          + "\(percent(halfFailingPasses(confirm: confirm, alpha: passAlpha))): raise 'confirm' to see it more often")
    }
  }

  private init(_ verdict: Verdict, _ reason: Reason, _ sentence: String, _ witnesses: Witnesses, _ next: String?) {
    self.verdict = verdict
    self.reason = reason
    self.sentence = sentence
    self.witnesses = witnesses
    self.next = next
  }
}

private let tolerance = 1e-12

/// The mid-p up to which a case is not cleared. Never below 5 %: a smaller α would clear more, so that a stricter policy, or an early look,
/// would open more easily.
private func clearing(_ input: RuleInput) -> Double { max(0.05, input.declaredWrongPass) }

/// How many of the groups, the least p first, are shown to be worse each by itself: Holm over all `cases`, which the groups are a part of.
private func shownWorse(_ groups: [Group], of cases: Int, alpha: Double) -> Int {
  var left = cases
  for (place, group) in groups.enumerated() {
    guard Double(left) * group.p <= alpha + tolerance else { return place }
    left -= group.cases.count
  }
  return groups.count
}

/// The fewest confirming trials with which a case that died cannot be cleared.
private func leastConfirm(alpha: Double) -> Int {
  (1...100).first { StratifiedFisher.Stratum(candidatePassed: 0, of: $0, productionPassed: $0, of: $0).midP <= alpha + tolerance } ?? 100
}

/// The chance of a pass where production always passes one case and the candidate every second time.
func halfFailingPasses(confirm: Int, alpha: Double) -> Double {
  let cleared = (0...confirm).filter { passed in
    StratifiedFisher.Stratum(candidatePassed: passed, of: confirm, productionPassed: confirm, of: confirm).midP > alpha + tolerance
  }
  return 0.5 + 0.5 * cleared.reduce(0) { $0 + binomialMass($1, of: confirm, p: 0.5) }
}

extension StratifiedFisher.Stratum {
  fileprivate var midP: Double {
    FisherTest(candidatePassed: candidatePassed, of: candidateTrials, productionPassed: productionPassed, of: productionTrials).worseMidP
  }
}

extension BrokenCases {
  /// The least p first.
  fileprivate var groups: [Group] {
    asked.map { Group($0.key, $0.value) }.sorted { $0.p != $1.p ? $0.p < $1.p : $0.stratum.order < $1.stratum.order }
  }

  fileprivate func sentence(ofBroken groups: ArraySlice<Group>) -> String {
    let recorded = isRecorded ? " (recorded answers)" : ""
    return "the candidate broke \(named(ranked(groups))), of the \(counted(held, "case")) that production passes\(recorded): asked again, "
      + scored(groups)
  }

  fileprivate func sentenceOfPass(_ groups: [Group]) -> String {
    let recorded = isRecorded ? " (recorded answers)" : ""
    let suite = "\(counted(held, "case")) that production passes\(recorded)"
    guard !groups.isEmpty else { return "the candidate failed none of the \(suite); nothing is claimed beyond this suite" }
    let failed = discordant.count
    return "the candidate failed \(failed) of the \(suite), and is no worse on \(failed == 1 ? "it" : "any of them") asked again: "
      + "\(scored(groups[...])); nothing is claimed beyond this suite"
  }
}

extension StratifiedFisher.Stratum {
  fileprivate var order: (Int, Int, Int, Int) { (candidatePassed, productionPassed, candidateTrials, productionTrials) }
}

private func count(_ groups: ArraySlice<Group>) -> Int { groups.reduce(0) { $0 + $1.cases.count } }

/// `it passed 1 of 8 trials, production 8 of 8`.
private func scored(_ groups: ArraySlice<Group>) -> String {
  func sum(_ value: (StratifiedFisher.Stratum) -> Int) -> Int { groups.reduce(0) { $0 + value($1.stratum) * $1.cases.count } }
  return "it passed \(sum(\.candidatePassed)) of \(counted(sum(\.candidateTrials), "trial")), production \(sum(\.productionPassed)) of "
    + "\(sum(\.productionTrials))"
}

/// The cases of all groups, those of the first group first.
private func ranked(_ groups: ArraySlice<Group>) -> Witnesses {
  groups.enumerated().reduce(into: Witnesses()) { all, next in all.merge(next.element.cases.ranked(next.offset)) }
}
