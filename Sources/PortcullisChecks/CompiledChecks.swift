package import PortcullisCore

/// All checks of a case, read and ready: compile once, score every trial.
package struct CompiledChecks: Sendable {
  /// The case's own checks first (they look at the last answer), then those of the turns.
  package let checks: [CompiledCheck]
  package let needs: CheckNeeds
  /// Answers a trial has: one, or one for each turn of a scripted conversation.
  package let turns: Int
  private let threshold: Double
  private let allowEmpty: Bool
  private let allowTruncated: Bool

  /// More checks in one case are refused (reliability.md §11).
  package static let limit = 200

  /// Reads every check of a case; throws all problems at once.
  ///
  /// Cost: a few allocations for each check; patterns are compiled once for each `patterns`.
  package init(compiling subject: Case, judges: [String: Judge], patterns: inout PatternCache) throws(CheckProblems) {
    var checks = [CompiledCheck](), problems = [CheckProblem]()
    var lists: [(turn: Int?, specs: [CheckSpec])] = [(nil, subject.checks)]
    if case .turns(let turns) = subject.input { lists += turns.enumerated().map { (turn: $0.offset, specs: $0.element.checks) } }
    let count = lists.reduce(0) { $0 + $1.specs.count }
    if count == 0 { problems.append(CheckProblem("the case has no check", help: "a case without a check or judge decides nothing")) }
    if count > Self.limit {
      problems.append(CheckProblem("the case has \(count) checks; at most \(Self.limit) are allowed"))
      throw CheckProblems(problems)
    }
    for (turn, specs) in lists {
      for (index, spec) in specs.enumerated() {
        var reader = CheckReader(kind: spec.kind, argument: spec.argument, expected: subject.expected, judges: judges)
        let check = CompiledCheck(spec, turn: turn, reader: &reader, patterns: &patterns)
        problems += reader.problems.map { CheckProblem(index: index, turn: turn, $0) }
        if let check { checks.append(check) }
      }
    }
    if !(subject.threshold > 0 && subject.threshold <= 1) {
      problems.append(
        CheckProblem(
          "the threshold is \(shown(subject.threshold)); it must be above 0 and at most 1", help: "it is the share that must pass"))
    }
    guard problems.isEmpty else { throw CheckProblems(problems) }
    self.checks = checks
    needs = checks.reduce(into: []) { $0.formUnion($1.needs) }
    turns = lists.count == 1 ? 1 : lists.count - 1
    threshold = subject.threshold
    allowEmpty = subject.allowEmpty
    allowTruncated = subject.allowTruncated
  }

  /// Scores a trial as far as code can; what is left is to be asked of judges.
  ///
  /// - Parameters:
  ///   - answers: One for each turn, in order; fewer where a call failed.
  ///   - failure: Why the next answer did not come; must be given where `answers` are fewer than `turns`.
  /// - Returns: One step for each of `checks`, in their order.
  package func score(_ answers: [Answer], failure: CallFailure? = nil) -> [CheckStep] {
    let readings = answers.map { Reading($0, allowEmpty: allowEmpty, allowTruncated: allowTruncated) }
    return checks.map { check in
      let turn = check.turn ?? turns - 1
      guard readings.indices.contains(turn) else { return .scored(check.score(failure)) }
      return check.score(readings[turn])
    }
  }

  package func score(_ answer: Answer) -> [CheckStep] { score([answer]) }

  /// What the scores of all checks say of the trial.
  package func outcome(of scores: [CheckScore]) -> Outcome { trialOutcome(of: scores, threshold: threshold) }
}

/// How far a check came.
package enum CheckStep: Sendable {
  case scored(CheckScore)
  /// A model has to be asked first: send `request`, read each reply, then `conclude`.
  case asking(JudgeQuestion)
}

/// What is wrong with a check, and which one it is.
package struct CheckProblem: Sendable, Hashable {
  /// In the list it stands in (`Case.checks`, defaults first; or the turn's `checks`); nil for the case as a whole.
  package let index: Int?
  package let turn: Int?
  /// Without a place: whoever read the file knows it.
  package let diagnostic: Diagnostic

  init(index: Int, turn: Int?, _ diagnostic: Diagnostic) {
    self.index = index
    self.turn = turn
    self.diagnostic = diagnostic
  }

  init(_ message: String, help: String? = nil) {
    index = nil
    turn = nil
    diagnostic = Diagnostic(.error, message, help: help)
  }
}

/// All that is wrong with the checks of a case; never empty.
package struct CheckProblems: Error, Sendable, CustomStringConvertible {
  package let problems: [CheckProblem]

  init(_ problems: [CheckProblem]) { self.problems = problems }

  package var description: String { problems.map(\.diagnostic.description).joined(separator: "\n") }
}

/// A number for a message, also where it is none.
func shown(_ value: Double) -> String { value.isFinite ? canonicalNumber(value) : value.isNaN ? "not a number" : "infinite" }
