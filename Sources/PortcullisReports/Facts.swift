import PortcullisCore
import PortcullisGate

// Facts of a run in words, the same in every report for people.

extension AnswerView {
  /// `passed`, `failed: …`, `not scored: …`, or why there is no answer. Not escaped.
  var outcomeText: String {
    if let failure { return "no answer: \(failure.kind.rawValue): \(failure.message)" }
    switch outcome {
    case .pass: return "passed"
    case .fail(let reason): return "failed: \(reason)"
    case .unscored(let reason): return "not scored: \(reason)"
    }
  }

  /// Findings that the outcome does not name already.
  var furtherFindings: [Finding] { findings.filter { !outcomeText.contains($0.reason) } }
}

extension RunSummary {
  /// `74 cases`, `1 case`.
  var caseCount: String { "\(cases) case\(cases == 1 ? "" : "s")" }
}

extension ArmSummary {
  /// `0.0123 USD`, or that the price is not known.
  func cost(_ currency: String?) -> String {
    guard let costMicro else { return "cost unknown" }
    return currency.map { Money(micro: costMicro, currency: $0).description } ?? Money(micro: costMicro, currency: "").amount
  }
}

extension RepeatSummary {
  /// `40 cases × 3; within-case variance 0.021, between 0.110; 4 cases gave both outcomes (flaky)`.
  func words(times: String = "×") -> String {
    let trials = fewestTrials == mostTrials ? "\(fewestTrials)" : "\(fewestTrials) to \(mostTrials)"
    let split = within.flatMap { within in between.map { "within-case variance \(fixed(within, 3)), between \(fixed($0, 3))" } }
    let both = "\(flaky == 0 ? "no" : "\(flaky)") \(flaky > 1 ? "cases" : "case") gave both outcomes\(flaky == 0 ? "" : " (flaky)")"
    return (["\(cases) \(cases == 1 ? "case" : "cases") \(times) \(trials)"] + [split].compactMap { $0 } + [both]).joined(separator: "; ")
  }
}

extension DecisionContext.TargetName {
  /// The model, after the target's name where that says more than the arm's.
  var label: String { name.isEmpty || sameBytes(name, arm.rawValue) || sameBytes(name, model) ? model : "\(name) (\(model))" }
}

extension Decision {
  /// What keeps the gate shut first (worse before better), then advice that did not hold, then what passed; else in the policy's order.
  var worstFirst: [Ruling] {
    let order = rulings.enumerated().sorted { left, right in
      let (a, b) = (left.element, right.element)
      if a.group != b.group { return a.group < b.group }
      return a.verdict != b.verdict ? a.verdict > b.verdict : left.offset < right.offset
    }
    return order.map(\.element)
  }
}

extension Decision {
  /// What waivers did not do: one that waives nothing must not be taken for one that does.
  var idleWaivers: [String] { waivers.filter { $0.state != .applied }.map(\.sentence) }
}

extension Waiver {
  /// Who answers for a waived ruling; not escaped.
  var words: String { "waived by \(by) until \(expires): \(reason)" }
}

extension Ruling {
  fileprivate var group: Int { verdict == .pass ? 2 : advisory || waived ? 1 : 0 }
}
