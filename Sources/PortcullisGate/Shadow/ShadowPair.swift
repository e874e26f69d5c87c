package import PortcullisCore

/// One production request with the answers it got: production's, the candidate's, and production's when asked again.
package struct ShadowPair: Sendable, Hashable {
  package let id: CaseID
  /// What was asked, in its order; empty where the recording does not say.
  package var messages: [Message]
  /// What tools gave production while it answered, in their order; nil where the recording does not say.
  package var toolResults: [ToolResult]?
  /// Requests that share a source (a user, a conversation).
  package var cluster: String?
  package var tags: [Case.Tag]
  package var production: ShadowAnswer?
  package var candidate: ShadowAnswer?
  package var noise: ShadowAnswer?
  /// What a judge says of the three answers; nil where none was asked, or gave no grade.
  package var agreement: ShadowAgreement?

  package init(
    id: CaseID, messages: [Message] = [], toolResults: [ToolResult]? = nil, cluster: String? = nil, tags: [Case.Tag] = [],
    production: ShadowAnswer? = nil,
    candidate: ShadowAnswer? = nil, noise: ShadowAnswer? = nil
  ) {
    self.id = id
    self.messages = messages
    self.toolResults = toolResults
    self.cluster = cluster
    self.tags = tags
    self.production = production
    self.candidate = candidate
    self.noise = noise
  }

  package subscript(arm: Arm) -> ShadowAnswer? {
    get {
      switch arm {
      case .production: production
      case .candidate: candidate
      case .noise: noise
      }
    }
    set {
      switch arm {
      case .production: production = newValue
      case .candidate: candidate = newValue
      case .noise: noise = newValue
      }
    }
  }

  /// Whether production, asked twice, and the candidate have answered.
  package var hasEveryAnswer: Bool { production?.completion != nil && candidate?.completion != nil && noise?.completion != nil }

  /// The independent unit it belongs to: what was declared, else what was asked, else itself.
  var unit: UInt64 {
    if let cluster { return ClusterLabel(cluster: cluster).bits }
    if !messages.isEmpty { return ClusterKey(messages: messages.map(\.wholeText)).bits }
    return request
  }

  /// 64 bits of the request, which no answer can sway: they say which of production's two answers is called the first.
  var request: UInt64 {
    var hash = StableHash(seed: 8)
    hash.add(id.text)
    for message in messages { hash.add(message.wholeText) }
    return hash.bits
  }
}

/// How much alike a judge finds the three answers to one request, two by two: from 0 (another answer) to 1 (the same).
package struct ShadowAgreement: Sendable, Hashable {
  /// Of production's two answers.
  package let production: Double
  /// Of the candidate's answer and production's first, and its second.
  package let candidate: Double
  package let candidateAndNoise: Double

  /// - Precondition: Each lies in 0...1.
  package init(production: Double, candidate: Double, candidateAndNoise: Double) {
    precondition([production, candidate, candidateAndNoise].allSatisfy { (0...1).contains($0) }, "a grade lies in 0...1")
    self.production = production
    self.candidate = candidate
    self.candidateAndNoise = candidateAndNoise
  }
}

/// What one arm made of a request.
package struct ShadowAnswer: Sendable, Hashable {
  package enum Content: Sendable, Hashable {
    case completion(Completion)
    case failure(CallFailure)
  }

  package var content: Content
  /// From 0 (worst) to 1 (best); nil where none was given.
  package var score: Double?
  /// Micro-units; nil is unknown, never free.
  package var costMicro: Int?
  /// Asked for this very shadow, and not recorded before.
  package var isFresh: Bool

  package init(_ content: Content, score: Double? = nil, costMicro: Int? = nil, isFresh: Bool = false) {
    self.content = content
    self.score = score
    self.costMicro = costMicro
    self.isFresh = isFresh
  }

  /// nil where the call failed.
  package var completion: Completion? {
    if case .completion(let completion) = content { return completion }
    return nil
  }
}
