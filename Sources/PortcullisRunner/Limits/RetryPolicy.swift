package import PortcullisCore

/// When a failed attempt is tried again; a value, so that tables can test it. Source: reliability.md §5.
package struct RetryPolicy: Sendable, Hashable {
  /// Attempts of one call in all, 1…21.
  package var attempts: Int
  /// Fewer for causes that seldom pass by themselves.
  package var attemptsAfterTimeout = 3
  package var attemptsAfterMalformed = 3
  /// Full jitter: a wait is drawn from 0…min(longest, base · 2ⁿ).
  package var base: Duration = .milliseconds(500)
  package var longest: Duration = .seconds(30)
  /// A wait that an endpoint asks for is granted up to here.
  package var longestHint: Duration = .seconds(300)

  package init(retries: Int) { attempts = retries + 1 }

  package enum Answer: Sendable, Hashable {
    case retry(after: Duration)
    case giveUp
    /// The endpoint asks for a wait that ends after the run must, or that nobody would sit through: nothing more will come of it.
    case stop(asksFor: Duration)
  }

  /// - Parameters:
  ///   - attempt: The attempt that failed, from 1.
  ///   - random: In 0..<1.
  ///   - remaining: Time left of the run; nil without a deadline.
  package func answer(to failure: CallFailure, attempt: Int, random: Double, remaining: Duration?) -> Answer {
    guard attempt < limit(for: failure.kind) else { return .giveUp }
    let wait: Duration
    if let hint = failure.retryAfter {
      if hint > min(longestHint, remaining ?? longestHint) { return .stop(asksFor: hint) }
      // Never less than the hint: jitter comes on top, 0…10 %, at least 20 ms.
      wait = hint + max(.milliseconds(20), hint * (random * 0.1))
    } else {
      let ceiling = min(longest, base * (1 << min(attempt - 1, 16)))
      wait = ceiling * random
    }
    if let remaining, wait > remaining { return .giveUp }
    return .retry(after: wait)
  }

  private func limit(for kind: FailureKind) -> Int {
    switch kind {
    case .transport, .rateLimit, .server: attempts
    case .timeout: min(attempts, attemptsAfterTimeout)
    case .malformed: min(attempts, attemptsAfterMalformed)
    case .quota, .auth, .request, .wrongModel, .tooLarge, .budget, .deadline, .cancelled, .unknown: 1
    }
  }
}

extension Duration {
  /// Scaled by a factor of 0 or more.
  static func * (duration: Duration, factor: Double) -> Duration {
    .microseconds(Int64((Double(duration.microseconds) * factor).rounded()))
  }
}

/// How many retries an endpoint may cost in all, so that an outage cannot multiply the load: 20 % of first attempts and 10 more.
package struct RetryBudget: Sendable, Hashable {
  package private(set) var firstAttempts = 0
  package private(set) var retries = 0

  package init() {}

  package mutating func countFirstAttempt() { firstAttempts += 1 }

  /// Whether one more retry may go out; counts it if so.
  package mutating func takeRetry() -> Bool {
    guard retries < firstAttempts / 5 + 10 else { return false }
    retries += 1
    return true
  }
}
