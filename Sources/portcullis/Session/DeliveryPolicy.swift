import PortcullisCore
import PortcullisRunner

/// How hard a command tries to have its messages acknowledged before it leaves them pending.
struct DeliveryPolicy: Sendable {
  /// No attempt begins after it.
  let patience: Duration
  /// Every kind of failure may pass by itself here: a receiver that is being deployed answers 404, too.
  let retry: RetryPolicy
  /// Of one attempt; never longer than patience.
  let timeouts: Timeouts
  /// For a program; never longer than patience.
  let programLimit: Duration

  /// - Parameter patience: 0 tries once.
  init(patience: Duration = .seconds(60)) {
    self.patience = patience
    var retry = RetryPolicy(retries: 20)
    retry.attemptsAfterTimeout = retry.attempts
    retry.longest = .seconds(10)
    self.retry = retry
    let most = max(patience, .seconds(1))
    timeouts = Timeouts(
      connect: min(.seconds(5), most), firstByte: min(.seconds(10), most), idle: min(.seconds(5), most), total: min(.seconds(20), most))
    programLimit = min(.seconds(60), most)
  }
}
