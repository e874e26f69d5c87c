import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

/// Streams that may never lead to a promotion, each with its sentence; gate-contracts.md §1.
struct CanaryBadStreamTests {
  /// What a look says after the stream, and that it is not promoted, at the deadline either.
  private func held(_ stream: [Observation], _ policy: CanaryPolicy = canaryPolicy()) -> CanaryLook {
    var canary = Canary(policy)
    for observation in stream { canary.observe(observation) }
    let look = canary.look(at: stream.last?.time ?? 20)
    var late = canary
    late.tick(at: policy.deadline)
    #expect(!late.isPromoted)
    #expect(look.verdict.exitCode != .pass)
    return look
  }

  @Test func anEmptyStreamHolds() {
    let look = held([])
    #expect(look.verdict == .hold && look.sentence.contains("no request was observed"))
    #expect(look.rulings.allSatisfy { $0.advisory || $0.verdict != .pass })
  }

  @Test(arguments: CanaryArm.allCases)
  func oneArmMissingIsNamed(arm: CanaryArm) {
    let look = held(Traffic(hours: 20).observations(1).filter { $0.arm != arm }, canaryPolicy(share: arm == .candidate ? 0.001 : 0.999))
    #expect(look.verdict == .hold)
    #expect(look.sentence.contains("no request of \(arm == .candidate ? "the candidate" : "production") was observed"))
  }

  @Test(arguments: [0, 0.5, 0.93])
  func aConstantExporterHolds(score: Double) {
    let look = held(Traffic(hours: 20).observations(1) { observation, _ in observation.score = score })
    #expect(look.verdict == .hold && look.ruling("no-regression")?.reason == .rigUnsteady)
    #expect(look.sentence.contains("the exporter seems dead"))
  }

  @Test func aConstantLatencyHolds() {
    let look = held(Traffic(hours: 20).observations(1) { observation, _ in observation.latency = .milliseconds(120) })
    #expect(look.verdict == .hold && look.sentence.contains("every latency of both arms is one same number"))
  }

  @Test func perfectScoresAreNoDeadExporter() {
    #expect(watched(canaryPolicy(), Traffic(hours: 20, candidate: 1, production: 1).observations(1)).isPromoted)
  }

  @Test(arguments: CanaryArm.allCases)
  func scoresLostInOneArmOnlyHoldAndNeitherPromoteNorRollBack(arm: CanaryArm) {
    // The failures of one arm are lost: without the check, production's would make the candidate look worse.
    let stream = Traffic(perHour: 200, hours: 29, candidate: 0.8, production: 0.8).observations(5) { observation, _ in
      if observation.arm == arm, observation.score == 0 { observation.score = nil }
    }
    let look = held(stream)
    #expect(look.verdict == .hold && look.outcome == nil)
    #expect(look.sentence.contains("scores of answered calls get lost in one arm more often"))
    #expect(look.ruling("no-regression")?.reason == .rigUnsteady)
    #expect(look.events.contains { if case .hold = $0.kind { true } else { false } })
  }

  @Test func moreThanTwoPercentLostHolds() {
    let look = held(Traffic(perHour: 200, hours: 20, lost: 0.04).observations(5))
    #expect(look.verdict == .hold && look.ruling("complete")?.reason == .rigUnsteady)
    #expect(look.sentence.contains("lack 'score'"))
  }

  @Test(arguments: [0.3, 0.7])
  func aBrokenSplitDecidesNothing(share: Double) {
    let look = held(Traffic(perHour: 200, hours: 20, share: share).observations(5))
    #expect(look.verdict == .hold && look.outcome == nil)
    #expect(look.sentence.contains("the split is broken"))
    #expect(look.ruling("sample-ratio")?.reason == .armsNotComparable)
    #expect(look.ruling("no-regression")?.reason == .armsNotComparable)
  }

