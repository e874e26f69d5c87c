import PortcullisCore
import PortcullisRunner

/// How hard a command tries to have its messages acknowledged before it leaves them pending.
struct DeliveryPolicy: Sendable {
  /// No attempt begins after it; 0 tries once.
  var patience: Duration = .seconds(60)
  /// Every kind of failure may pass by itself here: a receiver that is being deployed answers 404, too.
  let retry: RetryPolicy = {
    var retry = RetryPolicy(retries: 20)
    retry.attemptsAfterTimeout = retry.attempts
    retry.longest = .seconds(10)
    return retry
  }()

  /// Of one attempt; not longer than patience, but for its first second.
  var timeouts: Timeouts {
    Timeouts(connect: limit(.seconds(5)), firstByte: limit(.seconds(10)), idle: limit(.seconds(5)), total: limit(.seconds(20)))
  }

  /// For a program.
  var programLimit: Duration { limit(.seconds(60)) }

  private func limit(_ most: Duration) -> Duration { min(most, max(patience, .seconds(1))) }
}
