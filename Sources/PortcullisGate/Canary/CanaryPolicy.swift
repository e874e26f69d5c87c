/// When a canary is moved on, promoted or rolled back; all of it fixed before the first request.
package struct CanaryPolicy: Sendable, Hashable {
  /// In order; shares rise.
  package var stages: [CanaryStage]
  /// Hours, of all stages together, after which nothing is decided any more.
  package var deadline: Double
  package var onTimeout: Timeout
  package var rules: [CanaryPolicyRule]
  package var unit: Unit
  /// The loss of quality that must be proven for a rollback; 0 reacts to any proven harm.
  package var rollbackMargin: Double
  package var wrongPass: Double
  package var wrongFail: Double
  /// The share of lost scores, of both arms together, up to which a promotion is possible.
  package var maxLost: Double
  /// Hours that an observation may lie before the one before it.
  package var lateWindow: Double
  package var alerts: [CanaryAlert]
  /// Whether nobody wrote it: reports say so.
  package var isDefault: Bool

  /// What happens at the deadline where neither promotion nor rollback is proven.
  package enum Timeout: String, Sendable, CaseIterable {
    case rollback
    case hold
  }

  /// What the arm is drawn for, and so what counts as one independent answer.
  package enum Unit: Sendable, Hashable {
    case request
    /// All requests of one `cluster` go to one arm: its unit is the mean of its requests, closed after so many of them or hours.
    case session(SessionLimits)
  }

  package init(
    stages: [CanaryStage] = [CanaryStage(share: 0.01), CanaryStage(share: 0.05)], deadline: Double = 72, onTimeout: Timeout = .rollback,
    rules: [CanaryPolicyRule], unit: Unit = .request, rollbackMargin: Double = 0, wrongPass: Double = 0.05, wrongFail: Double = 0.05,
    maxLost: Double = 0.02, lateWindow: Double = 1, alerts: [CanaryAlert] = CanaryAlert.standard, isDefault: Bool = false
  ) {
    self.stages = stages
    self.deadline = deadline
    self.onTimeout = onTimeout
    self.rules = rules
    self.unit = unit
    self.rollbackMargin = rollbackMargin
    self.wrongPass = wrongPass
    self.wrongFail = wrongFail
    self.maxLost = maxLost
    self.lateWindow = lateWindow
    self.alerts = alerts
    self.isDefault = isDefault
  }

  /// What decides where nobody wrote a policy, formats.md §6.
  package static let standard = CanaryPolicy(
    rules: [CanaryPolicyRule(.noRegression(CanaryRegressionRule())), CanaryPolicyRule(.errorRate(ErrorRateRule()))], isDefault: true)

  /// The rollback rate of one deciding rule: any of them may fire, so they share it.
  package var rollbackRate: Double { wrongFail / Double(max(1, rules.count { !$0.advisory })) }
}

/// A share of the traffic, and how long it is watched at least.
package struct CanaryStage: Sendable, Hashable {
  /// The candidate's share of all requests; strictly inside 0…1.
  package var share: Double
  /// Hours.
  package var bake: Double

  package init(share: Double, bake: Double = 24) {
    self.share = share
    self.bake = bake
  }
}

/// When a session's unit is closed, whatever its answers were.
package struct SessionLimits: Sendable, Hashable {
  /// Requests, 1…1000.
  package var requests: Int
  /// Hours since its first request.
  package var age: Double

  package init(requests: Int = 20, age: Double = 1) {
    self.requests = requests
    self.age = age
  }
}

/// One rule of a canary and how it counts.
package struct CanaryPolicyRule: Sendable, Hashable {
  package var rule: CanaryRule
  /// Reported, never deciding.
  package var advisory: Bool

  package init(_ rule: CanaryRule, advisory: Bool = false) {
    self.rule = rule
    self.advisory = advisory
  }
}

