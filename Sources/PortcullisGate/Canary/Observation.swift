package import PortcullisCore
package import PortcullisStatistics

/// One request of production traffic and what became of it, in the order in which requests were assigned to the arms.
///
/// Shape: formats.md §8, read by the traffic reader, which refuses unknown arms, NaN and scores outside 0…1.
package struct Observation: Sendable, Hashable {
  /// Unique in the canary; the caller drops the second one.
  package var id: String
  /// Hours since the canary's start.
  package var time: Double
  package var arm: CanaryArm
  /// The session or user it belongs to; nil where it stands for itself.
  package var cluster: String?
  /// Why the call gave no answer; nil for an answer.
  package var failure: FailureKind?
  package var latency: Duration?
  package var ttft: Duration?
  package var tokens: TokenUsage
  /// Micro-units of the canary's currency; nil where unknown.
  package var costMicro: Int?
  package var cacheHit: Bool?
  /// In 0…1; nil where it was lost.
  package var score: Double?
  /// What the user said of it, in 0…1; never decides.
  package var feedback: Double?
  package var segment: String?
  package var feature: String?
  package var type: String?
  package var model: String?
  package var version: String?

  package init(
    id: String, time: Double, arm: CanaryArm, cluster: String? = nil, failure: FailureKind? = nil, latency: Duration? = nil,
    ttft: Duration? = nil, tokens: TokenUsage = TokenUsage(), costMicro: Int? = nil, cacheHit: Bool? = nil, score: Double? = nil,
    feedback: Double? = nil, segment: String? = nil, feature: String? = nil, type: String? = nil, model: String? = nil,
    version: String? = nil
  ) {
    self.id = id
    self.time = time
    self.arm = arm
    self.cluster = cluster
    self.failure = failure
    self.latency = latency
    self.ttft = ttft
    self.tokens = tokens
    self.costMicro = costMicro
    self.cacheHit = cacheHit
    self.score = score
    self.feedback = feedback
    self.segment = segment
    self.feature = feature
    self.type = type
    self.model = model
    self.version = version
  }
}

/// What a canary did with an observation.
package enum Reception: Sendable, Hashable {
  case counted
  /// Counted at the time of the observation before it, which was this many hours later: a clock stepped back.
  case clamped(hours: Double)
  /// Further back than the late window; not counted, but its number is kept.
  case late(hours: Double)
  /// The canary had ended; nothing changes any more.
  case ended
  /// Not counted: no such time, score or amount can be.
  case refused(reason: String)
}

/// What a breakdown groups requests by.
package enum ObservationField: String, Sendable, Hashable, CaseIterable {
  case segment, feature, type, model, version

  /// Whether it is known before an arm is drawn, so that its groups may be compared.
  package var isBeforeAssignment: Bool {
    switch self {
    case .segment, .feature, .type: true
    case .model, .version: false
    }
  }
}

extension Observation {
  package subscript(_ field: ObservationField) -> String? {
    switch field {
    case .segment: segment
    case .feature: feature
    case .type: type
    case .model: model
    case .version: version
    }
  }
}
