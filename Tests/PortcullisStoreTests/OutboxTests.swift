import GRDB
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

struct OutboxTests {
  private func canary(_ store: Store, _ messages: NewMessage...) throws -> CanaryRecord {
    try store.advance(try store.sampleCanary(), by: step([], seen: 0, messages: messages), at: someTime)
  }

  private func message(_ event: String, _ kind: MessageKind, to place: String = "https://ops.example/hook") -> NewMessage {
    NewMessage(event: event, kind: kind, destination: .webhook(Webhook(.url(place))), body: .object([("event", .string(event))]))
  }

  @Test func aMessageIsWhatWasPosted() throws {
    let store = try Store.inMemory()
    let canary = try canary(store, rollbackMessage)
    let message = try #require(try store.messages(of: canary).first)
    #expect(message.kind == .rollback && message.event == "rollback" && message.destination == rollbackMessage.destination)
    #expect(message.body == rollbackMessage.body && message.createdAt == someTime && message.standing == .pending)
    #expect(message.attempts == 0 && message.lastAttempt == nil)
    #expect(message.key.hasPrefix("portcullis-\(canary.token)-rollback-"))
  }

  @Test func oneEventIsOneMessageHoweverOftenItIsPosted() throws {
    let store = try Store.inMemory()
    var canary = try canary(store, rollbackMessage, rollbackMessage)
    canary = try store.advance(canary, by: step([], seen: 1, messages: [rollbackMessage]))
    #expect(try store.messages(of: canary).count == 1)
  }

  @Test func keysDifferByEventDestinationAndCanary() throws {
    let store = try Store.inMemory()
    let first = try canary(
      store, message("alert-tail-1-raised", .alertRaised), message("alert-tail-2-raised", .alertRaised),
      message("alert-tail-1-raised", .alertRaised, to: "https://pager.example/"))
    let second = try store.advance(
      try store.sampleCanary("winter"), by: step([], seen: 0, messages: [message("alert-tail-1-raised", .alertRaised)]))
    let keys = try store.messages(of: first).map(\.key) + store.messages(of: second).map(\.key)
    #expect(Set(keys).count == 4)
  }

  @Test func aMessageIsPendingUntilItIsAcknowledgedAndNeverSentAfterwards() throws {
    let store = try Store.inMemory()
    let canary = try canary(store, rollbackMessage)
    let message = try #require(try store.pendingMessages(of: canary).first)
    let first = try #require(try store.beginDelivery(of: message, at: someTime))
    let underWay = try #require(try store.pendingMessages(of: canary).first)
    #expect(first == 1 && underWay.attempts == 1 && underWay.lastAttempt?.startedAt == someTime && underWay.lastAttempt?.endedAt == nil)
    let later = WallTime(milliseconds: someTime.milliseconds + 9000)
    try store.endDelivery(of: message, attempt: 1, .failed(detail: "ops.example:443 answered 503", retryAt: later), at: someTime)
    let failed = try #require(try store.pendingMessages(of: canary).first)
    #expect(failed.lastAttempt?.detail == "ops.example:443 answered 503" && failed.lastAttempt?.retryAt == later)
    let second = try #require(try store.beginDelivery(of: message))
    try store.endDelivery(of: message, attempt: second, .acknowledged(detail: "200"), at: later)
    #expect(second == 2)
    #expect(try store.pendingMessages(of: canary).isEmpty)
    #expect(try store.messages(of: canary).map(\.standing) == [.acknowledged(at: later)])
    #expect(try store.beginDelivery(of: message) == nil)
    let again = "INSERT INTO delivery (message, number, started_at) VALUES (1, 3, 0)"
    #expect(
      problem { try store.writing { db in try db.execute(sql: again) } }
        == .contradiction("the message was acknowledged: it may not be sent again"))
  }

  @Test func anAttemptEndsOnce() throws {
    let store = try Store.inMemory()
    let message = try #require(try store.pendingMessages(of: try canary(store, rollbackMessage)).first)
    let number = try #require(try store.beginDelivery(of: message))
    try store.endDelivery(of: message, attempt: number, .failed(detail: "", retryAt: nil))
    for end in [DeliveryEnd.acknowledged(detail: ""), .failed(detail: "", retryAt: nil)] {
      #expect(problem { try store.endDelivery(of: message, attempt: number, end) } != nil)
    }
    #expect(problem { try store.endDelivery(of: message, attempt: 9, .acknowledged(detail: "")) } != nil)
  }

  /// An old step to 5 % must not follow the rollback that came after it.
  @Test func anActionThatAnotherOvertookIsNotSentAnyMore() throws {
    let store = try Store.inMemory()
    var canary = try canary(store, message("advance-5%", .advance), message("alert-tail-1-raised", .alertRaised))
    let advance = try #require(try store.pendingMessages(of: canary).first)
    #expect(try store.pendingMessages(of: canary).map(\.event) == ["advance-5%", "alert-tail-1-raised"])
    canary = try store.advance(
      canary,
      by: CanaryStep(
        state: .object([]), verdict: .rollback, isFinal: true,
        messages: [message("rollback", .rollback), message("rollback", .rollback, to: "https://second.example/")]))
    #expect(try store.messages(of: canary).map(\.standing) == [.overtaken, .pending, .pending, .pending])
    #expect(try store.pendingMessages(of: canary).map(\.event) == ["alert-tail-1-raised", "rollback", "rollback"])
    #expect(try store.beginDelivery(of: advance) == nil)
  }

  @Test func aStepUpIsOvertakenByTheEndOfTheCanaryToo() throws {
    let store = try Store.inMemory()
    let canary = try store.advance(
      try canary(store, message("advance-5%", .advance)), by: CanaryStep(state: .object([]), verdict: .hold, isFinal: true))
    #expect(try store.messages(of: canary).map(\.standing) == [.overtaken])
  }

  @Test func oneProcessDeliversAtATime() throws {
    let folder = try TemporaryFolder()
    let (first, second) = (try Store.open(folder: folder.path), try Store.open(folder: folder.path))
    let (summer, winter) = (try first.sampleCanary(), try first.sampleCanary("winter"))
    func isGiven(_ turn: borrowing DeliveryTurn?) -> Bool { if turn == nil { false } else { true } }
    let held = try first.takeDeliveryTurn(of: summer)
    let refused = try second.takeDeliveryTurn(of: summer)
    let others = try second.takeDeliveryTurn(of: winter)
    let given = (isGiven(held), isGiven(refused), isGiven(others))
    #expect(given == (true, false, true))
    _ = consume held
    let next = try second.takeDeliveryTurn(of: summer)
    let isNextGiven = isGiven(next)
    #expect(isNextGiven)
  }
}
