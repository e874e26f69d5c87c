import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

/// The ledger of situations in which other gates open (gate-contracts.md §1), at the door of the canary: one test a row.
/// The rows about the offline gate are in FailOpenLedgerTests.
struct CanaryFailOpenLedgerTests {
  private let regression = CanaryRule.noRegression(CanaryRegressionRule(margin: 0.15))

  /// The canary after a stream and after its deadline.
  private func ended(_ policy: CanaryPolicy, _ stream: [Observation]) -> Canary {
    var canary = watched(policy, stream)
    canary.tick(at: policy.deadline)
    return canary
  }

  @Test func theStreamWithoutAFaultIsPromoted() {
    #expect(watched(canaryPolicy(everyCanaryRule), Traffic(perHour: 200, hours: 20).observations(3)).isPromoted)
  }

  @Test func noRuleAtAll_isNoPromotion() {
    var policy = canaryPolicy()
    policy.rules = []
    #expect(ended(policy, Traffic(perHour: 200, hours: 29).observations(3)).ending == "timed out")
  }

  @Test func stoppedBeforeTheFirstObservation_isNoPromotion() {
    var canary = Canary(canaryPolicy())
    canary.stop(by: "Ana", reason: "never begun", at: 1)
    #expect(canary.look(at: 2).verdict.exitCode != .pass)
  }

  @Test func everyCallFailed_isNoPromotion() {
    let stream = Traffic(perHour: 200, hours: 29).observations(3) { observation, _ in
      observation.failure = .server
      observation.score = nil
    }
    for rules in [[regression], [regression, .errorRate(ErrorRateRule())]] { #expect(!ended(canaryPolicy(rules), stream).isPromoted) }
  }

  @Test func oneMetricThatCannotBeWeighed_blocksTheOthers() {
    // Perfect scores; nobody measured a latency.
    let stream = Traffic(perHour: 200, hours: 29, candidate: 1, production: 1).observations(3) { observation, _ in observation.latency = nil
    }
    #expect(watched(canaryPolicy(), stream).isPromoted)
    let canary = ended(canaryPolicy([regression, .latency(LatencyRule(limit: .absolute(.seconds(2))))]), stream)
    #expect(canary.ending == "timed out")
  }

  @Test func aGatedSliceThatLosesItsData_isNotFullMarks() {
    let rule = CanaryRule.noRegression(CanaryRegressionRule(margin: 0.15, slices: [.segment], sliceMargin: 0.3))
    let whole = Traffic(perHour: 200, hours: 29).observations(3)
    #expect(watched(canaryPolicy([rule]), whole).isPromoted)
    let holed = Traffic(perHour: 200, hours: 29).observations(3) { observation, _ in
      if observation.segment == "gold" { observation.score = nil }
    }
    #expect(!ended(canaryPolicy([rule]), holed).isPromoted)
  }

  @Test func identicalSeriesOfADeadExporter_areNoPromotion() {
    let stream = Traffic(perHour: 200, hours: 29).observations(3) { observation, _ in observation.score = 0.7 }
    #expect(ended(canaryPolicy(), stream).ending == "timed out")
  }

  /// GrowthBook recommends shipping then; here nobody can write that.
  @Test(arguments: [CanaryPolicy.Timeout.rollback, .hold])
  func undecidedAtTheDeadline_isNoPromotion(onTimeout: CanaryPolicy.Timeout) {
    var policy = canaryPolicy()
    policy.onTimeout = onTimeout
    let canary = ended(policy, Array(Traffic(hours: 29).observations(3).prefix(40)))
    #expect(canary.ending == (onTimeout == .rollback ? "timed out" : "expired"))
    var end = canary
    #expect(end.look(at: 31).verdict.exitCode == (onTimeout == .rollback ? .fail : .inconclusive))
  }

  /// Scores that live in memory only are forgotten by a restart, and then nothing can trigger the rollback.
  @Test func aRestartForgetsNoEvidence() throws {
    let policy = canaryPolicy()
    let stream = Traffic(perHour: 200, hours: 29, candidate: 0.6).observations(3)
    let whole = watched(policy, stream)
    #expect(whole.isRolledBack)
    var canary = Canary(policy)
    for (index, observation) in stream.enumerated() {
      if index % 20 == 0 { canary = try #require(Canary(policy, canary.json)) }
      canary.observe(observation)
    }
    #expect(canary.ending == whole.ending)
  }
}
