import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

/// Sessions as units: where the arm is drawn for them, and where a limit needs their means.
struct CanarySessionTests {
  private static let bySession = CanaryPolicy.Unit.session(SessionLimits(requests: 5, age: 0.5))

  /// Sessions of ten requests that are good or bad as a whole.
  private func sessions(_ seed: UInt64, hours: Double = 30, worse: Double = 0) -> [Observation] {
    Traffic(perHour: 200, hours: hours, session: 10, sticky: true).observations(seed) { observation, index in
      var random = SplitMix64(seed: seed &* 7919 &+ UInt64(index / 10))
      let rate = observation.arm == .candidate ? 0.8 - worse : 0.8
      observation.score = Double(random.below(1000)) < 1000 * rate ? 1 : 0
    }
  }

  @Test func equalSessionsAreSeldomRolledBackAndWorseOnesAre() {
    let policy = canaryPolicy([.noRegression(CanaryRegressionRule(margin: 0.01))], deadline: 30, unit: Self.bySession)
    var (equal, worse) = (0, 0)
    for seed in 0..<6 {
      equal += watched(policy, sessions(UInt64(seed))).isRolledBack ? 1 : 0
      worse += watched(policy, sessions(UInt64(seed), worse: 0.3)).isRolledBack ? 1 : 0
    }
    // 5 % of 6, and three standard deviations.
    #expect(equal <= 1)
    #expect(worse == 6)
  }

  @Test func aSessionCountsOnceAndItsSizeDoesNot() {
    var canary = Canary(canaryPolicy(unit: Self.bySession))
    for observation in sessions(1, hours: 10) { canary.observe(observation) }
    let look = canary.look(at: 10)
    let split = look.ruling("sample-ratio")
    #expect(split?.verdict == .pass && split?.sentence.contains("sessions went to the candidate") == true)
    #expect((190...210).contains(split?.count ?? 0))
  }

  @Test func sessionsThatChangeArmsHold() {
    var canary = Canary(canaryPolicy(unit: Self.bySession))
    for observation in Traffic(perHour: 200, hours: 10, session: 10).observations(1) { canary.observe(observation) }
    let look = canary.look(at: 10)
    #expect(look.verdict == .hold && look.sentence.contains("requests of one session go to both arms"))
  }

  // A burst: every fifth session fails as a whole. By request that would look like many independent failures.
  @Test func aLimitTakesCorrelatedFailuresAsOneSession() {
    var (bySession, byRequest) = (0, 0)
    for seed in 0..<10 {
      let stream = Traffic(perHour: 100, hours: 29, share: 0.5, session: 10).observations(UInt64(seed)) { observation, index in
        var random = SplitMix64(seed: UInt64(seed * 100_000 + index / 10))
        if random.below(100) < 5 { observation.failure = .server }
      }
      let rules: [CanaryRule] = [.noRegression(CanaryRegressionRule(margin: 0.001)), .errorRate(ErrorRateRule(max: 0.05))]
      bySession += watched(canaryPolicy(rules), stream).isRolledBack ? 1 : 0
      let alone = stream.map { observation in
        var single = observation
        single.cluster = nil
        return single
      }
      byRequest += watched(canaryPolicy(rules), alone).isRolledBack ? 1 : 0
    }
    #expect(bySession <= 2)
    #expect(byRequest > bySession)
  }
}
