import PortcullisCore
import PortcullisGate
import PortcullisReports
import PortcullisStore

extension Store {
  /// All that reports may show of a decided run.
  ///
  /// - Parameter worst: Cases shown side by side, at most.
  func reportInput(_ decision: Decision, of run: RunRecord, notes: [String], worst: Int = 10) throws -> ReportInput {
    let totals = try totals(of: run)
    let summary = RunSummary(
      id: run.id, started: run.createdAt.description, duration: totals.elapsed, host: run.manifest["host"]?.string,
      evalsets: decision.context.evalsets.map(\.name), cases: run.plannedCases,
      seeMore: "portcullis report \(run.id) --format markdown", notes: notes)
    return ReportInput(
      decision: decision, run: summary, worst: try comparisons(decision, of: run, most: worst),
      cases: { each in try forEachResult(of: run, each) })
  }

  /// The witnesses of the worst rulings, each case once.
  private func comparisons(_ decision: Decision, of run: RunRecord, most: Int) throws -> [CaseComparison] {
    var ids: [CaseID] = []
    for ruling in decision.rulings.sorted(by: { $0.verdict > $1.verdict }) {
      for id in ruling.witnesses where !ids.contains(id) { ids.append(id) }
    }
    return try ids.prefix(most).flatMap { id in try cases(of: run, id: id).map(\.comparison) }
  }

  /// Every case of the plan with its trials; trials without an end are not there, and reports count them from the plan.
  private func forEachResult(of run: RunRecord, _ each: (CaseResult) throws -> Void) throws {
    var planned = cases(of: run)
    var ended = trials(of: run)
    var waiting = try ended.next()
    while let next = try planned.next() {
      var trials: [CaseResult.Trial] = []
      while let trial = waiting, trial.key.ordinal == next.ordinal {
        trials.append(trial.result)
        waiting = try ended.next()
      }
      try each(
        CaseResult(
          id: next.testCase.id, evalset: next.testCase.evalset, behaviour: next.testCase.behaviour, trials: trials,
          isQuarantined: next.testCase.quarantine != nil))
    }
  }
}

extension CaseDetail {
  fileprivate var comparison: CaseComparison {
    CaseComparison(
      id: testCase.id, evalset: testCase.evalset, behaviour: testCase.behaviour, input: testCase.inputText, candidate: view(.candidate),
      production: view(.production))
  }

  /// The arm's worst trial: a failure before a missing score before a pass.
  private func view(_ arm: Arm) -> AnswerView? {
    let mine = trials.filter { $0.key.arm == arm }
    guard let worst = mine.min(by: { $0.badness > $1.badness }) else { return nil }
    let last = worst.attempts.last { $0.key.purpose == .answer }
    var failure: CallFailure?
    if case .failure(let cause)? = last?.end?.result { failure = cause }
    return AnswerView(
      text: worst.completion?.text ?? worst.completion?.refusal, toolCalls: worst.completion?.toolCalls ?? [], outcome: worst.outcome,
      findings: worst.scores.filter { $0.passed != true }.map { .init(check: $0.check, reason: $0.reason) }, failure: failure)
  }
}

extension Case {
  /// What was asked, as text.
  var inputText: String {
    switch input {
    case .messages(let messages): messages.map(\.wholeText).joined(separator: "\n")
    case .template: vars.members.map { "\($0.name): \($0.value.string ?? $0.value.compactText)" }.joined(separator: "\n")
    case .turns(let turns): turns.map(\.user).joined(separator: "\n")
    }
  }
}

extension TrialDetail {
  var outcome: Outcome {
    switch facts.state {
    case .passed: .pass
    case .failed: .fail(reason: reason ?? "failed")
    case .unscored: .unscored(reason: reason ?? "no score")
    case .callFailed(let kind): .unscored(reason: "call failure: \(kind.rawValue)" + (reason.map { " (\($0))" } ?? ""))
    }
  }

  fileprivate var badness: Int {
    switch facts.state {
    case .passed: 0
    case .unscored: 1
    case .callFailed: 2
    case .failed: 3
    }
  }

  fileprivate var result: CaseResult.Trial {
    CaseResult.Trial(
      arm: key.arm, repeatIndex: key.repeatIndex, outcome: outcome,
      reasons: scores.filter { $0.passed != true }.map { "\($0.check): \($0.reason)" }, duration: facts.latency)
  }
}

extension CheckScore {
  fileprivate var reason: String {
    switch score {
    case .pass: ""
    case .fail(let reason), .graded(_, let reason), .unscored(let reason): reason
    }
  }
}
