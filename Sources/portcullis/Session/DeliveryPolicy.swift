import PortcullisCore
import PortcullisRunner

/// How hard a command tries to have its messages acknowledged before it leaves them pending.
struct DeliveryPolicy: Sendable {
  /// No attempt begins after it.
  var patience: Duration = .seconds(60)
  /// Every kind of failure may pass by itself here: a receiver that is being deployed answers 404, too.
  var retry: RetryPolicy = {
    var retry = RetryPolicy(retries: 20)
    retry.attemptsAfterTimeout = retry.attempts
    retry.longest = .seconds(10)
    return retry
  }()
  var timeouts = Timeouts(connect: .seconds(5), firstByte: .seconds(10), idle: .seconds(5), total: .seconds(20))
  /// Of a program.
  var programLimit: Duration = .seconds(60)
}
