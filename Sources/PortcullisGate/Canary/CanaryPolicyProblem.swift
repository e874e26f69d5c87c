import PortcullisCore

// What keeps a policy from being one, for the reader of configs and for stored policies alike.

extension CanaryPolicy {
  /// The first thing that makes no sense, in words with the number that was given; nil for a policy that can be used.
  package var problem: String? { stageProblem ?? numberProblem ?? rules.lazy.compactMap(\.rule.problem).first ?? alertProblem }

  private var stageProblem: String? {
    guard !stages.isEmpty else { return "a canary has at least one share of the traffic" }
    guard stages.count <= 20 else { return "a canary has at most 20 shares of the traffic, these are \(stages.count)" }
    for stage in stages {
      guard stage.share >= 1e-6, stage.share <= 1 - 1e-6 else {
        return "a share of the traffic is \(percent(stage.share)); it must lie between 0 and 100 %"
      }
      guard (0...100_000).contains(stage.bake) else { return "'bake' is \(fixed(stage.bake, 1)) h; it must lie within 0 and 100000 h" }
    }
    guard zip(stages, stages.dropFirst()).allSatisfy({ $0.share < $1.share }) else { return "the shares of the traffic must rise" }
    guard deadline > 0, deadline <= 100_000 else { return "'deadline' is \(fixed(deadline, 1)) h; it must lie above 0 and within 100000 h" }
    let bakes = stages.reduce(0) { $0 + $1.bake }
    guard bakes <= deadline else {
      return "the stages bake for \(fixed(bakes, 1)) h together, after the deadline of \(fixed(deadline, 1)) h; nothing could be promoted"
    }
    return nil
  }

  private var numberProblem: String? {
    guard rollbackMargin >= 0, rollbackMargin < 1 else { return "'rollback_margin' must lie within 0 and 1" }
    guard isRate(wrongPass), isRate(wrongFail) else { return "an error rate must lie strictly between 0 and 1" }
    guard (0...1).contains(maxLost) else { return "the share of lost scores must lie within 0 and 1" }
    guard lateWindow >= 0, lateWindow <= 24 else { return "the late window must lie within 0 and 24 h" }
    if case .session(let limits) = unit {
      guard (1...1000).contains(limits.requests) else { return "a session's unit holds 1 to 1000 requests, not \(limits.requests)" }
      guard limits.age > 0, limits.age <= 24 else { return "a session's unit is closed within 24 h" }
    }
    let names = rules.map(\.rule.name)
    guard Set(names).count == names.count else { return "a rule is given twice" }
    return nil
  }

  private var alertProblem: String? {
    let isSound = alerts.allSatisfy { alert in
      switch alert.condition {
      case .errorRate(let share), .quality(let share), .cacheHits(let share): share >= 0 && share <= 1
      case .latency(let limit): limit.map { $0 > .zero } ?? true
      case .noData(let hours): hours > 0 && hours <= 10_000
      case .cost(let increase): increase >= 0 && increase <= 1000
      }
    }
    return isSound ? nil : "an alert's limit is out of range"
  }
}

extension CanaryRule {
  fileprivate var problem: String? {
    switch self {
    case .noRegression(let rule):
      guard isRate(rule.margin), rule.sliceMargin.map(isRate) ?? true else { return "a margin must lie strictly between 0 and 1" }
      guard let slice = rule.slices.first(where: { !$0.isBeforeAssignment }) else { return nil }
      return "'\(slice.rawValue)' is only known after the arm was drawn, so its values cannot be compared; use segment, feature or type"
    case .errorRate(let rule): return isRate(rule.max) ? nil : "'max' must lie strictly between 0 and 1"
    case .latency(let rule):
      guard isRate(rule.quantile) else { return "'quantile' must lie strictly between 0 and 1" }
      return switch rule.limit {
      case .absolute(let limit): limit > .zero ? nil : "'limit' must be above 0"
      case .increase(let share): share >= 0 && share <= 1000 ? nil : "'increase' must lie within 0 and 1000"
      }
    case .tail(let rule):
      guard rule.floor > 0, rule.floor <= 1 else { return "'floor' must lie above 0 and at most at 1" }
      return isRate(rule.maxShare) ? nil : "'max_share' must lie strictly between 0 and 1"
    case .costPerRequest(let rule): return rule.increase >= 0 && rule.increase <= 1000 ? nil : "'increase' must lie within 0 and 1000"
    case .cacheHit(let rule): return isRate(rule.margin) ? nil : "'margin' must lie strictly between 0 and 1"
    }
  }
}

/// Strictly inside 0…1, and far enough from the ends for the betting.
private func isRate(_ value: Double) -> Bool { value >= 1e-9 && value <= 1 - 1e-9 }
