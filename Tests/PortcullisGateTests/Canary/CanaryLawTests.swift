import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

/// What holds of every stream, whatever it says.
struct CanaryLawTests {
  private static func policy(_ seed: UInt64) -> CanaryPolicy {
    var policy = canaryPolicy(everyCanaryRule, bake: 3, deadline: 24)
    if seed % 3 == 1 {
      policy.stages = [CanaryStage(share: 0.2, bake: 3), CanaryStage(share: 0.5, bake: 3)]
    }
    if seed % 3 == 2 { policy.unit = .session(SessionLimits(requests: 3, age: 0.5)) }
    return policy
  }

  private static func stream(_ seed: UInt64) -> [Observation] {
    let traffic = Traffic(
      perHour: 50, hours: 26, share: seed % 3 == 1 ? 0.2 : 0.5, candidate: seed % 2 == 0 ? 0.9 : 0.6, lost: 0.005,
      session: seed % 3 == 2 ? 4 : 1, sticky: seed % 3 == 2)
    return traffic.observations(seed) { observation, index in
      if index % 97 == 5 { observation.failure = .server }
      if index % 89 == 7 { observation.time = max(0, observation.time - 0.3) }
      if index % 301 == 9, seed % 4 == 3 { observation.time = max(0, observation.time - 3) }
      if index % 150 == 20 { observation.segment = nil }
      // A silence of three hours.
      if index > 600 { observation.time += 3 }
    }
  }

  /// All events of a canary that is looked at before those observations that `looks` says.
  private func events(_ policy: CanaryPolicy, _ stream: [Observation], _ looks: (Int) -> Bool) -> (Canary, [CanaryEvent]) {
    var (canary, events) = (Canary(policy), [CanaryEvent]())
    var now = 0.0
    for (index, observation) in stream.enumerated() {
      if looks(index) { events += canary.look(at: now).events }
      canary.observe(observation)
      now = max(now, observation.time)
      if canary.waitingShare != nil { canary.shift(at: now) }
    }
    events += canary.look(at: now).events
    return (canary, events)
  }

  @Test(arguments: 0..<12)
  func howOftenOneLooksChangesNothing(seed: UInt64) {
    let (policy, stream) = (Self.policy(seed), Self.stream(seed))
    let (never, told) = events(policy, stream) { _ in false }
    #expect(told.map(\.number) == Array(1..<told.count + 1))
    for looks in [{ $0 % 7 == 3 }, { $0 % 500 == 499 }, { $0 > 300 && $0 < 340 }] as [(Int) -> Bool] {
      let (looked, seen) = events(policy, stream, looks)
      #expect(seen == told)
      #expect(looked.json.compactText == never.json.compactText)
    }
  }

  @Test(arguments: 0..<12)
  func aStreamCutAnywhereGoesOnBitForBit(seed: UInt64) throws {
    let (policy, stream) = (Self.policy(seed), Self.stream(seed))
    var (whole, resumed) = (Canary(policy), Canary(policy))
    for (index, observation) in stream.enumerated() {
      whole.observe(observation)
      resumed.observe(observation)
      if whole.waitingShare != nil {
        whole.shift(at: observation.time + 0.2)
        resumed.shift(at: observation.time + 0.2)
      }
      guard index % 67 == Int(seed) else { continue }
      let stored = try JSON(parsing: resumed.json.compactText)
      resumed = try #require(Canary(policy, stored), "the state is refused after \(index) observations")
      #expect(resumed.json.compactText == whole.json.compactText)
      #expect(resumed.share == whole.share && resumed.outcome == whole.outcome)
    }
    #expect(resumed.look(at: 30) == whole.look(at: 30))
    #expect(whole.outcome != nil)
  }

  /// The hour of the promotion; endless where there is none.
  private func promotion(_ policy: CanaryPolicy, _ stream: [Observation]) -> Double {
    if case .promoted(let at) = watched(policy, stream).outcome { return at }
    return .infinity
  }

