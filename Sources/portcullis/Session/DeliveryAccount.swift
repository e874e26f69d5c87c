import PortcullisCore
import PortcullisStore

/// What came of the messages of a canary.
struct DeliveryAccount: Sendable {
  let canary: String
  /// Acknowledged by now, of those that were pending when the command began.
  let acknowledged: [OutboxMessage]
  /// Still to be sent.
  let left: [OutboxMessage]

  /// For standard error: what arrived, and what did not and why, and what to do.
  var lines: [String] {
    acknowledged.map { message in
      "\(message.kind.rawValue): acknowledged, \(message.lastAttempt?.detail ?? "")" + attempts(message)
    }
      + left.map { message in
        Diagnostic(
          message.kind.isAction ? .error : .warning,
          "the message '\(message.kind.rawValue)' of canary '\(canary)' is not acknowledged: " + reason(message) + attempts(message),
          help: "it is kept, and 'portcullis canary status \(canary)' sends it again under the same key"
        ).description
      }
  }

  private func reason(_ message: OutboxMessage) -> String {
    guard let last = message.lastAttempt else { return "it was not sent yet" }
    guard let detail = last.detail else { return "nobody knows whether it arrived at \(last.startedAt)" }
    return detail + (last.retryAt.map { ", and asked to wait until \($0)" } ?? "")
  }

  private func attempts(_ message: OutboxMessage) -> String {
    message.attempts > 1 ? " (\(message.attempts) attempts)" : ""
  }
}
