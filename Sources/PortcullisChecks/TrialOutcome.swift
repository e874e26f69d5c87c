package import PortcullisCore

/// What all checks of a trial say together (formats.md §3).
///
/// At threshold 1 every check must pass. Below 1 the weighted share of passed checks, in which a graded check counts its
/// grade, is bounded by taking the unscored ones as 0 and as 1; where the threshold lies between, the trial is unscored.
///
/// - Parameters:
///   - scores: All of the trial; none is unscored.
///   - threshold: Above 0, at most 1.
package func trialOutcome(of scores: [CheckScore], threshold: Double) -> Outcome {
  guard !scores.isEmpty else { return .unscored(reason: "no check was scored") }
  guard threshold > 0, threshold <= 1 else { return .unscored(reason: "the threshold is \(shown(threshold))") }
  if threshold == 1 { return strictOutcome(of: scores) }
  var least = 0.0, most = 0.0, total = 0.0
  for score in scores {
    guard score.weight > 0, score.weight.isFinite else {
      return .unscored(reason: "'\(score.check)' has the weight \(shown(score.weight))")
    }
    total += score.weight
    switch score.score {
    case .pass:
      least += score.weight
      most += score.weight
    case .fail: break
    case .graded(let grade, _) where grade >= 0 && grade <= 1:
      least += score.weight * grade
      most += score.weight * grade
    // A grade outside its range, or NaN, is no grade.
    case .graded, .unscored: most += score.weight
    }
  }
  // Sums of weights such as 0.1 + 0.2 may miss the threshold by a rounding error; nobody means a share finer than this.
  let needed = threshold * total - 1e-9 * total
  if least >= needed { return .pass }
  let share = "\(fixed(100 * least / total, 1)) %"
  if most < needed {
    return .fail(reason: "\(share) of the weight passed, \(fixed(100 * threshold, 1)) % are needed; \(firstFailure(of: scores) ?? "")")
  }
  let missing = scores.first { $0.isUnscored }
  return .unscored(reason: missing.map { "\($0.check): \($0.score.reason)" } ?? share)
}

private func strictOutcome(of scores: [CheckScore]) -> Outcome {
  if let reason = firstFailure(of: scores) { return .fail(reason: reason) }
  if let missing = scores.first(where: \.isUnscored) { return .unscored(reason: "\(missing.check): \(missing.score.reason)") }
  return .pass
}

private func firstFailure(of scores: [CheckScore]) -> String? {
  let failed = scores.filter { !$0.isUnscored && $0.passed == false }
  guard let first = failed.first else { return nil }
  let more = failed.count > 1 ? " (and \(failed.count - 1) more)" : ""
  return "\(first.check): \(first.score.reason)\(more)"
}

extension CheckScore {
  fileprivate var isUnscored: Bool {
    switch score {
    case .pass, .fail: false
    case .graded(let grade, _): !(grade >= 0 && grade <= 1)
    case .unscored: true
    }
  }
}

extension Score {
  /// "" for a pass.
  package var reason: String {
    switch self {
    case .pass: ""
    case .fail(let reason), .unscored(let reason): reason
    case .graded(let grade, let reason):
      grade >= 0 && grade <= 1 ? "grade \(canonicalNumber(grade)): \(reason)" : "the grade is \(shown(grade))"
    }
  }
}
