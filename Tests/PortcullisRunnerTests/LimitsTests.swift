import PortcullisCore
import Testing

@testable import PortcullisRunner

@Suite struct Retrying {
  @Test(arguments: [
    (FailureKind.transport, 1, true), (.transport, 5, true), (.transport, 6, false), (.rateLimit, 5, true), (.server, 5, true),
    (.timeout, 2, true),
    (.timeout, 3, false), (.malformed, 2, true), (.malformed, 3, false), (.auth, 1, false), (.request, 1, false), (.quota, 1, false),
    (.wrongModel, 1, false), (.tooLarge, 1, false), (.cancelled, 1, false),
  ])
  func causesAreRetriedAsOftenAsTheyMayPass(_ kind: FailureKind, _ attempt: Int, _ retries: Bool) {
    let answer = RetryPolicy(retries: 5).answer(to: CallFailure(kind, "x"), attempt: attempt, random: 0.5, remaining: nil)
    #expect((answer != .giveUp) == retries)
  }

  @Test(arguments: [(1, 0.5, 250), (2, 0.5, 500), (3, 1.0, 2000), (6, 0.5, 8000), (7, 1.0, 30_000), (15, 1.0, 30_000)])
  func waitsGrowToTheirLongest(_ attempt: Int, _ random: Double, _ milliseconds: Int) {
    let answer = RetryPolicy(retries: 20).answer(to: CallFailure(.server, "x"), attempt: attempt, random: random, remaining: nil)
    #expect(answer == .retry(after: .milliseconds(milliseconds)))
  }

  @Test(arguments: [(2, 0.0, 2020), (2, 1.0, 2200), (100, 0.5, 105_000)])
  func aHintIsNeverUndercut(_ hint: Int, _ random: Double, _ milliseconds: Int) {
    let failure = CallFailure(.rateLimit, "x", retryAfter: .seconds(hint))
    #expect(
      RetryPolicy(retries: 5).answer(to: failure, attempt: 1, random: random, remaining: nil) == .retry(after: .milliseconds(milliseconds)))
  }

  @Test func aWaitBeyondTheDeadlineIsNotBegun() {
    let policy = RetryPolicy(retries: 5)
    let hinted = CallFailure(.rateLimit, "x", retryAfter: .seconds(60))
    #expect(policy.answer(to: hinted, attempt: 1, random: 0, remaining: .seconds(30)) == .stop(asksFor: .seconds(60)))
    #expect(
      policy.answer(to: CallFailure(.rateLimit, "x", retryAfter: .seconds(9999)), attempt: 1, random: 0, remaining: nil)
        == .stop(asksFor: .seconds(9999)))
    #expect(policy.answer(to: CallFailure(.server, "x"), attempt: 5, random: 1, remaining: .seconds(1)) == .giveUp)
  }

  @Test func anOutageCannotMultiplyTheLoad() {
    var budget = RetryBudget()
    for _ in 0..<100 { budget.countFirstAttempt() }
    let granted = (0..<100).count { _ in budget.takeRetry() }
    #expect(granted == 30)  // 20 % of 100 and 10 more
  }
}

@Suite struct Adapting {
  @Test func concurrencyDoublesUntilTheFirstRateLimitThenCreeps() {
    var limit = AdaptiveConcurrency(start: 4, most: 64)
    for _ in 0..<4 { limit.succeeded(at: 0, isSaturated: true) }
    #expect(limit.limit == 8)
    limit.rateLimited(at: 1, hint: nil)
    #expect(limit.limit == 6)
    limit.rateLimited(at: 2, hint: nil)
    #expect(limit.limit == 6)  // once in 15 s
    for _ in 0..<100 { limit.succeeded(at: 3, isSaturated: true) }
    #expect(limit.limit == 6)  // cooling down
    for _ in 0..<6 { limit.succeeded(at: 17, isSaturated: true) }
    #expect(limit.limit == 7)
  }

  @Test func itClimbsAgainAfterALongStorm() {
    var limit = AdaptiveConcurrency(start: 16, most: 16)
    for second in 0..<1000 { limit.rateLimited(at: Double(second), hint: nil) }
    #expect(limit.limit == 1)
    for second in 1100..<1300 { limit.succeeded(at: Double(second), isSaturated: true) }
    #expect(limit.limit == 16)
  }

  @Test func idleSlotsAndServerErrorsDoNotGrowIt() {
    var limit = AdaptiveConcurrency(start: 4, most: 64)
    for _ in 0..<100 { limit.succeeded(at: 0, isSaturated: false) }
    #expect(limit.limit == 4)
    limit.failed(at: 1)
    for _ in 0..<100 { limit.succeeded(at: 2, isSaturated: true) }
    #expect(limit.limit == 4)
  }

