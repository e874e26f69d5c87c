package import PortcullisCore
package import PortcullisGate

/// All that a report may show: the decision, the run it came from, and its cases.
package struct ReportInput {
  package var decision: Decision
  package var run: RunSummary
  /// The cases a reader should look at first, worst first; bounded and chosen by the caller.
  package var worst: [CaseComparison]
  /// Every case, for the reports that list them all.
  package var cases: CaseSource

  package init(decision: Decision, run: RunSummary, worst: [CaseComparison] = [], cases: @escaping CaseSource = { _ in }) {
    self.decision = decision
    self.run = run
    self.worst = worst
    self.cases = cases
  }
}

/// Streams every case of the run, one evalset after the other, so that none need be held in memory.
///
/// May be called more than once (JUnit counts before it writes) and must tell the same each time.
package typealias CaseSource = (_ each: (CaseResult) throws -> Void) throws -> Void

/// The run behind a decision, as a reader names and judges it.
package struct RunSummary: Sendable, Hashable {
  package var id: RunID
  /// When it began, RFC 3339 in UTC.
  package var started: String
  package var duration: Duration
  package var host: String?
  package var evalsets: [String]
  /// Cases of the plan, or of whatever `unit` counts.
  package var cases: Int
  /// What is counted, in the singular.
  package var unit: String
  /// The command that shows more than this report does.
  package var seeMore: String?
  /// What a reader must know of how it came about: `policy: default`, `recorded answers`, `resumed: 240 of 600 were recorded`.
  package var notes: [String]

  package init(
    id: RunID, started: String, duration: Duration, host: String? = nil, evalsets: [String], cases: Int, unit: String = "case",
    seeMore: String? = nil, notes: [String] = []
  ) {
    self.id = id
    self.started = started
    self.duration = duration
    self.host = host
    self.evalsets = evalsets
    self.cases = cases
    self.unit = unit
    self.seeMore = seeMore
    self.notes = notes
  }
}

/// One case as both arms answered it.
package struct CaseComparison: Sendable, Hashable {
  package var id: CaseID
  package var evalset: String
  package var behaviour: String?
  /// What was asked, as text.
  package var input: String
  /// nil where the arm was not asked, or has no record.
  package var candidate: AnswerView?
  package var production: AnswerView?

  package init(
    id: CaseID, evalset: String, behaviour: String? = nil, input: String, candidate: AnswerView?, production: AnswerView? = nil
  ) {
    self.id = id
    self.evalset = evalset
    self.behaviour = behaviour
    self.input = input
    self.candidate = candidate
    self.production = production
  }
}

/// One arm's answer to a case and what its checks said. Texts are as the model sent them: each report escapes them.
package struct AnswerView: Sendable, Hashable {
  package struct Finding: Sendable, Hashable {
    package var check: String
    package var reason: String

    package init(check: String, reason: String) {
      self.check = check
      self.reason = reason
    }
  }

  package var text: String?
  package var toolCalls: [ToolCall]
  package var outcome: Outcome
  /// Checks that did not pass.
  package var findings: [Finding]
  /// Why there is no answer.
  package var failure: CallFailure?

  package init(text: String?, toolCalls: [ToolCall] = [], outcome: Outcome, findings: [Finding] = [], failure: CallFailure? = nil) {
    self.text = text
    self.toolCalls = toolCalls
    self.outcome = outcome
    self.findings = findings
    self.failure = failure
  }

  /// What a reader compares: the text, then each tool call as `name({…})`.
  package var shown: String {
    let calls = toolCalls.map { "\($0.name)(\($0.arguments.compactText))" }
    return ([text].compactMap { $0 } + calls).joined(separator: "\n")
  }
}

/// One case and all its trials, in numbers and reasons.
package struct CaseResult: Sendable, Hashable {
  package struct Trial: Sendable, Hashable {
    package var arm: Arm
    package var repeatIndex: Int
    /// A call failure is `unscored` with its cause as the reason.
    package var outcome: Outcome
    /// One for each check that did not pass.
    package var reasons: [String]
    package var duration: Duration?

    package init(arm: Arm, repeatIndex: Int = 0, outcome: Outcome, reasons: [String] = [], duration: Duration? = nil) {
      self.arm = arm
      self.repeatIndex = repeatIndex
      self.outcome = outcome
      self.reasons = reasons
      self.duration = duration
    }
  }

  package var id: CaseID
  package var evalset: String
  package var behaviour: String?
  package var trials: [Trial]
  package var isQuarantined: Bool

  package init(id: CaseID, evalset: String, behaviour: String? = nil, trials: [Trial], isQuarantined: Bool = false) {
    self.id = id
    self.evalset = evalset
    self.behaviour = behaviour
    self.trials = trials
    self.isQuarantined = isQuarantined
  }
}
