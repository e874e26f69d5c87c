import PortcullisCore

extension CallFailure {
  /// What a failed transfer is to the runner.
  init(_ failure: TransportFailure) {
    let kind: FailureKind =
      switch failure.cause {
      case .unusable, .addressRefused: .request
      case .nameNotFound, .noConnection, .proxy, .tls, .reset, .closedWithoutAnswer, .cut, .badFraming, .internalFault: .transport
      case .timedOut: .timeout
      case .bodyTooLarge, .headersTooLarge: .tooLarge
      case .cancelled, .closed: .cancelled
      }
    self.init(kind, visible(failure.description), mayBeBilled: failure.mayBeBilled)
  }

  /// A complete answer that cannot be read as one; the work was done.
  static func malformed(_ why: String, _ answer: HTTPAnswer) -> CallFailure {
    CallFailure(.malformed, "the answer is malformed: \(visible(why))", status: answer.status, mayBeBilled: true, received: answer.excerpt)
  }
}

extension HTTPAnswer {
  /// The start of the body, for people; cut to its final 4 KB once keys are out of it, so that no half of one can stay at the end.
  var excerpt: String { String(decoding: body.prefix(8192), as: UTF8.self) }
}
