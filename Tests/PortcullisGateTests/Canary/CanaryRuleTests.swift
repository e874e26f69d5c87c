import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

/// What each rule sees in traffic that is good, and in traffic that is bad in its own way only.
struct CanaryRuleTests {
  private static let traffic = Traffic(perHour: 150, hours: 29)

  private func policy(_ rule: CanaryRule) -> CanaryPolicy {
    canaryPolicy([.noRegression(CanaryRegressionRule(margin: 0.15))].filter { $0.name != rule.name } + [rule])
  }

  @Test(arguments: 0..<6)
  func goodTrafficIsPromotedByEachRule(index: Int) {
    var canary = Canary(policy(everyCanaryRule[index]))
    for observation in Self.traffic.observations(11) { canary.observe(observation) }
    let look = canary.look(at: 29)
    #expect(look.verdict == .promote, "\(look.sentence)")
    #expect(look.ruling(everyCanaryRule[index].name)?.verdict == .pass)
    #expect(look.rulings.allSatisfy { $0.advisory || $0.verdict == .pass })
    #expect(look.events.map(\.name) == ["promote"])
  }

  @Test(arguments: 0..<6)
  func harmOfOneKindIsRolledBackByItsRule(index: Int) {
    let rule = everyCanaryRule[index]
    let stream = Self.traffic.observations(12) { observation, number in
      guard observation.arm == .candidate else { return }
      switch rule {
      case .noRegression: if number % 3 == 0 { observation.score = 0 }
      case .tail: if number % 2 == 0 { observation.score = 0.1 }
      case .errorRate: if number % 5 == 0 { observation.failure = .server }
      case .latency: observation.latency = .milliseconds(500 + number % 1000)
      case .costPerRequest: observation.costMicro = 2000
      case .cacheHit: observation.cacheHit = false
      }
    }
    var canary = Canary(policy(rule))
    for observation in stream { canary.observe(observation) }
    let look = canary.look(at: 29)
    #expect(look.verdict == .rollback)
    if rule.name != "tail" {
      #expect(look.sentence.contains("\(rule.name): "), "\(look.sentence)")
      #expect(look.ruling(rule.name)?.verdict == .fail)
    }
  }

  @Test func anAdvisoryRuleDecidesNothing() {
    var advised = policy(.errorRate(ErrorRateRule()))
    advised.rules[1].advisory = true
    let stream = Self.traffic.observations(12) { observation, number in
      if observation.arm == .candidate, number % 5 == 0 { observation.failure = .server }
    }
    var canary = Canary(advised)
    for observation in stream { canary.observe(observation) }
    #expect(canary.isPromoted)
    #expect(canary.look(at: 29).ruling("error-rate")?.verdict == .fail)
  }

  @Test func slowdownsOfBothArmsRollNothingBackWhereProductionIsTheMeasure() {
    let stream = Self.traffic.observations(13) { observation, _ in
      if observation.time > 5 { observation.latency = observation.latency.map { $0 * 4 } }
    }
    func end(_ limit: LatencyRule.Limit) -> String {
      var slow = policy(.latency(LatencyRule(limit: limit)))
      slow.stages[0].bake = 20
      return watched(slow, stream).ending
    }
    #expect(!end(.increase(0.2)).hasPrefix("rolled back"))
    #expect(end(.absolute(.seconds(1))).hasPrefix("rolled back"))
  }

  @Test func theRollbackRateIsSharedByTheDecidingRules() {
    var policy = canaryPolicy(everyCanaryRule)
    #expect(abs(policy.rollbackRate - 0.05 / 6) < 1e-15)
    policy.rules[3].advisory = true
    #expect(policy.rollbackRate == 0.01)
  }

  @Test func aSliceRollsBackWhatTheWholeHides() {
    // A fifth of the prompts loses 30 points; others gain so much that the whole shows nothing.
    let stream = Traffic(perHour: 400, hours: 29, candidate: 0.9).observations(21) { observation, index in
      observation.segment = index % 5 == 0 ? "de" : "en"
      if observation.arm == .candidate, index % 5 == 0, index % 3 == 0 { observation.score = 0 }
      if observation.arm == .candidate, index % 5 != 0, index % 11 == 0 { observation.score = 1 }
    }
    var canary = Canary(canaryPolicy([.noRegression(CanaryRegressionRule(margin: 0.1, slices: [.segment]))], bake: 24))
    for observation in stream { canary.observe(observation) }
    let look = canary.look(at: 29)
    #expect(look.verdict == .rollback && look.sentence.contains("no-regression segment=de"), "\(look.sentence)")
    #expect(look.ruling("no-regression", "de")?.verdict == .fail)
    // What a rank test of the arms would be asked to see.
    let whole = look.ruling("no-regression")?.interval
    #expect((whole?.lower ?? 1) < 0 && (whole?.upper ?? -1) > 0)
    #expect(look.ruling("no-regression", "en")?.advisory == true)
  }