  @Test func aHintLengthensTheCoolDown() {
    var limit = AdaptiveConcurrency(start: 10, most: 64)
    limit.rateLimited(at: 0, hint: .seconds(60))
    limit.rateLimited(at: 59, hint: nil)
    #expect(limit.limit == 8)
    limit.rateLimited(at: 61, hint: nil)
    #expect(limit.limit == 6)
  }
}

@Suite struct Breaking {
  @Test func tenCallsHalfOfThemFailedOpenIt() {
    var breaker = CircuitBreaker()
    for call in 0..<9 { breaker.ended(at: Double(call), isFailure: true) }
    #expect(breaker.wait(at: 9) == 0)
    breaker.ended(at: 9, isFailure: true)
    #expect(breaker.wait(at: 9) == 15)
  }

  @Test func oneProbeDecides() {
    var breaker = CircuitBreaker()
    for _ in 0..<10 { breaker.ended(at: 0, isFailure: true) }
    #expect(breaker.wait(at: 15) == 0)
    #expect(breaker.wait(at: 15) > 0)  // the probe is out
    breaker.ended(at: 16, isFailure: true)
    #expect(breaker.wait(at: 16) == 15)
    #expect(breaker.wait(at: 31) == 0)
    breaker.ended(at: 32, isFailure: false)
    #expect(breaker.state == .closed)
  }

  @Test func failedProbesAreCountedUntilOneSucceeds() {
    var breaker = CircuitBreaker()
    for _ in 0..<10 { breaker.ended(at: 0, isFailure: true) }
    for probe in 1...3 {
      _ = breaker.wait(at: Double(probe) * 100)
      breaker.ended(at: Double(probe) * 100, isFailure: true)
      #expect(breaker.failedProbes == probe)
    }
    _ = breaker.wait(at: 1000)
    breaker.ended(at: 1000, isFailure: false)
    #expect(breaker.failedProbes == 0)
  }

  @Test func oldFailuresAreForgotten() {
    var breaker = CircuitBreaker()
    for call in 0..<9 { breaker.ended(at: Double(call), isFailure: true) }
    breaker.ended(at: 60, isFailure: true)
    #expect(breaker.state == .closed)
  }

  @Test func aCancelledProbeDoesNotHang() {
    var breaker = CircuitBreaker()
    for _ in 0..<10 { breaker.ended(at: 0, isFailure: true) }
    _ = breaker.wait(at: 15)
    breaker.abandonProbe(at: 16)
    #expect(breaker.wait(at: 16) == 0)
  }
}

@Suite struct Spending {
  @Test func aBucketPaysOffWhatWasTakenAhead() {
    var bucket = TokenBucket(perMinute: 60)
    #expect(bucket.take(1, at: 0) == 0)
    #expect(bucket.take(1, at: 0) == 1)
    #expect(bucket.take(1, at: 0) == 2)
    #expect(bucket.take(1, at: 10) == 0)
  }

  @Test func aBucketGivesBackWhatWasNotUsed() {
    var bucket = TokenBucket(perMinute: 600)
    #expect(bucket.take(100, at: 0) == 9)
    bucket.settle(reserved: 100, used: 10)
    #expect(bucket.take(0, at: 0) == 0)
  }

  @Test func twoCallsCannotBothSpendTheLastCent() {
    var ledger = BudgetLedger(budget: Budget(cost: Money(micro: 100, currency: "USD")))
    guard case .granted(let first) = ledger.reserve(micro: 60, tokens: 1) else { return #expect(Bool(false)) }
    #expect(ledger.reserve(micro: 60, tokens: 1) == .wait)
    ledger.settle(first, micro: 10, tokens: 1)
    guard case .granted(let second) = ledger.reserve(micro: 60, tokens: 1) else { return #expect(Bool(false)) }
    ledger.settle(second, micro: 60, tokens: 1)
    #expect(ledger.reserve(micro: 60, tokens: 1) == .spent(BudgetSpent(limit: "0.0001 USD")))
  }

  @Test func anUnknownCostStaysCharged() {
    var ledger = BudgetLedger(budget: Budget())
    guard case .granted(let one) = ledger.reserve(micro: 60, tokens: 10) else { return #expect(Bool(false)) }
    ledger.settle(one, micro: nil, tokens: nil)
    #expect(ledger.spentMicro == 60)
    #expect(ledger.tokens == 10)
  }

  @Test func callsAndTokensAreLimitedToo() {
    var calls = BudgetLedger(budget: Budget(calls: 1))
    _ = calls.reserve(micro: nil, tokens: 1)
    #expect(calls.reserve(micro: nil, tokens: 1) == .spent(BudgetSpent(limit: "1 calls")))
    var tokens = BudgetLedger(budget: Budget(tokens: 10))
    #expect(tokens.reserve(micro: nil, tokens: 11) == .spent(BudgetSpent(limit: "10 tokens")))
    tokens.carryOver(micro: 0, calls: 3, tokens: 9)
    #expect(tokens.reserve(micro: nil, tokens: 2) == .spent(BudgetSpent(limit: "10 tokens")))
  }
}
