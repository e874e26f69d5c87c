import PortcullisCore
import PortcullisStatistics

extension NoChangeRule {
  /// Whether the candidate differs beyond production's own noise: the rule's ruling, then what slices and fields say, as advice.
  func rulings(_ input: ShadowInput) -> [Ruling] {
    let whole = ruling(input)
    guard input.evidence.asksNoise else { return [whole] }
    return [whole] + sliceRulings(input) + fieldRulings(input)
  }

  private func ruling(_ input: ShadowInput) -> Ruling {
    let evidence = input.evidence, sums = evidence.whole
    let check = noiseFloor(excess: sums.excess, limit: epsilon, alpha: input.wrongPass)
    let finding = finding(sums, check, input)
    return Ruling(
      rule: "no-change", verdict: finding.verdict, reason: finding.reason, sentence: finding.sentence, estimate: check.estimate,
      interval: check.limits.map { Ruling.Bounds(lower: $0.lower as Double?, upper: $0.upper as Double?) }, count: sums.compared,
      missing: sums.unknown, limit: epsilon, unit: .difference,
      method: judge == nil ? "paired e-process and noise floor, statistics §10" : "betting e-process on grades, gate-contracts §3.2",
      witnesses: evidence.discordant.ids, next: finding.next, weighedScores: evidence.asksNoise && sums.compared > 0)
  }

  private typealias Finding = (verdict: Verdict, reason: Reason, sentence: String, next: String?)

  private func finding(_ sums: ShadowSums, _ check: ShadowCheck, _ input: ShadowInput) -> Finding {
    let evidence = input.evidence
    guard evidence.asksNoise else {
      let seen =
        sums.compared > 0 ? "the candidate's \(what) differs from production's \(times(sums.candidateDiffers, sums.compared)), but " : ""
      return (
        .inconclusive, .armsNotComparable,
        seen + "production was asked only once, so nobody knows how often it differs from itself",
        "record production's answer a second time as 'noise'"
      )
    }
    guard sums.compared > 0 else {
      return sums.incomparable > 0
        ? (
          .inconclusive, .nothingWeighed, "no answer calls a tool, so there is nothing to compare",
          "compare the answers as 'text' or 'json'"
        )
        : sums.ungraded > 0
          ? (.inconclusive, .missingEvidence, "the judge '\(judge ?? "")' graded no pair, so nothing is compared", nextForGrades)
          : (.inconclusive, .missingEvidence, "no pair has all three answers", "repair the recording")
    }
    if evidence.isOneAnswer {
      return (
        .inconclusive, .rigUnsteady, "every answer of both arms is the same, whatever was asked, so the rig is broken",
        "look at what the models were sent, and at what wrote the recording"
      )
    }
    let groups = sums.units < sums.pairs - input.lost ? ", in \(counted(sums.units, "independent group"))" : ""
    let seen = seen(sums) + groups
    let threshold = logEvidenceNeeded(alpha: input.wrongFail)
    if sums.logE >= threshold {
      let shown = "the candidate differs beyond production's own noise: \(seen) (e-value \(shownEvidence(sums.logE)))"
      let pairs = "\(counted(evidence.discordant.count, "pair")) in which it \(judge == nil ? "alone differs" : "is farther")"
      return mustMatch
        ? (.fail, .beyondLimit, shown + ", and the policy says that it must match", "make it answer alike, or drop 'must_match'")
        : (.review, .waitsForReview, shown, "let people read the \(pairs); a difference is no harm by itself")
    }
    if sums.logEWorst >= threshold {
      return (
        .inconclusive, .missingEvidence,
        "\(missing(sums)) \(sums.unknown == 1 ? "hides" : "hide") whether the candidate differs: "
          + "\(seen), and if it differed in each of them, it would be shown to", nextForMissing(sums)
      )
    }
    return settled(sums, check, seen, input)
  }

