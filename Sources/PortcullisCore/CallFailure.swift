/// Why a call gave no answer that may be scored: a dead endpoint, never a bad answer.
package struct CallFailure: Error, Sendable, Hashable {
  package let kind: FailureKind
  /// For people; holds no key, prompt or answer.
  package let message: String
  /// The HTTP status, where one came.
  package let status: Int?
  /// How long the endpoint asked us to wait before trying again.
  package let retryAfter: Duration?
  /// Whether the endpoint may have done (and billed) the work: the request left in full before the trouble began.
  package let mayBeBilled: Bool
  /// What the endpoint sent, at most 4 KB, keys removed, where it could not be read as an answer.
  package let received: String?

  package init(
    _ kind: FailureKind, _ message: String, status: Int? = nil, retryAfter: Duration? = nil, mayBeBilled: Bool = false,
    received: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.status = status
    self.retryAfter = retryAfter
    self.mayBeBilled = mayBeBilled
    self.received = received
  }
}

/// The closed list of causes, reliability.md §4. What answers mean (truncated, filtered, refused, empty) is not here: those are answers.
package enum FailureKind: String, Sendable, CaseIterable {
  /// Refused, reset, cut, TLS, bad framing.
  case transport
  /// No connection, first byte, next byte or end within the limit.
  case timeout
  case rateLimit = "rate_limit"
  /// 5xx, 529, an error object inside a 200 or a stream.
  case server
  /// The account's money is gone.
  case quota
  /// The endpoint refuses the key.
  case auth
  /// The endpoint refuses the request: 400, 404, 413, 422, context too long.
  case request
  /// Not the shape of an answer: no JSON, no choices, no finish reason, invalid UTF-8.
  case malformed
  /// Another model answered than was asked.
  case wrongModel = "wrong_model"
  /// Our own limit on an answer's size; scored as a failed answer ("runaway").
  case tooLarge = "too_large"
  /// Our budget or deadline, or the user, stopped it.
  case budget
  case deadline
  case cancelled
  /// An attempt of a crashed session, whose end nobody knows.
  case unknown
}
