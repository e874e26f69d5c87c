/// The role a target plays in a run.
package enum Arm: String, Sendable, CaseIterable {
  case candidate, production
  /// Production asked a second time, to see its own noise.
  case noise
}

/// One question to one model: all that a provider needs to write the request.
package struct ModelRequest: Sendable {
  package let messages: [Message]
  /// The case, arm, repeat and turn it belongs to: what `replay` and `scripted` look answers up by.
  package let origin: Origin
  /// Overrides of the target's parameters, as a judge needs (temperature 0).
  package let parameters: JSONObject

  package struct Origin: Sendable, Hashable {
    package let caseID: CaseID
    package let arm: Arm
    /// From 0.
    package let repeatIndex: Int
    /// From 0; above 0 only in scripted conversations.
    package let turn: Int

    package init(caseID: CaseID, arm: Arm, repeatIndex: Int, turn: Int) {
      self.caseID = caseID
      self.arm = arm
      self.repeatIndex = repeatIndex
      self.turn = turn
    }
  }

  package init(messages: [Message], origin: Origin, parameters: JSONObject = JSONObject()) {
    self.messages = messages
    self.origin = origin
    self.parameters = parameters
  }
}

/// A request ready to be sent, and the digest of what it asks.
package struct PreparedCall: Sendable {
  package let request: ModelRequest
  /// The body exactly as it will be sent.
  package let body: [UInt8]
  /// SHA-256 over adapter and version, endpoint, target digest, body, and the sample (arm, repeat, turn): DESIGN §1.
  package let completionKey: Digest
  /// Tokens to reserve before sending: input estimated from the body's bytes, output from `max_tokens` (else 1024).
  package let estimatedUsage: TokenUsage

  package init(request: ModelRequest, body: [UInt8], completionKey: Digest, estimatedUsage: TokenUsage) {
    self.request = request
    self.body = body
    self.completionKey = completionKey
    self.estimatedUsage = estimatedUsage
  }
}

/// One target that can be asked. Implementations: HTTP providers, `scripted`, `replay`.
///
/// One call of `send` is one attempt: no retries, no rate limit, no budget (the runner's work).
package protocol ModelClient: Sendable {
  var target: Target { get }

  /// Pure: the same request gives the same bytes and key.
  func prepare(_ request: ModelRequest) throws(CallFailure) -> PreparedCall

  /// Cancelling the task stops the transfer and throws `cancelled`.
  func send(_ call: PreparedCall) async throws(CallFailure) -> Completion
}