  @Test func manyValuesOfASliceStayBoundedAndNoneGoesUnwatched() {
    let stream = Traffic(perHour: 400, hours: 29).observations(22) { observation, index in
      observation.segment = "s\(index % 200)"
      if observation.arm == .candidate, index % 200 > 100, index % 2 == 0 { observation.score = 0 }
    }
    var canary = Canary(canaryPolicy([.noRegression(CanaryRegressionRule(margin: 0.1, slices: [.segment]))]))
    for observation in stream.prefix(800) { canary.observe(observation) }
    let look = canary.look(at: 2)
    #expect(look.rulings.count { $0.slice != nil } <= 16)
    #expect(look.ruling("no-regression", "(others)") != nil)
    #expect(look.tables.fields[.segment]?.names.count == CanaryTables.limit)
  }

  @Test func capsAndLimitsAreFixedFromProductionAlone() {
    let few = Self.traffic.observations(14).prefix(150)
    var canary = Canary(policy(.costPerRequest(CanaryCostRule())))
    for observation in few { canary.observe(observation) }
    let ruling = canary.look(at: 2).ruling("cost-per-request")
    #expect(ruling?.reason == .tooFewCases && ruling?.sentence.contains("of the 200 production requests that fix the cap") == true)
  }

  @Test func aStageThatHoldsAsksForTheNextShareAndGoesOnWhenTold() {
    var policy = canaryPolicy(bake: 5)
    policy.stages = [CanaryStage(share: 0.2, bake: 5), CanaryStage(share: 0.5, bake: 5)]
    var canary = Canary(policy)
    let first = Traffic(perHour: 200, hours: 20, share: 0.2).observations(1)
    for observation in first.prefix(2000) { canary.observe(observation) }
    let look = canary.look(at: first[1999].time)
    #expect(look.events.map(\.kind) == [.advance(share: 0.5)] && canary.waitingShare == 0.5 && canary.stage == 0)
    #expect(look.verdict == .continue && look.sentence.contains("the traffic is to be moved to 50 %"))
    // Told of it for a later moment: until then the old share counts.
    canary.shift(at: first[2400].time)
    for observation in first[2000..<2400] { canary.observe(observation) }
    #expect(canary.stage == 0 && canary.look(at: first[2399].time).events.isEmpty)
    let begin = first[2400].time
    var second = Traffic(perHour: 200, hours: 12).observations(2)
    for index in second.indices { second[index].time += begin }
    for observation in second { canary.observe(observation) }
    #expect(canary.stage == 1 && abs(canary.stageStart - second[0].time) < 1e-9)
    #expect(canary.isPromoted && (canary.outcome?.at ?? 0) >= begin + 5)
  }

  @Test func aLookIsADecisionOfTheStageCanary() throws {
    let context = DecisionContext(
      run: try #require(RunID("0123456789ab")), targets: [], evalsets: [], policyDigest: CanaryPolicy.standard.digest,
      portcullisVersion: "1")
    var canary = Canary(canaryPolicy())
    for observation in Self.traffic.observations(11) { canary.observe(observation) }
    let decision = Decision(canary.look(at: 29), policy: canary.policy, context: context)
    #expect(decision.stage == "canary" && decision.verdict == .pass && decision.exitCode == .pass)
    #expect(decision.arms.map(\.arm) == [.candidate, .production])
    #expect(decision.arms.allSatisfy { $0.planned > 0 && $0.answered == $0.planned && $0.scored == $0.planned && $0.costMicro != nil })
    // Uniform from 200 to 600 ms: half lie below 400, in steps of 3 %.
    let half = try #require(decision.arms[0].latencyP50)
    #expect(half > .milliseconds(380) && half < .milliseconds(430))
  }
}