  /// Silence of the e-process: a pass where the excess is shown to be small, and else nothing.
  private func settled(_ sums: ShadowSums, _ check: ShadowCheck, _ seen: String, _ input: ShadowInput) -> Finding {
    let worst = noiseFloor(excess: sums.excessWorst, limit: epsilon, alpha: input.wrongPass)
    if check.verdict == .pass, worst.verdict == .pass, let judge {
      return (
        .inconclusive, .judgeUnfit,
        "no difference is shown: \(seen), but the judge '\(judge)' is not calibrated, and one that sees nothing would say the same",
        "compare 'text', 'json' or 'tool-calls', or make the rule advisory: no judge can be calibrated in this version"
      )
    }
    if check.verdict == .pass, worst.verdict == .pass, let upper = worst.limits?.upper {
      let missed = sums.unanswered > 0 ? ", even if it differed in all \(counted(sums.unanswered, "missing pair"))" : ""
      return (
        .pass, .holds,
        "the candidate differs no more than production from itself: \(seen), an excess above \(points(max(0, upper))) is excluded\(missed)",
        nil
      )
    }
    if check.verdict == .pass {
      return (
        .inconclusive, .missingEvidence,
        "\(missing(sums)) \(sums.unknown == 1 ? "stands" : "stand") in the way: \(seen)", nextForMissing(sums)
      )
    }
    let least = leastUnitsToPass(margin: epsilon, alpha: input.wrongPass)
    let silence = "no difference is shown, and none is excluded: \(seen), and an excess of \(points(epsilon)) remains possible"
    if sums.units < least {
      return (.inconclusive, .tooFewCases, silence, "at least \(counted(least, "independent pair")), or a wider 'epsilon'")
    }
    return (.inconclusive, .cannotExcludeMargin, silence, more(sums, check, input))
  }

  private func more(_ sums: ShadowSums, _ check: ShadowCheck, _ input: ShadowInput) -> String {
    let room = epsilon - (check.estimate ?? epsilon)
    guard room > 1e-9, let error = sums.excess.standardError else {
      return "more pairs will show a difference, or none: the excess seen lies at 'epsilon' or beyond"
    }
    let needed = casesNeededGraded(variance: error * error * Double(sums.excess.pairs), margin: min(room, 1), alpha: input.wrongPass)
    return needed.map { "about \(max($0, sums.compared + 1)) pairs like these would settle it" } ?? "more pairs"
  }

  private func missing(_ sums: ShadowSums) -> String {
    let causes =
      (sums.unanswered > 0 ? ["\(counted(sums.unanswered, "pair")) without an answer"] : [])
      + (sums.ungraded > 0 ? ["\(counted(sums.ungraded, "pair")) that the judge did not grade"] : [])
    return listed(causes)
  }

  private func nextForMissing(_ sums: ShadowSums) -> String {
    sums.unanswered > 0 ? "repair the recording, so that every pair has all three answers" : nextForGrades
  }

  private var nextForGrades: String { "run the same command without --recorded, with the judge's endpoint up and budget for it" }

  /// How often, or how far, the answers differ.
  private func seen(_ sums: ShadowSums) -> String {
    if let judge {
      let whole = Double(2 * ShadowGrades.unit * sums.compared)
      return "the judge '\(judge)' finds its answers \(percent(Double(sums.agreementTwice) / whole)) like production's over "
        + "\(counted(sums.compared, "pair")), and production's own two \(percent(Double(sums.ownAgreementTwice) / whole))"
    }
    return "its \(what) differs from production's \(times(sums.candidateDiffers, sums.compared)), and production's from its own "
      + "\(sums.productionDiffers)"
  }

  private var what: String {
    switch compare {
    case .text, .judge: "answer"
    case .json: "JSON"
    case .toolCalls: "tool call"
    }
  }

  private func times(_ count: Int, _ of: Int) -> String { "in \(count) of \(counted(of, "pair"))" }
}

