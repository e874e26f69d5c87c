import PortcullisCore
import PortcullisStatistics

extension HardGate {
  /// `critical-cases` and `incidents-stay-fixed`: every case by itself, nothing averaged.
  ///
  /// A failed trial of this run that no judge had a part in is a proof and fails; otherwise one case without enough evidence blocks.
  func ruling(_ input: RuleInput, _ population: EvidenceNeeds.Gate.Population) -> Ruling {
    let gate = EvidenceNeeds.Gate(population: population, demand: demand, trials: trials)
    guard let evidence = input.scope.gates.first(where: { $0.gate == gate }) else {
      return Ruling(
        rule: population.ruleName, verdict: .inconclusive, reason: .nothingWeighed,
        sentence: "the evidence was counted for another policy", method: "none: the rule could not be asked")
    }
    let reliable = ReliableOutcome(evidence, alpha: input.declaredWrongPass, beta: input.declaredWrongFail)
    let outcome = HardOutcome(evidence, reliable, input: input)
    return Ruling(
      rule: population.ruleName, verdict: outcome.verdict, reason: outcome.reason, sentence: input.whereClause + outcome.sentence,
      estimate: evidence.cases > 0 ? Double(evidence.held + reliable.held) / Double(evidence.cases) : nil, count: evidence.cases,
      missing: evidence.unscored.count + reliable.unscored.count + evidence.reused.count, limit: evidence.cases > 0 ? 1 : nil,
      method: method,
      witnesses: outcome.witnesses.ids, next: outcome.next, weighedScores: evidence.scoredTrials > 0)
  }

  private var method: String {
    switch demand {
    case .all: "each case by itself, all its trials, statistics §6"
    case .never: "each case by itself, no failure, failure rates above 10 % excluded, statistics §6"
    case .reliable: "each case by itself, sequential test of 98 % against 80 %, statistics §6"
    }
  }
}

extension EvidenceNeeds.Gate.Population {
  fileprivate var ruleName: String {
    switch self {
    case .critical: "critical-cases"
    case .guarded: "incidents-stay-fixed"
    }
  }

  fileprivate func cases(_ count: Int) -> String {
    switch self {
    case .critical: counted(count, "critical case")
    case .guarded: counted(count, "guarded incident case")
    }
  }

  fileprivate var none: String {
    switch self {
    case .critical: "the suite has no critical case: none to hold"
    case .guarded: "the suite has no guarded incident: none to hold"
    }
  }
}

/// The worst thing that happened to any of the cases.
private struct HardOutcome {
  let verdict: Verdict
  let reason: Reason
  let sentence: String
  var witnesses = Witnesses()
  var next: String?

