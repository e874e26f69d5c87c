import PortcullisCore
import PortcullisStatistics

// What stands in the way of the whole canary, whichever rule one asks.

extension Canary {
  func runRulings(at hours: Double) -> [Ruling] { [splitRuling] + assignmentRulings + [completeRuling] + moments(at: hours) }

  private var splitRuling: Ruling {
    let (mine, other) = (rig.split.candidate, rig.split.production)
    let noun = policy.isBySession ? "session" : "request"
    let went = "\(mine) of \(counted(mine + other, noun)) went to the candidate at a share of \(percent(share))"
    let isBroken = rig.has(.split)
    return Ruling(
      rule: "sample-ratio", verdict: isBroken || mine + other == 0 ? .inconclusive : .pass,
      reason: isBroken ? .armsNotComparable : mine + other == 0 ? .missingEvidence : .holds,
      sentence: mine + other == 0
        ? "no \(noun) is counted yet" : isBroken ? "\(went): the split is broken, and nothing can be decided" : "\(went), as planned",
      estimate: mine + other > 0 ? Double(mine) / Double(mine + other) : nil, count: mine + other, limit: share, unit: .share,
      method: "sample ratio, beta mixture e-process, statistics §9", next: isBroken ? CanaryRig.Trouble.split.next : nil)
  }

  private var assignmentRulings: [Ruling] {
    rig.troubles.filter { $0 == .sticky || $0 == .mixed }.map { trouble in
      Ruling(
        rule: "assignment", verdict: .inconclusive, reason: .armsNotComparable, sentence: trouble.sentence, unit: .count,
        method: "repeats of a session, betting e-process", next: trouble.next)
    }
  }

  /// Whether the scores arrive: within the tolerance, from both arms alike, and not all the same.
  private var completeRuling: Ruling {
    let total = tables.total
    let planned = total.requests
    let lost = planned - total.candidate.scored - total.production.scored
    let share = planned > 0 ? Double(lost) / Double(planned) : 0
    let isWeighed = policy.rules.contains { !$0.advisory && $0.rule.weighsScores }
    let words: String
    let reason: Reason
    if let unsteady = unsteadyScores {
      (words, reason) = (unsteady, .rigUnsteady)
    } else if rig.hasConstantLatencies {
      (words, reason) = (Self.constantLatencies, .rigUnsteady)
    } else if planned == 0 {
      (words, reason) = ("no request is counted yet", .missingEvidence)
    } else if share > policy.maxLost {
      (words, reason) = (
        "\(lost) of \(counted(planned, "score")) are lost, \(percent(share)) (limit \(percent(policy.maxLost)))", .rigUnsteady
      )
    } else {
      (words, reason) = ("\(lost) of \(counted(planned, "score")) are lost (limit \(percent(policy.maxLost)))", .holds)
    }
    return Ruling(
      rule: "complete", verdict: reason == .holds ? .pass : .inconclusive, reason: reason, sentence: words,
      estimate: planned > 0 ? share : nil,
      count: planned, missing: lost, limit: policy.maxLost, unit: .share,
      method: "count; losses by arm: beta mixture e-process, statistics §9",
      next: reason == .rigUnsteady ? "repair the scorer or exporter" : nil, advisory: !isWeighed)
  }

  /// What time and silence say: rulings of the run, none where nothing stands in the way.
  private func moments(at hours: Double) -> [Ruling] {
    func run(_ verdict: Verdict, _ reason: Reason, _ sentence: String, _ next: String?) -> Ruling {
      Ruling(
        rule: "run", verdict: verdict, reason: reason, sentence: sentence, count: tables.total.requests, unit: .count,
        method: "state of the canary",
        next: next)
    }
    switch outcome {
    case .promoted, .rolledBack: return []
    case .timedOut:
      return [
        run(
          .fail, .cannotExcludeMargin, timeoutSentence + ", and the policy rolls back", "a larger share, a wider margin or a later deadline"
        )
      ]
    case .expired: return [run(.inconclusive, .cannotExcludeMargin, timeoutSentence, "a larger share, a wider margin or a later deadline")]
    case .stopped(let at, let person, let reason):
      return [run(.fail, .stopped, "stopped by \(visible(person)) after \(hoursText(at)): \(visible(reason))", "start a new canary")]
    case nil: break
    }
    var found: [Ruling] = []
    if !policy.rules.contains(where: { !$0.advisory && $0.rule.weighsScores }) {
      found.append(run(.inconclusive, .nothingWeighed, "no deciding rule weighs a score", "add 'no-regression' to the policy"))
    }
    if unreadable > 0 {
      found.append(
        run(
          .inconclusive, .missingEvidence,
          "\(counted(unreadable, "line")) of the stream could not be read, and nobody knows whose losses they hold: nothing is promoted",
          "repair the exporter and start a new canary; this one still rolls back"))
    }
    if late + refused > 0 {
      let gone = [
        late > 0 ? "\(counted(late, "observation")) came more than \(hoursText(policy.lateWindow)) late" : nil,
        refused > 0 ? "\(counted(refused, "observation")) could not be" : nil,
      ].compactMap { $0 }.joined(separator: ", ")
      found.append(
        run(
          .inconclusive, .missingEvidence,
          "\(gone) and \(late + refused == 1 ? "is" : "are") not counted: what was in them is unknown, and nothing is promoted",
          "raise 'late_window' or mend the clocks, and start a new canary; this one still rolls back"))
    }
    if holes > 0 {
      found.append(
        run(
          .inconclusive, .missingEvidence,
          "\(holes == 1 ? "there is a hole" : "there are \(holes) holes") of more than \(hoursText(silenceLimit)) in the stream of an arm: "
            + "what was served then is unknown, and nothing is promoted",
          "mend the exporter and start a new canary, or let the alert 'no-data' wait longer where such silence is usual; this one still rolls back"
        ))
    }
    if let silent = silence(at: hours) { found.append(run(.inconclusive, .missingEvidence, silent, "send observations of both arms")) }
    if let waitingShare {
      found.append(
        run(.inconclusive, .tooFewCases, "the traffic is to be moved to \(percent(waitingShare))", "move it, then tell the canary"))
    } else if watched < policy.stages[stage].bake {
      let unseen = clock - stageStart - watched
      found.append(
        run(
          .inconclusive, .tooFewCases,
          "the stage of \(percent(share)) has been watched for \(hoursText(watched)) of its \(hoursText(policy.stages[stage].bake))"
            + (unseen > silenceLimit ? "; \(hoursText(unseen)) in which an arm was silent count for none" : ""), "more hours of traffic"))
    } else if stage + 1 < policy.stages.count {
      found.append(
        run(.inconclusive, .tooFewCases, "stage \(stage + 1) of \(policy.stages.count) is not the last", "more hours of traffic"))
    }
    return found
  }

  /// An arm without requests, in words.
  func silence(at hours: Double) -> String? {
    switch (lastCandidate, lastProduction) {
    case (nil, nil): "no request was observed"
    case (nil, _): "no request of the candidate was observed"
    case (_, nil): "no request of production was observed"
    case (let candidate?, let production?):
      silentArm(at: max(hours, clock)).map { arm in
        let last = arm == .candidate ? candidate : production
        return "no request of \(arm == .candidate ? "the candidate" : "production") for \(hoursText(max(hours, clock) - last))"
      }
    }
  }
}