/// The demands a canary can make. A closed list.
package enum CanaryRule: Sendable, Hashable {
  case noRegression(CanaryRegressionRule)
  case errorRate(ErrorRateRule)
  case latency(LatencyRule)
  case tail(CanaryTailRule)
  case costPerRequest(CanaryCostRule)
  case cacheHit(CacheHitRule)

  /// The word of policies and reports.
  package var name: String {
    switch self {
    case .noRegression: "no-regression"
    case .errorRate: "error-rate"
    case .latency: "latency"
    case .tail: "tail"
    case .costPerRequest: "cost-per-request"
    case .cacheHit: "cache-hit"
    }
  }

  package static let names = ["no-regression", "error-rate", "latency", "tail", "cost-per-request", "cache-hit"]

  package var weighsScores: Bool {
    switch self {
    case .noRegression, .tail: true
    case .errorRate, .latency, .costPerRequest, .cacheHit: false
    }
  }
}

/// A loss of quality beyond the margin is excluded, by windows of the assignment order.
package struct CanaryRegressionRule: Sendable, Hashable {
  /// Above 0, below 1.
  package var margin: Double
  /// Fields known before the arm was drawn: each of their values raises an alarm of its own.
  package var slices: [ObservationField]
  /// Where given, each slice must also exclude a loss of it before a promotion; otherwise slices only roll back.
  package var sliceMargin: Double?

  package init(margin: Double = 0.05, slices: [ObservationField] = [], sliceMargin: Double? = nil) {
    self.margin = margin
    self.slices = slices
    self.sliceMargin = sliceMargin
  }
}

/// The share of answers scored below a floor stays below a limit.
package struct CanaryTailRule: Sendable, Hashable {
  package var floor: Double
  package var maxShare: Double

  package init(floor: Double = 0.2, maxShare: Double = 0.02) {
    self.floor = floor
    self.maxShare = maxShare
  }
}

/// The mean cost of a request stays within an increase over production's.
package struct CanaryCostRule: Sendable, Hashable {
  package var increase: Double

  package init(increase: Double = 0.20) { self.increase = increase }
}

/// The share of requests served from the provider's cache does not fall by more than the margin.
package struct CacheHitRule: Sendable, Hashable {
  package var margin: Double

  package init(margin: Double = 0.05) { self.margin = margin }
}

/// Something to be told of while a canary runs; it decides nothing.
package struct CanaryAlert: Sendable, Hashable {
  package var condition: Condition
  package var tier: Tier

  package enum Tier: String, Sendable, CaseIterable {
    case page, ticket, dashboard
  }

  /// Windows and least counts are those of `AlertDesk`.
  package enum Condition: Sendable, Hashable {
    /// Failed calls of the candidate, as a share.
    case errorRate(max: Double)
    /// The candidate's P99; without a limit, the one that the latency rule names (if any).
    case latency(limit: Duration?)
    /// Hours without an observation of an arm.
    case noData(hours: Double)
    /// Cost of a request, week over week; in the first week, the candidate's over production's.
    case cost(increase: Double)
    /// The candidate's mean score of a day below production's.
    case quality(drop: Double)
    /// The candidate's cache hits of a day below the day before, or in the first day below production's.
    case cacheHits(drop: Double)

    package var name: String {
      switch self {
      case .errorRate: "error-rate"
      case .latency: "latency"
      case .noData: "no-data"
      case .cost: "cost"
      case .quality: "quality"
      case .cacheHits: "cache-hits"
      }
    }
  }

  package init(_ condition: Condition, tier: Tier) {
    self.condition = condition
    self.tier = tier
  }

  /// Pages for errors, slowness and silence; tickets for cost, quality and caches.
  package static let standard = [
    CanaryAlert(.errorRate(max: 0.05), tier: .page), CanaryAlert(.latency(limit: nil), tier: .page),
    CanaryAlert(.noData(hours: 2), tier: .page), CanaryAlert(.cost(increase: 0.20), tier: .ticket),
    CanaryAlert(.quality(drop: 0.05), tier: .ticket), CanaryAlert(.cacheHits(drop: 0.05), tier: .ticket),
  ]
}
