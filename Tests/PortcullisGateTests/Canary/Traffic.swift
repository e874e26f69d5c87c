import PortcullisCore
import PortcullisGate
import PortcullisStatistics

/// A made stream of production traffic: seeded, so that a failing case is named by its seed.
struct Traffic {
  var perHour = 60.0
  var hours = 30.0
  var share = 0.5
  var candidate = 0.9
  var production = 0.9
  /// Share of scores lost at random.
  var lost = 0.0
  /// Requests of one session, all of one arm where `sticky`.
  var session = 1
  var sticky = false

  func observations(_ seed: UInt64, _ change: (inout Observation, Int) -> Void = { _, _ in }) -> [Observation] {
    var random = SplitMix64(seed: seed)
    func uniform() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    var (time, arm, index, made) = (0.0, CanaryArm.production, 0, [Observation]())
    while true {
      time += 2 * uniform() / perHour
      guard time <= hours else { return made }
      if !sticky || index % session == 0 { arm = uniform() < share ? .candidate : .production }
      let passed = uniform() < (arm == .candidate ? candidate : production)
      let isLost = uniform() < lost
      var observation = Observation(
        id: "r\(index)", time: time, arm: arm, cluster: session > 1 ? "s\(index / session)" : nil,
        latency: .microseconds(Int64(200_000 + 400_000 * uniform())), tokens: TokenUsage(input: 100, output: 40),
        costMicro: 800 + random.below(400), cacheHit: uniform() < 0.5, score: isLost ? nil : passed ? 1 : 0,
        segment: ["gold", "silver", "free"][random.below(3)], feature: "chat")
      change(&observation, index)
      made.append(observation)
      index += 1
    }
  }
}

/// A policy of one stage with these rules.
func canaryPolicy(
  _ rules: [CanaryRule] = [.noRegression(CanaryRegressionRule(margin: 0.15))], share: Double = 0.5, bake: Double = 4, deadline: Double = 30,
  unit: CanaryPolicy.Unit = .request
) -> CanaryPolicy {
  CanaryPolicy(
    stages: [CanaryStage(share: share, bake: bake)], deadline: deadline, rules: rules.map { CanaryPolicyRule($0) }, unit: unit)
}

let everyCanaryRule: [CanaryRule] = [
  .noRegression(CanaryRegressionRule(margin: 0.15, slices: [.segment])), .errorRate(ErrorRateRule()),
  .latency(LatencyRule(limit: .increase(0.5))), .tail(CanaryTailRule(floor: 0.2, maxShare: 0.3)),
  .costPerRequest(CanaryCostRule(increase: 0.5)),
  .cacheHit(CacheHitRule(margin: 0.25)),
]

/// A canary that has seen all of it, moved on at once wherever it may.
func watched(_ policy: CanaryPolicy, _ stream: [Observation]) -> Canary {
  var canary = Canary(policy)
  for observation in stream {
    canary.observe(observation)
    if canary.waitingShare != nil { canary.shift(at: observation.time) }
  }
  return canary
}

extension Canary {
  /// The end as a word, and its hours.
  var ending: String {
    switch outcome {
    case .promoted(let at): "promoted \(at)"
    case .rolledBack(let at, _): "rolled back \(at)"
    case .timedOut: "timed out"
    case .expired: "expired"
    case .stopped(_, let person, _): "stopped by \(person)"
    case nil: "running"
    }
  }

  var isPromoted: Bool { if case .promoted = outcome { true } else { false } }
  var isRolledBack: Bool { if case .rolledBack = outcome { true } else { false } }
}

extension CanaryLook {
  func ruling(_ rule: String, _ slice: String? = nil) -> Ruling? { rulings.first { $0.rule == rule && $0.slice?.value == slice } }
}
