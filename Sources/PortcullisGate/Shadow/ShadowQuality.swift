import PortcullisCore
import PortcullisStatistics

extension NoRegressionRule {
  /// Whether the candidate scores worse on real requests: the whole first, then each slice.
  func rulings(_ input: ShadowInput) -> [Ruling] {
    var rulings = [ruling(input.evidence.whole, margin: margin, slice: nil, input)]
    for name in slices {
      let found = input.evidence.slices(of: name)
      if found.isEmpty { rulings.append(unsliced(name, input)) }
      for slice in found {
        // A lost line may have been one of the slice.
        var sums = slice.sums
        sums.add(lost: input.lost)
        rulings.append(ruling(sums, margin: sliceMargin, slice: slice.tag, input))
      }
    }
    return rulings
  }

  private func unsliced(_ name: String, _ input: ShadowInput) -> Ruling {
    let isCrowded = input.evidence.crowded.contains { sameBytes($0, name) }
    return Ruling(
      rule: "no-regression", verdict: .inconclusive, reason: .nothingWeighed,
      sentence: isCrowded
        ? "the tag '\(name)' has more than \(SliceTable.mostValues) values, so no slice of it is protected"
        : "no pair has a value for '\(name)', so no slice of it is protected", method: "none: no slice",
      next: isCrowded ? "slice by a tag with fewer values" : "tag the requests with '\(name)', or take it out of the rule")
  }

  private func ruling(_ sums: ShadowSums, margin: Double, slice: Case.Tag?, _ input: ShadowInput) -> Ruling {
    let place = slice.map { "in \($0.name)=\($0.value), " } ?? ""
    func bounds(_ alpha: Double) -> NonInferiority {
      gradedNonInferiority(complete: sums.quality, worstCase: sums.qualityWorst, margin: margin, alpha: alpha)
    }
    let passing = bounds(input.wrongPass), failing = bounds(input.wrongFail)
    let lower = passing.lower.flatMap { lower in passing.lowerWithMissing.map { min(lower, $0) } }
    let finding = finding(sums, margin, passing, failing, lower, input)
    return Ruling(
      rule: "no-regression", slice: slice, verdict: finding.verdict, reason: finding.reason, sentence: place + finding.sentence,
      estimate: passing.estimate,
      interval: passing.estimate == nil ? nil : Ruling.Bounds(lower: lower, upper: failing.upper), count: sums.scored,
      missing: sums.unscored, limit: -margin, unit: .difference, method: "augmented t over independent pairs and clusters, statistics §10",
      witnesses: slice == nil ? input.evidence.worse.ids : [], next: finding.next, weighedScores: sums.scored > 0)
  }

  private struct Finding {
    let verdict: Verdict
    let reason: Reason
    let sentence: String
    let next: String?
  }

  private func finding(
    _ sums: ShadowSums, _ margin: Double, _ passing: NonInferiority, _ failing: NonInferiority, _ lower: Double?, _ input: ShadowInput
  ) -> Finding {
    guard input.evidence.hasScores else {
      return Finding(
        verdict: .inconclusive, reason: .missingEvidence, sentence: "no answer has a score, so nobody knows whether the candidate is worse",
        next: nextForScores)
    }
    guard let estimate = passing.estimate, let lower, let upper = failing.upper else {
      return Finding(
        verdict: .inconclusive, reason: .missingEvidence, sentence: "no pair has the scores of every arm", next: nextForScores)
    }
    let seen = scoreline(sums, estimate, input)
    let verdict = differenceVerdict(estimate: estimate, lower: lower, upper: upper, margin: margin)
    if verdict == .fail {
      return Finding(
        verdict: .fail, reason: .beyondLimit, sentence: "the candidate is worse: \(seen), which reaches the margin of \(points(margin))",
        next: "more pairs like these would not make it pass: the loss seen reaches the margin")
    }
    if let broken = sums.brokenRig {
      return Finding(
        verdict: .inconclusive, reason: .rigUnsteady, sentence: broken,
        next: "look at the answers: a working production scores well somewhere")
    }
    if verdict == .pass {
      let missed = sums.unscored > 0 ? ", even if all \(counted(sums.unscored, "missing pair")) were losses" : ""
      return Finding(
        verdict: .pass, reason: .holds,
        sentence: "a loss of \(points(margin)) is excluded\(missed): \(seen), "
          + (lower < 0 ? "at worst \(points(lower)) lower" : "at least \(points(lower)) higher"), next: nil)
    }
    if sums.unscored > 0, (passing.lower ?? -1) > -margin {
      return Finding(
        verdict: .inconclusive, reason: .missingEvidence,
        sentence: "\(counted(sums.unscored, "pair")) without a score \(sums.unscored == 1 ? "stands" : "stand") in the way: \(seen), and a "
          + "loss of \(points(margin)) cannot be excluded if each is counted as lost",
        next: "repair the recording, so that every pair has its scores")
    }
    let least = leastUnitsToPass(margin: margin, alpha: input.wrongPass)
    if sums.units < least {
      return Finding(
        verdict: .inconclusive, reason: .tooFewCases,
        sentence: "\(input.population(sums.scored, sums)) cannot exclude a loss of \(points(margin)), whatever the answers: \(seen)",
        next: "at least \(counted(least, "independent pair")), or a wider margin")
    }
    return Finding(
      verdict: .inconclusive, reason: .cannotExcludeMargin,
      sentence: "a loss of \(points(margin)) cannot be excluded: \(seen), between \(signedPoints(lower)) and \(signedPoints(upper)) points",
      next: settling(sums, estimate, margin, input))
  }

  private func scoreline(_ sums: ShadowSums, _ estimate: Double, _ input: ShadowInput) -> String {
    let ours = Double(sums.candidateTotal) / Double(sums.scored) / 1e9
    let theirs = Double(sums.productionTwice) / Double(sums.scored) / 2e9
    return "its mean score is \(percent(ours)) over \(input.population(sums.scored, sums)), production's \(percent(theirs)) "
      + "(\(comparedPoints(estimate)), \(sums.better) better and \(sums.worse) worse)"
  }

  private func settling(_ sums: ShadowSums, _ estimate: Double, _ margin: Double, _ input: ShadowInput) -> String {
    let room = margin + estimate
    guard room > 1e-9 else { return "no number of pairs will make it pass while the loss seen lies at or beyond the margin" }
    guard let error = sums.quality.standardError else { return "more independent pairs" }
    let needed = casesNeededGraded(variance: error * error * Double(sums.quality.pairs), margin: min(room, 1), alpha: input.wrongPass)
    return needed.map { "about \(max($0, sums.scored + 1)) pairs like these would settle it" } ?? "more independent pairs"
  }
}