  @Test func sessionsInOneArmAnalysedByRequestAreFoundBeforeTheyMislead() {
    var rolledBack = 0
    for seed in 0..<8 {
      let stream = Traffic(perHour: 120, hours: 29, session: 10, sticky: true).observations(UInt64(seed)) { observation, index in
        // Whole sessions are good or bad.
        observation.score = steady(index / 10, seed) ? 1 : 0
      }
      let canary = watched(canaryPolicy(), stream)
      rolledBack += canary.isRolledBack ? 1 : 0
      #expect(!canary.isPromoted)
    }
    #expect(rolledBack == 0)
    let look = held(Traffic(perHour: 120, hours: 20, session: 10, sticky: true).observations(1))
    #expect(look.verdict == .hold && look.next?.contains("unit: session") == true)
  }

  private func steady(_ session: Int, _ seed: Int) -> Bool {
    var random = SplitMix64(seed: UInt64(session * 1000 + seed))
    return random.below(10) < 8
  }

  @Test func aFieldThatIsAbsentNeverPasses() {
    for rule in everyCanaryRule {
      let stream = Traffic(perHour: 200, hours: 20).observations(3) { observation, _ in
        switch rule {
        case .noRegression, .tail: observation.score = nil
        case .errorRate: observation.failure = .cancelled
        case .latency: observation.latency = nil
        case .costPerRequest: observation.costMicro = nil
        case .cacheHit: observation.cacheHit = nil
        }
      }
      let look = held(stream, canaryPolicy([.noRegression(CanaryRegressionRule(margin: 0.15))].filter { $0.name != rule.name } + [rule]))
      #expect(look.ruling(rule.name)?.verdict == .inconclusive)
      #expect(look.verdict == .hold || rule.name == "latency" || rule.name == "cost-per-request")
    }
  }

  @Test func aPolicyThatWeighsNoScoreHolds() {
    let look = held(Traffic(perHour: 200, hours: 20).observations(3), canaryPolicy([.errorRate(ErrorRateRule())]))
    #expect(look.verdict == .hold && look.sentence.contains("no deciding rule weighs a score"))
    var policy = canaryPolicy()
    policy.rules[0].advisory = true
    #expect(held(Traffic(hours: 20, candidate: 0.1).observations(3), policy).outcome == nil)
  }

  @Test func clocksThatStepBackAreClampedWithinTheWindowAndRefusedBeyond() {
    var canary = Canary(canaryPolicy())
    func at(_ time: Double) -> Observation { Observation(id: "\(time)", time: time, arm: .candidate, score: 1) }
    #expect(canary.observe(at(5)) == .counted)
    #expect(canary.observe(at(4.5)) == .clamped(hours: 0.5))
    #expect(canary.observe(at(4)) == .clamped(hours: 1))
    #expect(canary.observe(at(3.75)) == .late(hours: 1.25))
    #expect(canary.clamped == 2 && canary.late == 1 && canary.tables.total.requests == 3)
  }

  @Test func whatCanBeNoObservationIsRefusedAndCounted() {
    let breaks: [(inout Observation) -> Void] = [
      { $0.time = .nan }, { $0.time = .infinity }, { $0.time = -1 }, { $0.score = .nan }, { $0.score = 1.01 }, { $0.score = -0.1 },
      { $0.feedback = .infinity }, { $0.latency = .seconds(-1) }, { $0.costMicro = -1 }, { $0.costMicro = .max }, { $0.tokens.output = -1 },
    ]
    var canary = Canary(canaryPolicy())
    let before = canary.tables
    for breaking in breaks {
      var observation = Observation(id: "a", time: 1, arm: .candidate, score: 1)
      breaking(&observation)
      guard case .refused = canary.observe(observation) else {
        Issue.record("\(observation) is taken")
        continue
      }
    }
    #expect(canary.refused == breaks.count && canary.tables == before && canary.outcome == nil)
  }