  @Test(arguments: 0..<10)
  func losingAScoreNeverHelpsAPromotion(seed: UInt64) {
    let policy = canaryPolicy()
    let stream = Traffic(hours: 12, candidate: 0.95).observations(seed)
    let whole = promotion(policy, stream)
    for index in stride(from: Int(seed), to: stream.count, by: 41) {
      var lossy = stream
      lossy[index].score = nil
      #expect(promotion(policy, lossy) >= whole)
    }
    #expect(whole < 12)
  }

  /// statistics.md §9: a lost score of the candidate counts 0 and one of production 1, so that even the loss of what spoke for the
  /// candidate (production's failures) or against it (its own) costs evidence.
  @Test(arguments: 0..<12, CanaryArm.allCases)
  func lostScoresCostAPromotionTime(seed: UInt64, arm: CanaryArm) {
    let bySession = seed % 2 == 1
    let policy = canaryPolicy(bake: 0, unit: bySession ? .session(SessionLimits(requests: 4, age: 0.5)) : .request)
    let stream = Traffic(perHour: bySession ? 200 : 60, hours: 29, session: bySession ? 4 : 1, sticky: bySession).observations(seed)
    /// The moment of promotion with six scores of the arm lost that were this one.
    func delayed(losing score: Double) -> Double {
      var lossy = stream
      for index in stream.indices.filter({ stream[$0].arm == arm && stream[$0].score == score }).prefix(6) { lossy[index].score = nil }
      return promotion(policy, lossy)
    }
    let worst = arm == .candidate ? 0.0 : 1.0
    let (whole, delayed, delayedAsBefore) = (promotion(policy, stream), delayed(losing: 1 - worst), delayed(losing: worst))
    #expect(whole < 29 && delayed > whole, "\(whole) h and \(delayed) h")
    // Counted as it was, it may still be one too many of those that may be lost.
    #expect(delayedAsBefore >= whole, "\(whole) h and \(delayedAsBefore) h")
  }

  @Test(arguments: 0..<6)
  func addingARuleNeverPromotesSooner(seed: UInt64) {
    let stream = Traffic(hours: 20).observations(seed)
    let alone = promotion(canaryPolicy(), stream)
    #expect(alone < 20)
    for count in 2...everyCanaryRule.count {
      let more = [.noRegression(CanaryRegressionRule(margin: 0.15))] + everyCanaryRule[1..<count]
      #expect(promotion(canaryPolicy(more), stream) >= alone)
    }
  }

  @Test func timeAloneNeverPromotes() {
    var canary = Canary(canaryPolicy(bake: 12, deadline: 24))
    for observation in Traffic(perHour: 200, hours: 11.9).observations(4) { canary.observe(observation) }
    #expect(canary.look(at: 11.9).ruling("no-regression")?.verdict == .pass)
    for hour in stride(from: 12.0, through: 30, by: 0.5) {
      canary.tick(at: hour)
      #expect(!canary.isPromoted)
    }
    #expect(canary.outcome == .timedOut(at: 24))
  }

  @Test func theEndIsFinal() {
    for worse in [0.3, 0.9] {
      let canary = watched(canaryPolicy(), Traffic(hours: 25, candidate: worse).observations(2))
      var later = canary
      #expect(canary.outcome != nil)
      for observation in Traffic(candidate: 0).observations(3) { #expect(later.observe(observation) == .ended) }
      later.tick(at: 99)
      later.stop(by: "ann", reason: "late", at: 99)
      later.loseLine()
      later.shift(at: 99)
      #expect(later.json.compactText == canary.json.compactText)
    }
  }

  @Test func aStateOfAnotherPolicyOrABrokenOneIsRefused() throws {
    let policy = canaryPolicy(everyCanaryRule)
    let state = watched(policy, Traffic(hours: 3).observations(1)).json
    #expect(Canary(policy, state) != nil)
    #expect(Canary(canaryPolicy(), state) == nil)
    let object = try #require(state.object)
    for member in object.members where !["last_candidate", "last_production"].contains(member.name) {
      var broken = object
      broken[member.name] = nil
      #expect(Canary(policy, .object(broken)) == nil, "a state without '\(member.name)' is taken")
      broken[member.name] = .string("x")
      #expect(Canary(policy, .object(broken)) == nil, "a state whose '\(member.name)' is text is taken")
    }
  }
}
