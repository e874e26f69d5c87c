import PortcullisCore

/// How many calls an endpoint gets at once, learnt from its answers. Event in, limit out; reliability.md §5.
///
/// Doubles for each saturated round of successes until the first 429, then grows by 5 %; a 429 cuts to 80 %, at most once in
/// max(15 s, the endpoint's hint); 5xx and timeouts only pause growth; successes while it cools down do not count.
package struct AdaptiveConcurrency: Sendable, Hashable {
  package private(set) var limit: Int
  private let most: Int
  private var successes = 0
  private var hasSeenRateLimit = false
  /// Seconds since the run began.
  private var coolUntil = 0.0
  private var pauseGrowthUntil = 0.0

  /// - Parameter most: 1…1024.
  package init(start: Int, most: Int) {
    self.most = max(1, most)
    limit = max(1, min(start, most))
  }

  /// - Parameter isSaturated: Whether every slot was taken when the answer came.
  package mutating func succeeded(at now: Double, isSaturated: Bool) {
    guard now >= coolUntil, now >= pauseGrowthUntil, limit < most, isSaturated else { return }
    successes += 1
    guard successes >= limit else { return }
    successes = 0
    limit = min(most, hasSeenRateLimit ? limit + max(1, limit / 20) : limit * 2)
  }

  package mutating func rateLimited(at now: Double, hint: Duration?) {
    hasSeenRateLimit = true
    successes = 0
    guard now >= coolUntil else { return }
    limit = max(1, limit * 4 / 5)
    coolUntil = now + max(15, Double(hint?.microseconds ?? 0) / 1e6)
  }

  package mutating func failed(at now: Double) {
    successes = 0
    pauseGrowthUntil = max(pauseGrowthUntil, now + 5)
  }
}
