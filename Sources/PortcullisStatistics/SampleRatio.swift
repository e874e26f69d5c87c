import RealModule

/// Whether the traffic is really split as the design says: anytime-valid evidence of a sample-ratio mismatch.
///
/// A mismatch means that something else than the coin decides who sees the candidate; then nothing measured can be trusted.
/// Counts of one share add up in any order; after `changeShare` the evidence starts anew and the logarithms add up.
///
/// Source: reference/statistics.md §9, `srm`: a beta mixture over the true share, centred at the designed one.
package struct SampleRatio: Sendable, Hashable {
  /// The evidence from which on the split is called broken: once in 1000 sound canaries, at any time.
  package static let alarm = Double.log(1000)

  /// The candidate's designed share of all requests, now.
  package private(set) var share: Double
  /// How closely true shares are expected about the designed one, in requests.
  package let concentration: Double
  /// Requests since the share was last changed.
  package private(set) var candidate: Int
  package private(set) var production: Int
  /// ln E of the shares before this one.
  package private(set) var logEBefore: Double

  /// - Parameters:
  ///   - share: Strictly inside 0...1.
  ///   - concentration: Above 0 and finite.
  ///   - candidate, production, logEBefore: What was stored of an earlier value; at least 0, and not NaN.
  package init(
    share: Double, concentration: Double = 100, candidate: Int = 0, production: Int = 0, logEBefore: Double = 0
  ) {
    requireShare(share)
    precondition(concentration > 0 && concentration.isFinite, "a concentration is above 0 and finite")
    precondition(min(share, 1 - share) * concentration >= .leastNormalMagnitude, "the share is too near an end")
    precondition(candidate >= 0 && production >= 0, "a number of requests is not negative")
    precondition(!logEBefore.isNaN, "evidence is NaN")
    self.share = share
    self.concentration = concentration
    self.candidate = candidate
    self.production = production
    self.logEBefore = logEBefore
  }

  /// Counts requests, lost ones included.
  package mutating func add(_ arm: CanaryArm, count: Int = 1) {
    precondition(count >= 0, "a number of requests is not negative")
    switch arm {
    case .candidate: candidate += count
    case .production: production += count
    }
  }

  /// Goes on with another designed share.
  package mutating func changeShare(to share: Double) {
    self = SampleRatio(share: share, concentration: concentration, logEBefore: logE)
  }

  /// The evidence against the designed split, now; 0 without a request.
  package var logE: Double {
    let prior = (candidate: share * concentration, production: (1 - share) * concentration)
    return logEBefore
      + logBetaRatio(Double(candidate), Double(production), prior.candidate, prior.production)
      - Double(candidate) * Double.log(share) - Double(production) * Double.log(onePlus: -share)
  }

  package var isMismatch: Bool { logE >= SampleRatio.alarm }
}

/// ln B(a + x, b + y) − ln B(a, b): the log-probability of a sequence with x hits and y misses whose rate is drawn from
/// Beta(a, b).
func logBetaRatio(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
  func rise(_ from: Double, by count: Double) -> Double { Double.logGamma(from + count) - Double.logGamma(from) }
  return rise(a, by: x) + rise(b, by: y) - rise(a + b, by: x + y)
}
