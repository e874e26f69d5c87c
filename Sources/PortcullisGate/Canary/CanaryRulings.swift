import PortcullisCore
import PortcullisStatistics

// What each rule of a canary says at a look; what stands in the way of the whole run is in CanaryRunRulings.

extension Canary {
  /// In the policy's order, slices after their rule, then those of the run.
  func rulings(at hours: Double) -> [Ruling] {
    watches.flatMap { watch in [ruling(watch)] + sliceRulings(watch) } + runRulings(at: hours)
  }

  private func ruling(_ watch: RuleWatch) -> Ruling {
    let state = state(of: watch)
    let figures = watch.figures(alpha: policy.wrongFail)
    return Ruling(
      rule: watch.rule.name, verdict: state.verdict, reason: state.reason,
      sentence: state.words ?? (watch.said + watch.conclusion(state.verdict, rollbackMargin: policy.rollbackMargin)),
      estimate: figures.estimate, interval: figures.interval.map { Ruling.Bounds(lower: $0.lower, upper: $0.upper) },
      count: watch.weighed.known, missing: watch.weighed.lost, limit: figures.limit, unit: figures.unit, method: watch.method,
      next: state.next, advisory: watch.advisory,
      weighedScores: watch.rule.weighsScores && watch.counts.candidate.known > 0)
  }

  /// Where a rule stands; `words` replace its figures where these mean nothing.
  private struct State {
    let verdict: Verdict
    let reason: Reason
    var words: String?
    var next: String?
  }

  private func state(of watch: RuleWatch) -> State {
    let weighed = watch.weighed
    if let field = watch.absentField {
      return State(
        verdict: .inconclusive, reason: .missingEvidence, words: "no observation \(field.of) carries '\(field.name)'",
        next: "let the observations carry '\(field.name)', or take the rule out of the policy")
    }
    if rig.isUnfit { return State(verdict: .inconclusive, reason: .armsNotComparable, next: "see the ruling on the split") }
    if watch.hasFired, mayDecide(watch) {
      return State(verdict: .fail, reason: .beyondLimit, next: "find out what changed, and start a new canary")
    }
    if watch.rule.weighsScores {
      if let unsteady = unsteadyScores {
        return State(verdict: .inconclusive, reason: .rigUnsteady, words: unsteady, next: "repair the scorer")
      }
      if watch.counts.candidate.known + watch.counts.production.known > 0, tables.total.production.scored > 0,
        tables.total.production.scores == 0
      {
        return State(
          verdict: .inconclusive, reason: .rigUnsteady, words: "every score of production is 0, so that no loss could be seen",
          next: "repair the scorer")
      }
    }
    if rig.hasConstantLatencies, case .latency = watch.rule {
      return State(verdict: .inconclusive, reason: .rigUnsteady, words: Self.constantLatencies, next: "repair the exporter")
    }
    if let waiting = watch.waiting {
      return State(verdict: .inconclusive, reason: .tooFewCases, words: waiting, next: "more requests of production")
    }
    if weighed.known == 0 {
      return State(verdict: .inconclusive, reason: .tooFewCases, words: "no request is weighed yet", next: "more requests")
    }
    if watch.isShortOfReadings(policy.maxLost) {
      return State(
        verdict: .inconclusive, reason: .rigUnsteady,
        words: "\(percent(watch.counts.lostShare)) of the requests lack '\(watch.field)' (limit \(percent(policy.maxLost)))",
        next: "keep the losses within \(percent(policy.maxLost)), then more requests")
    }
    if watch.isProven(maxLost: policy.maxLost) { return State(verdict: .pass, reason: .holds) }
    return State(verdict: .inconclusive, reason: .cannotExcludeMargin, next: watch.outlook)
  }

  static let constantLatencies = "every latency of both arms is one same number: the exporter seems dead"

  /// Why scores tell nothing, whichever rule weighs them; nil where they may.
  var unsteadyScores: String? {
    if rig.has(.lossesOneSided) { return CanaryRig.Trouble.lossesOneSided.sentence }
    if rig.suspectsLosses { return "scores of answered calls seem to get lost in one arm more often: the difference may be theirs" }
    guard rig.hasConstantScores else { return nil }
    return "every score of both arms is \(fixed(rig.scores.least, 3)): the exporter seems dead"
  }

  private func sliceRulings(_ watch: RuleWatch) -> [Ruling] {
    guard case .noRegression(let rule) = watch.rule else { return [] }
    return watch.slices.flatMap { slices in
      slices.names.indices.map { place in
        let (watched, counts, name) = (slices.watches[place], slices.counts[place], slices.names[place])
        let margin = rule.sliceMargin ?? rule.margin
        let fired = watched.hasFired && mayDecide(watch) && !rig.isUnfit
        let proven = watched.isProven && counts.lostShare <= policy.maxLost && rig.troubles.isEmpty && unsteadyScores == nil
        let verdict: Verdict = fired ? .fail : proven ? .pass : .inconclusive
        let said = watched.comparison(of: "score", requests: counts.known)
        let drawn = watched.seen.drawnInterval(alpha: policy.wrongFail, sharpestAt: RuleWatch.sharpest)
        return Ruling(
          rule: watch.rule.name, slice: Case.Tag(name: slices.field.rawValue, value: name), verdict: verdict,
          reason: fired ? .beyondLimit : proven ? .holds : .cannotExcludeMargin,
          sentence: "\(slices.field.rawValue)=\(name): "
            + (said.map { $0 + watched.concluded(verdict, margin: margin, rollbackMargin: policy.rollbackMargin) }
              ?? "no window is closed yet"),
          estimate: watched.seen.mean, interval: drawn.map { Ruling.Bounds(lower: $0.lower, upper: $0.upper) }, count: counts.known,
          missing: counts.lost, limit: -margin, unit: .difference, method: RuleWatch.windows,
          next: verdict == .inconclusive
            ? watch.gatesSlices ? "more requests of this slice" : "nothing: without a slice margin a slice only raises alarms" : nil,
          advisory: watch.advisory || (!fired && !watch.gatesSlices), weighedScores: counts.candidate.known > 0)
      }
    }
  }
}

extension CanaryRig.Trouble {
  var sentence: String {
    switch self {
    case .split: "the split is broken: the candidate does not get the share of the traffic that the policy says"
    case .sticky: "requests of one session go to one arm, so that requests are no independent answers"
    case .mixed: "requests of one session go to both arms, although the policy says that sessions are assigned"
    case .lossesOneSided: "scores of answered calls get lost in one arm more often than in the other"
    }
  }

  var next: String {
    switch self {
    case .split: "repair the router, and start a new canary"
    case .sticky: "set 'unit: session' in the policy, and start a new canary"
    case .mixed: "set 'unit: request' in the policy, or repair the router, and start a new canary"
    case .lossesOneSided: "repair the scorer, and start a new canary"
    }
  }
}