  init(_ evidence: HardEvidence, _ reliable: ReliableOutcome, input: RuleInput) {
    let all = evidence.gate.population.cases(evidence.cases)
    let unscored = evidence.unscored.joined(with: reliable.unscored)
    func open(_ reason: Reason, _ what: String, _ witnesses: Witnesses, _ next: String) -> HardOutcome {
      HardOutcome(
        verdict: .inconclusive, reason: reason, sentence: "\(witnesses.count) of \(all) \(what): \(named(witnesses))", witnesses: witnesses,
        next: next)
    }
    if !evidence.failed.isEmpty {
      let failed = evidence.failed
      self.init(
        verdict: .fail, reason: .beyondLimit, sentence: "\(failed.count) of \(all) failed: \(named(failed))", witnesses: failed,
        next: "a failed trial is a proof: only a better candidate holds these cases")
    } else if !reliable.failed.isEmpty {
      let failed = reliable.failed
      self.init(
        verdict: .fail, reason: .beyondLimit,
        sentence:
          "\(failed.count) of \(all) \(failed.count == 1 ? "is" : "are") not reliable: \(named(failed))\(reliable.score(of: failed))",
        witnesses: failed, next: "a case that passes 98 % of the time seldom fails so often: only a better candidate holds these cases")
    } else if input.unaccounted > 0 {
      self.init(
        verdict: .inconclusive, reason: .missingEvidence,
        sentence: "\(counted(input.unaccounted, "planned case")) cannot be accounted for, and any of them may be one that must hold",
        next: "run the whole plan")
    } else if !unscored.isEmpty {
      self = open(
        .missingEvidence, "\(unscored.count == 1 ? "lacks" : "lack") a score, and one is enough to block", unscored,
        "see with 'export trials' why they are missing, then run again")
    } else if !evidence.reused.isEmpty {
      self = open(
        .missingEvidence, "\(evidence.reused.count == 1 ? "rests" : "rest") on answers of an earlier run, which prove nothing here",
        evidence.reused, "ask these cases afresh, without --reuse or --rescore")
    } else if !evidence.unsupported.isEmpty {
      self = open(
        .missingEvidence, "\(evidence.unsupported.count == 1 ? "asks" : "ask") for a demand that is not known here", evidence.unsupported,
        "demand 'all', 'never' or 'reliable'")
    } else if !evidence.judged.isEmpty {
      self = open(
        .judgeUnfit, "\(evidence.judged.count == 1 ? "rests" : "rest") on a judge that is not calibrated", evidence.judged,
        "checks without a judge, or a calibrated judge, would settle it")
    } else if !evidence.short.isEmpty {
      let needed = evidence.gate.demand == .never ? max(evidence.gate.trials, cleanTrials(input)) : evidence.gate.trials
      self = open(
        .tooFewCases, "passed, but on fewer trials than the demand takes", evidence.short,
        "plan \(needed) trials for each, or as many as its own demand takes")
    } else if !reliable.undecided.isEmpty {
      let most = reliable.mostTrials
      self = open(
        most < evidence.gate.reliableCap ? .tooFewCases : .cannotExcludeMargin,
        "\(areOrIs(reliable.undecided.count)) undecided after \(counted(most, "trial")): neither 98 % reliable nor down to 80 %",
        reliable.undecided, most < evidence.gate.reliableCap ? reliable.takes : "a changed candidate: the most trials were asked")
    } else if evidence.held + reliable.held > 0 {
      self.init(
        verdict: .pass, reason: .holds, sentence: held(evidence, reliable, all: all, alpha: input.declaredWrongPass),
        next: evidence.held > 0 ? "it would have survived no failed trial" : nil)
    } else {
      self.init(verdict: .pass, reason: .none, sentence: evidence.gate.population.none + leftOut(evidence))
    }
  }

  private init(verdict: Verdict, reason: Reason, sentence: String, witnesses: Witnesses = Witnesses(), next: String? = nil) {
    self.verdict = verdict
    self.reason = reason
    self.sentence = sentence
    self.witnesses = witnesses
    self.next = next
  }
}

private func cleanTrials(_ input: RuleInput) -> Int { cleanTrialsRequired(failureRate: 0.10, alpha: input.declaredWrongPass) }

private func held(_ evidence: HardEvidence, _ reliable: ReliableOutcome, all: String, alpha: Double) -> String {
  let subject = evidence.cases == 1 ? "the one \(all.dropFirst(2))" : "all \(all)"
  let recorded = evidence.isRecorded ? " (recorded answers)" : ""
  var proofs: [String] = []
  if let trials = evidence.heldTrials {
    let excluded = percent((failureRateExcluded(cleanTrials: trials.lowerBound, alpha: alpha) * 100).rounded() / 100)
    let count =
      trials.lowerBound == trials.upperBound
      ? "\(trials.lowerBound) of \(trials.lowerBound) trials" : "all their \(trials.lowerBound) to \(trials.upperBound) trials"
    proofs.append("passed \(count)\(recorded): that excludes failure rates above \(excluded) for a case, and no lower ones")
  }
  if let trials = reliable.heldTrials {
    let count = trials.lowerBound == trials.upperBound ? "\(trials.lowerBound)" : "\(trials.lowerBound) to \(trials.upperBound)"
    let which = evidence.heldTrials == nil ? "" : "\(reliable.held) of them "
    proofs.append("\(which)held after \(count) trials\(recorded): that excludes a case that passes only 80 % of the time")
  }
  return subject + " " + proofs.joined(separator: "; ") + leftOut(evidence)
}

private func leftOut(_ evidence: HardEvidence) -> String {
  evidence.quarantined > 0 ? "; \(evidence.quarantined) in quarantine, not weighed" : ""
}
