import PortcullisCore
import PortcullisGate
import PortcullisStore

extension CanarySession {
  /// Sends what is to be told; where that moved the traffic, the canary goes on at its new share.
  @discardableResult
  mutating func deliver(_ policy: DeliveryPolicy, isQuiet: Bool) async throws -> DeliveryAccount {
    let account = try await deliverMessages(of: record, in: store, policy: policy)
    if !isQuiet || account.leavesAction { for line in account.lines { note(line) } }
    if !account.leavesAction, !movesByHand, canary.waitingShare != nil { try shift(at: shiftHours) }
    return account
  }

  /// When the traffic that was just moved begins to come: now, if the observations are of now; where a past stream is fed, with what
  /// comes next.
  private var shiftHours: Double {
    let now = hours(at: .now)
    return now <= canary.policy.deadline ? max(now, canary.clock) : canary.clock
  }

  /// How it stands in one line: for logs of who feeds it.
  func line() throws -> String {
    var canary = canary
    let look = canary.look(at: canary.clock)
    return
      "\(look.verdict.rawValue)  canary \(visible(record.name)) · \(standing(look).joined(separator: " · ")) · \(visible(look.sentence))"
  }

  private func standing(_ look: CanaryLook) -> [String] {
    CanaryReport(look, policy: canary.policy, context: context, events: []).standing
  }
}

extension DeliveryAccount {
  /// Whether the traffic is not as the canary wants it.
  var leavesAction: Bool { left.contains { $0.kind.isAction } }
}
