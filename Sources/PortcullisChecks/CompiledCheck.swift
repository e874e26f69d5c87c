import PortcullisCore

/// One check of a case, ready to score.
package struct CompiledCheck: Sendable {
  /// As in `CheckScore.check`: the user's name for it, else `contains`, `not contains`, `judge helpful`, …
  package let label: String
  /// From 0; nil for a check of the whole case, which looks at the last answer.
  package let turn: Int?
  package let needs: CheckNeeds
  package var isJudged: Bool { needs.contains(.judge) }
  private let action: Scorer.Resolved
  private let metric: String?
  private let weight: Double
  /// Least grade that passes.
  let threshold: Double

  /// nil where the reader holds problems.
  init?(_ spec: CheckSpec, turn: Int?, reader: inout CheckReader, patterns: inout PatternCache) {
    let scorer = reader.scorer(of: spec.kind, argument: spec.argument, &patterns)
    if !(spec.weight > 0 && spec.weight.isFinite) {
      reader.refuse("the weight of '\(spec.kind)' is \(shown(spec.weight)); it must be above 0")
    }
    let judge = scorer?.judge
    if let threshold = spec.threshold {
      if !(threshold >= 0 && threshold <= 1) {
        reader.refuse("the threshold of '\(spec.kind)' is \(shown(threshold)); it must be within 0 and 1")
      } else if scorer != nil, judge == nil {
        reader.refuse("'\(spec.kind)' passes or fails; a threshold is for checks that give a grade", help: "leave it out")
      } else if let judge, !judge.rubric.grades.contains(where: { $0.value >= threshold }) {
        reader.refuse("the threshold \(shown(threshold)) is above every grade of '\(judge.name)', so it can never be reached")
      }
    }
    guard let scorer, reader.problems.isEmpty else { return nil }
    action = scorer.resolved
    self.turn = turn
    label = spec.name ?? checkLabel(kind: spec.kind, argument: spec.argument)
    needs = scorer.needs
    metric = spec.metric
    weight = spec.weight
    threshold = spec.threshold ?? judge?.rubric.pass ?? 1
  }

  func score(_ reading: Reading) -> CheckStep {
    switch action {
    case .pure(let check, let isNegated):
      return .scored(checkScore(score(check, isNegated: isNegated, reading)))
    case .asking(let judge, let expected, let isNegated):
      if let trouble = reading.trouble { return .scored(checkScore(trouble.score)) }
      return .asking(
        JudgeQuestion(
          judge: judge, asked: reading.answer.asked, answer: reading.answer.completion, expected: expected, check: self,
          isNegated: isNegated))
    }
  }

  private func score(_ check: PureCheck, isNegated: Bool, _ reading: Reading) -> Score {
    let bearsTrouble = check.subject == .trouble && !isNegated
    if let trouble = reading.trouble, !bearsTrouble { return trouble.score }
    if check.subject != .whole, reading.isToolCallOnly {
      return .fail(reason: "the answer is a tool call without text")
    }
    switch (check.find(reading), isNegated) {
    case (.holds, false), (.lacks, true): return .pass
    case (.lacks(let words), false): return .fail(reason: words())
    case (.holds(let words), true): return .fail(reason: "must not hold: " + words())
    case (.unknown(let reason), _): return .unscored(reason: reason)
    }
  }

  /// For a trial without this answer. Ours to bound is only the size: a runaway answer is a bad answer, everything else is a
  /// missing one.
  func score(_ failure: CallFailure?) -> CheckScore {
    guard let failure else { return checkScore(.unscored(reason: "there is no answer")) }
    if failure.kind == .tooLarge { return checkScore(.fail(reason: "the answer ran away: \(shortened(failure.message))")) }
    return checkScore(.unscored(reason: "the call failed (\(failure.kind.rawValue))"))
  }

  func checkScore(_ score: Score) -> CheckScore {
    CheckScore(check: label, metric: metric, score: score, isJudged: isJudged, weight: weight, threshold: threshold)
  }
}

extension Trouble {
  fileprivate var score: Score {
    switch self {
    case .refused, .filtered, .empty, .truncated: .fail(reason: reason)
    case .unknownFinish: .unscored(reason: reason)
    }
  }
}

extension Scorer {
  /// A scorer with the `not`s around it counted.
  enum Resolved: Sendable {
    case pure(PureCheck, isNegated: Bool)
    case asking(Judge, expected: String?, isNegated: Bool)
  }

  fileprivate var resolved: Resolved {
    switch self {
    case .pure(let check): .pure(check, isNegated: false)
    case .asking(let judge, let expected): .asking(judge, expected: expected, isNegated: false)
    case .not(let inner):
      switch inner.resolved {
      case .pure(let check, let isNegated): .pure(check, isNegated: !isNegated)
      case .asking(let judge, let expected, let isNegated): .asking(judge, expected: expected, isNegated: !isNegated)
      }
    }
  }

  fileprivate var judge: Judge? {
    switch self {
    case .pure: nil
    case .asking(let judge, _): judge
    case .not(let inner): inner.judge
    }
  }
}

extension CheckReader {
  /// Looks the kind up and lets it read its argument; nil where something is wrong.
  mutating func scorer(of kind: String, argument: JSON?, _ patterns: inout PatternCache) -> Scorer? {
    guard let found = CheckCatalogue.kind(named: kind) else {
      refuse("unknown check '\(kind)'", help: suggestion(for: kind, among: CheckCatalogue.names))
      return nil
    }
    var reader = CheckReader(kind: kind, argument: argument, expected: expected, judges: judges)
    let scorer = found.make(&reader, &patterns)
    problems += reader.problems
    return scorer
  }
}

/// The kind of a check with what it negates or which judge it asks.
func checkLabel(kind: String, argument: JSON?) -> String {
  switch kind {
  case "not": argument.flatMap(innerCheck).map { "not " + checkLabel(kind: $0.kind, argument: $0.argument) } ?? kind
  case "judge": argument?.string.map { "judge " + $0 } ?? kind
  default: kind
  }
}
