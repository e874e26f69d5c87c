import Foundation
import PortcullisCore
import PortcullisModels
import PortcullisRunner
import PortcullisStore
import Synchronization

/// Sends what a canary still has to tell, until it is acknowledged or patience ends.
///
/// Actions go one after the other, and so do the messages to one destination; beside each other, so that no silent receiver of alerts keeps a rollback
/// waiting. One process at a time: another one waits until its messages are acknowledged by the first, or until it may deliver itself. A process that dies
/// leaves an attempt without an end: the message is sent again, under the same key.
///
/// - Throws: `StoreError` only. What cannot be delivered stays pending, and the account says so.
func deliverMessages(
  of canary: CanaryRecord, in store: Store, policy: DeliveryPolicy = DeliveryPolicy(),
  environment: [String: String] = ProcessInfo.processInfo.environment
) async throws -> DeliveryAccount {
  let first = try await store.background { store throws(StoreError) in try store.pendingMessages(of: canary) }
  guard !first.isEmpty else { return DeliveryAccount(canary: canary.name, acknowledged: [], left: []) }
  let client = Mutex<HTTPClient?>(nil)
  defer { client.withLock { $0?.close() } }
  let sender = DeliverySender(canary: canary.name, policy: policy, environment: environment) { () throws(TransportFailure) in
    try client.withLock { client throws(TransportFailure) in
      if let client { return client }
      let made = try HTTPClient(HTTPClient.Options(maxConnections: 16, environment: NetworkEnvironment(environment)))
      client = made
      return made
    }
  }
  let round = DeliveryRound(store: store, sender: sender, policy: policy, deadline: ContinuousClock.now + policy.patience)
  try await round.deliver(canary)
  let now = try await store.background { store throws(StoreError) in try store.messages(of: canary) }
  let mine = Set(first.map(\.key))
  return DeliveryAccount(
    canary: canary.name,
    acknowledged: now.filter { if case .acknowledged = $0.standing { mine.contains($0.key) } else { false } },
    left: now.filter { $0.standing == .pending })
}

/// One command's attempts at the messages of a canary.
private struct DeliveryRound: Sendable {
  let store: Store
  let sender: DeliverySender
  let policy: DeliveryPolicy
  let deadline: ContinuousClock.Instant

  func deliver(_ canary: CanaryRecord) async throws {
    var tried: Set<String> = []
    while true {
      let pending = try await store.background { store throws(StoreError) in try store.pendingMessages(of: canary) }
      // Messages may have come meanwhile, from another process that left them to this one.
      let fresh = pending.filter { !tried.contains($0.key) }
      guard !fresh.isEmpty else { return }
      guard let turn = try store.takeDeliveryTurn(of: canary) else {
        guard ContinuousClock.now < deadline, await sleeps(.milliseconds(50)) else { return }
        continue
      }
      tried.formUnion(fresh.map(\.key))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for lane in lanes(of: fresh) { group.addTask { try await deliver(lane) } }
        try await group.waitForAll()
      }
      _ = consume turn
    }
  }

  private func lanes(of messages: [OutboxMessage]) -> [[OutboxMessage]] {
    let actions = messages.filter(\.kind.isAction)
    let alerts = Dictionary(grouping: messages.filter { !$0.kind.isAction }, by: \.destination)
    return (actions.isEmpty ? [] : [actions]) + alerts.values
  }

  /// In order: what cannot be delivered keeps the rest of its lane waiting.
  private func deliver(_ lane: [OutboxMessage]) async throws {
    for message in lane { guard try await deliver(message) else { return } }
  }

  /// False where the message stays pending.
  private func deliver(_ message: OutboxMessage) async throws -> Bool {
    guard await waits(for: message.lastAttempt?.retryAt) else { return false }
    var attempt = 0
    while true {
      attempt += 1
      let number = try await store.background { store throws(StoreError) in try store.beginDelivery(of: message) }
      guard let number else { return true }
      switch await sender.send(message) {
      case .success(let words):
        try await end(message, number, .acknowledged(detail: words))
        return true
      case .failure(let failure):
        let answer = policy.retry.answer(
          to: failure, attempt: attempt, random: Double.random(in: 0..<1), remaining: max(.zero, deadline - ContinuousClock.now))
        let hint = failure.retryAfter.map { min($0, policy.retry.longestHint) }
        let retryAt = hint.map { WallTime(milliseconds: WallTime.now.milliseconds + Int($0 / .milliseconds(1))) }
        try await end(message, number, .failed(detail: failure.message, retryAt: retryAt))
        guard case .retry(let wait) = answer, await sleeps(wait) else { return false }
      }
    }
  }

  private func end(_ message: OutboxMessage, _ number: Int, _ end: DeliveryEnd) async throws {
    try await store.background { store throws(StoreError) in try store.endDelivery(of: message, attempt: number, end) }
  }

  /// What the receiver asked of an earlier command is kept to, as far as patience and a clock that was set allow.
  private func waits(for moment: WallTime?) async -> Bool {
    guard let moment else { return true }
    let wait = Duration.milliseconds(moment.milliseconds - WallTime.now.milliseconds)
    guard wait > .zero, wait <= policy.retry.longestHint else { return true }
    guard ContinuousClock.now + wait < deadline else { return false }
    return await sleeps(wait)
  }

  /// False when the task was cancelled.
  private func sleeps(_ wait: Duration) async -> Bool { (try? await Task.sleep(for: wait)) != nil }
}
