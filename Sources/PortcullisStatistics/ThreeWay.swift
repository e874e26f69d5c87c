/// What a statistical method says about a demand, best first; only `pass` opens a gate.
///
/// The gate's verdicts have a fourth word, review, which never comes from a statistic.
package enum ThreeWay: Sendable, Hashable, Comparable, CaseIterable {
  case pass
  /// Not enough evidence either way: collect more.
  case inconclusive
  /// The evidence is against it: fix the candidate.
  case fail

  /// The worst of several verdicts; `inconclusive` where there is none, for silence is not evidence.
  package static func worst(of verdicts: [ThreeWay]) -> ThreeWay {
    verdicts.max() ?? .inconclusive
  }
}

/// Ties at the margin are given to the harsher reading within this much, so that rounding cannot rescue a fail.
let verdictTolerance = 1e-12

/// Judges a difference (candidate − production, larger is better) against the largest loss accepted.
///
/// Pass when the lower bound excludes a loss of `margin`; a tie does not pass. Fail when the candidate is shown to be
/// worse at all and the best guess lies at or beyond the margin. Otherwise, and where a number is undefined,
/// inconclusive.
///
/// - Parameters:
///   - estimate: The best guess from complete pairs.
///   - lower: One-sided lower bound, with missing pairs at their worst.
///   - upper: One-sided upper bound from complete pairs.
///   - margin: Above 0, in the unit of the difference.
///
/// Source: reference/statistics.md §1.1; "upper < −margin" as the rule for a fail would stay undecided almost for ever.
package func differenceVerdict(estimate: Double?, lower: Double?, upper: Double?, margin: Double) -> ThreeWay {
  requireMargin(margin)
  guard let estimate, let lower, let upper else { return .inconclusive }
  precondition(!estimate.isNaN && !lower.isNaN && !upper.isNaN, "a difference is NaN")
  if lower > -margin { return .pass }
  if upper < 0 && estimate <= -margin + verdictTolerance { return .fail }
  return .inconclusive
}

/// Judges a ratio (candidate / production, smaller is better) against the largest increase accepted.
///
/// - Parameters:
///   - ratio: The best guess; may be infinite.
///   - limits: One-sided limits of the ratio.
///   - margin: The increase accepted, above 0: 0.2 for 20 %.
///
/// Source: reference/statistics.md §1.1.
package func ratioVerdict(ratio: Double?, limits: Interval?, margin: Double) -> ThreeWay {
  requireMargin(margin)
  guard let ratio, let limits else { return .inconclusive }
  precondition(!ratio.isNaN, "a ratio is NaN")
  if limits.upper < 1 + margin { return .pass }
  if limits.lower > 1 && ratio >= 1 + margin - verdictTolerance { return .fail }
  return .inconclusive
}

/// Judges a probability of something bad against the largest one accepted: an absolute limit has no clause about the estimate.
func limitVerdict(of bad: Interval, accepted: Double) -> ThreeWay {
  if bad.upper <= accepted { return .pass }
  if bad.lower > accepted { return .fail }
  return .inconclusive
}

func requireMargin(_ margin: Double) {
  precondition(margin > 0 && margin.isFinite, "a margin is above 0 and finite")
}

func requireError(_ alpha: Double) {
  precondition(alpha > 0 && alpha <= 0.5, "an error rate lies above 0 and at most at 0.5")
}

/// The least whole number that is at least `value`, where an exact whole number that rounding has lifted a little stays itself.
func leastCount(_ value: Double) -> Int {
  Int((value - 1e-9).rounded(.up))
}