  @Test func aSilentArmHoldsAndIsNotPromotedOver() {
    // Production goes on alone: windows with one arm say nothing.
    let stream = Traffic(perHour: 100, hours: 29).observations(7).filter { $0.arm == .production || $0.time < 1 }
    let look = held(stream, canaryPolicy(share: 0.02))
    #expect(look.verdict == .hold || look.sentence.contains("split"))
    var canary = Canary(canaryPolicy())
    for observation in Traffic(perHour: 20, hours: 3).observations(7) { canary.observe(observation) }
    let silent = canary.look(at: 9)
    #expect(silent.verdict == .hold && silent.sentence.contains("for 6"))
  }

  @Test(arguments: [CanaryPolicy.Timeout.rollback, .hold])
  func theDeadlineDoesWhatThePolicySays(timeout: CanaryPolicy.Timeout) {
    var policy = canaryPolicy([.noRegression(CanaryRegressionRule(margin: 0.001))], deadline: 10)
    policy.onTimeout = timeout
    var canary = Canary(policy)
    for observation in Traffic(hours: 9).observations(1) { canary.observe(observation) }
    #expect(canary.look(at: 9.99).verdict == .continue)
    let look = canary.look(at: 10)
    #expect(look.verdict == (timeout == .rollback ? .rollback : .hold))
    #expect(look.sentence.contains("the deadline of 10 h came before"))
    #expect(look.events.count { $0.name == (timeout == .rollback ? "rollback" : "hold") } == 1)
    #expect(canary.look(at: 11).events.isEmpty)
  }

  /// Traffic whose times from hour 10 on are moved by so many hours.
  private func stepped(by hours: Double, length: Double = 40) -> [Observation] {
    Traffic(perHour: 60, hours: length).observations(3).map { observation in
      var moved = observation
      if observation.time > 10 { moved.time += hours }
      return moved
    }
  }

  @Test(arguments: [20.0, 30.0])
  func aHoleOrAStepForwardIsGoneAndNothingIsPromotedThen(gap: Double) {
    var policy = canaryPolicy(bake: 24, deadline: 100)
    let look = held(stepped(by: gap).sorted { $0.time < $1.time }, policy)
    #expect(look.verdict == .hold && look.sentence.contains("there is a hole of more than 2 h in the stream of an arm"), "\(look.sentence)")
    // Where such a silence is usual, the policy says so.
    policy.alerts = [CanaryAlert(.noData(hours: 40), tier: .page)]
    #expect(watched(policy, stepped(by: gap).sorted { $0.time < $1.time }).isPromoted)
  }

  @Test func theWaitForTheFirstTrafficIsNoHole() {
    let stream = Traffic(perHour: 200, hours: 20).observations(3) { observation, _ in observation.time += 6 }
    #expect(watched(canaryPolicy(deadline: 40), stream).isPromoted)
  }

  @Test func whatComesTooLateIsGoneAndNothingIsPromotedThen() {
    let look = held(stepped(by: -10), canaryPolicy(bake: 12, deadline: 60))
    #expect(look.verdict == .hold && look.sentence.contains("came more than 1 h late"), "\(look.sentence)")
  }

  @Test func aLineThatCannotBeReadHolds() {
    var canary = Canary(canaryPolicy())
    canary.loseLine()
    for observation in Traffic(perHour: 200, hours: 20).observations(1) { canary.observe(observation) }
    let look = canary.look(at: 20)
    #expect(look.verdict == .hold && look.sentence.contains("1 line of the stream could not be read") && !canary.isPromoted)
  }

  @Test func aPersonStopsIt() {
    var canary = Canary(canaryPolicy())
    for observation in Traffic(hours: 2).observations(1) { canary.observe(observation) }
    canary.stop(by: "ann\u{202E}", reason: "complaints", at: 2)
    let look = canary.look(at: 2)
    #expect(look.verdict == .rollback && look.sentence == "Rolled back after 2 h by ann\\u{202E}: complaints.")
    #expect(look.events.map(\.name) == ["rollback"])
  }
}
