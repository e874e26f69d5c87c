import RealModule

/// Whether a quantile stays within an objective, from two counters: no histogram, no interpolation, exact when merged.
package struct ObjectiveGate: Sendable, Hashable {
  /// The limits of the share of requests over the objective, each erring with α of its own.
  package let exceeding: Interval
  package let verdict: ThreeWay
}

/// Judges "the q-quantile is at most the objective" as "at most 1 − q of the requests exceed it".
///
/// - Parameters:
///   - exceeding: Requests strictly over the objective, timeouts and streams without a first token among them.
///   - count: All requests.
/// - Returns: inconclusive below `minimumCount(quantile:alpha:)` requests, unless too many already exceed.
///
/// Source: reference/statistics.md §7, `slo_gate_counts`.
package func sloGate(exceeding: Int, of count: Int, quantile: Double, alpha: Double) -> ObjectiveGate {
  requireQuantile(quantile)
  let limits = Interval(
    lower: clopperPearsonLower(passed: exceeding, of: count, alpha: alpha),
    upper: clopperPearsonUpper(passed: exceeding, of: count, alpha: alpha))
  return ObjectiveGate(exceeding: limits, verdict: limitVerdict(of: limits, accepted: 1 - quantile))
}

/// A ratio candidate / production, smaller is better, with its verdict.
package struct RatioGate: Sendable, Hashable {
  /// May be infinite; nil where undefined.
  package let ratio: Double?
  /// The standard error of ln ratio; nil where undefined, and for quantiles, which need none.
  package let logError: Double?
  /// One-sided limits, each erring with α of its own.
  package let limits: Interval?
  package let verdict: ThreeWay

  static let undefined = RatioGate(ratio: nil, logError: nil, limits: nil, verdict: .inconclusive)
}

/// Judges the candidate's quantile against production's, from the limits of each arm.
///
/// The limits are joined on the log scale by the method of variance estimates recovery. Undefined, hence inconclusive,
/// where an arm is empty, production's own quantile is infinite, or either quantile is not positive.
///
/// - Parameters:
///   - margin: The increase accepted: 0.2 for 20 %.
///
/// Source: reference/statistics.md §7; G. Y. Zou and A. Donner, 2008, doi:10.1002/sim.3095. Simulated one-sided error 2
/// to 5.7 % at α = 0.05. *Assumes* independent requests, timed from their scheduled start.
package func quantileRatioGate(candidate: QuantileLimits?, production: QuantileLimits?, margin: Double) -> RatioGate {
  requireMargin(margin)
  guard let candidate, let production, candidate.estimate > 0, production.estimate > 0, production.estimate < .infinity
  else { return .undefined }
  let (c, p) = (candidate.limits, production.limits)
  guard candidate.estimate < .infinity else {
    // No distance can be taken from an infinite estimate: the worst pairing of the limits is left.
    let lower = c.lower > 0 && p.upper < .infinity ? c.lower / p.upper : 0
    let limits = Interval(lower: lower, upper: .infinity)
    return RatioGate(
      ratio: .infinity, logError: nil, limits: limits, verdict: ratioVerdict(ratio: .infinity, limits: limits, margin: margin))
  }
  let ratio = candidate.estimate / production.estimate
  var (lower, upper) = (0.0, Double.infinity)
  if c.upper < .infinity && p.lower > 0 {
    upper = ratio * Double.exp(Double.hypot(Double.log(c.upper / candidate.estimate), Double.log(production.estimate / p.lower)))
  }
  if c.lower > 0 && p.upper < .infinity {
    lower = ratio * Double.exp(-Double.hypot(Double.log(candidate.estimate / c.lower), Double.log(p.upper / production.estimate)))
  }
  let limits = Interval(lower: lower, upper: upper)
  return RatioGate(ratio: ratio, logError: nil, limits: limits, verdict: ratioVerdict(ratio: ratio, limits: limits, margin: margin))
}