// Where the differences lie: rulings that advise, each with the false discovery rate of all of them.
extension NoChangeRule {
  private static let mostShown = 20

  private func sliceRulings(_ input: ShadowInput) -> [Ruling] {
    let found = input.evidence.slices.filter { slice in slices.isEmpty || slices.contains { sameBytes($0, slice.tag.name) } }
    let rejected = eBenjaminiHochberg(logE: found.map(\.sums.logE), alpha: input.wrongFail)
    let isLong = slices.isEmpty && found.count > NoChangeRule.mostShown
    return zip(found, rejected).filter { $1 || !isLong }.map { slice, isRejected in
      let sums = slice.sums
      let check = noiseFloor(excess: sums.excess, limit: epsilon, alpha: input.wrongPass)
      let seen =
        sums.compared > 0
        ? "in \(slice.tag.name)=\(slice.tag.value), \(seen(sums))"
        : "in \(slice.tag.name)=\(slice.tag.value), no pair could be compared"
      // A judge that nobody calibrated shows a difference as well as any; that there is none it does not show.
      let isQuiet = check.verdict == .pass && judge == nil
      return Ruling(
        rule: "no-change", slice: slice.tag, verdict: isRejected ? .review : isQuiet ? .pass : .inconclusive,
        reason: isRejected ? .waitsForReview : isQuiet ? .holds : .cannotExcludeMargin,
        sentence: seen
          + (isRejected
            ? ": more than its own noise" : isQuiet ? "" : ", which shows neither a difference nor that there is none"),
        estimate: check.estimate, interval: check.limits.map { Ruling.Bounds(lower: $0.lower as Double?, upper: $0.upper as Double?) },
        count: sums.compared, missing: sums.unknown, limit: epsilon, unit: .difference,
        method: "paired e-process with e-BH over slices, gate-contracts §3.2", advisory: true)
    }
  }

  /// The fields that differ beyond production's own noise; silent where the whole answer is the only field.
  private func fieldRulings(_ input: ShadowInput) -> [Ruling] {
    let fields = input.evidence.fields.fields
    guard compare != .text || fields.count > 1 else { return [] }
    let rejected = eBenjaminiHochberg(logE: fields.map { $0.difference.logEFarther() }, alpha: input.wrongFail)
    let shown = zip(fields, rejected).filter(\.1).map(\.0)
    var rulings = shown.prefix(NoChangeRule.mostShown).map { field in
      Ruling(
        rule: "no-change", metric: "field \(field.path)", verdict: .review, reason: .waitsForReview,
        sentence:
          "the field \(field.path) differs in the candidate alone \(field.difference.candidateOnly) times, and in production's second "
          + "answer alone \(field.difference.productionOnly) times (e-value \(shownEvidence(field.difference.logEFarther())))",
        count: field.difference.candidateOnly + field.difference.productionOnly, unit: .count,
        method: "paired e-process with e-BH over fields, gate-contracts §3.2", witnesses: field.witnesses.ids, advisory: true)
    }
    let more = max(0, shown.count - NoChangeRule.mostShown), quiet = fields.count - shown.count
    let rest = [
      more > 0 ? "\(counted(more, "more field")) \(more == 1 ? "differs" : "differ") too" : nil,
      quiet > 0 ? "\(counted(quiet, "field")) \(quiet == 1 ? "shows" : "show") nothing beyond noise" : nil,
      input.evidence.fields.isCut ? "fields beyond \(FieldTally.limit) are not told apart" : nil,
    ].compactMap { $0 }
    if !rulings.isEmpty, !rest.isEmpty { rulings[rulings.count - 1].next = rest.joined(separator: "; ") }
    return rulings
  }
}

/// `37`, or `above a million`: what a reader compares with 1/α.
private func shownEvidence(_ logE: Double) -> String {
  let evidence = eValue(logE: logE)
  return evidence > 1_000_000 ? "above a million" : fixed(evidence, evidence < 10 ? 1 : 0)
}
