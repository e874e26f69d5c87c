import GRDB
package import PortcullisCore

/// What a message tells.
package enum MessageKind: String, Sendable, CaseIterable {
  case advance, promote, hold, rollback
  case alertRaised = "alert-raised"
  case alertResolved = "alert-resolved"

  /// Whether it moves traffic: then only the latest one of a canary may still be sent.
  package var isAction: Bool {
    switch self {
    case .advance, .promote, .hold, .rollback: true
    case .alertRaised, .alertResolved: false
    }
  }
}

/// A message to be kept until somebody has acknowledged it.
package struct NewMessage: Sendable, Hashable {
  /// One of its canary's own, for example `rollback`, `advance-5%` or `alert-tail-2-raised`. The same event to the same destination is the same
  /// message: it is kept once, under one key, however often it is posted.
  package var event: String
  package var kind: MessageKind
  package var destination: Destination
  package var body: JSON

  package init(event: String, kind: MessageKind, destination: Destination, body: JSON) {
    self.event = event
    self.kind = kind
    self.destination = destination
    self.body = body
  }
}

/// A message as it is stored.
package struct OutboxMessage: Sendable, Hashable {
  package enum Standing: Sendable, Hashable {
    /// Must be sent, or sent again.
    case pending
    case acknowledged(at: WallTime)
    /// Never acknowledged, and out of date: another action followed, or the canary is over. It is not sent any more.
    case overtaken
  }

  let row: Int64
  let canary: Int64
  /// The idempotency key: goes along with every attempt, and no other message has it.
  package let key: String
  package let event: String
  package let kind: MessageKind
  package let destination: Destination
  package let body: JSON
  package let createdAt: WallTime
  package let standing: Standing
  package let attempts: Int
  /// nil before the first one.
  package let lastAttempt: DeliveryAttempt?
}

package struct DeliveryAttempt: Sendable, Hashable {
  package let startedAt: WallTime
  /// nil while it is under way, and for ever where the process that sent it died: nobody knows whether it arrived.
  package let endedAt: WallTime?
  /// What came of it, for people; nil without an end.
  package let detail: String?
  /// The receiver asked not to be called before; nil where it did not.
  package let retryAt: WallTime?
}

/// What came of one attempt to deliver a message.
package enum DeliveryEnd: Sendable, Hashable {
  case acknowledged(detail: String)
  case failed(detail: String, retryAt: WallTime?)
}

extension Store {
  /// What is still to be sent, in the order in which it happened.
  package func pendingMessages(of canary: CanaryRecord) throws(StoreError) -> [OutboxMessage] {
    try messages(of: canary).filter { $0.standing == .pending }
  }

  /// All messages of a canary, in the order in which they happened.
  package func messages(of canary: CanaryRecord) throws(StoreError) -> [OutboxMessage] {
    try reading { db in try messages(of: canary.row, in: db) }
  }

  private func messages(of canary: Int64, in db: Database) throws -> [OutboxMessage] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT o.id, o.key, o.kind, o.destination, o.body, o.created_at, a.ended_at, coalesce(d.number, 0), d.started_at, e.ended_at, e.detail,
          e.retry_at, s.is_final, o.event
        FROM outbox o JOIN canary_state s ON s.canary = o.canary LEFT JOIN delivery_end a ON a.message = o.id AND a.acknowledged = 1
          LEFT JOIN delivery d ON d.message = o.id AND d.number = (SELECT max(number) FROM delivery WHERE message = o.id)
          LEFT JOIN delivery_end e ON e.message = d.message AND e.number = d.number
        WHERE o.canary = ? ORDER BY o.id
        """, arguments: [canary])
    let lastAction = try rows.last { try kind(of: $0).isAction }.map { $0[13] as String }
    return try rows.map { row in
      let kind = try kind(of: row)
      guard let destination = json(row, 3).flatMap(Destination.init), let body = json(row, 4) else { throw unreadable }
      let isOvertaken = kind.isAction && ((row[13] as String) != lastAction || kind == .advance && row[12])
      return OutboxMessage(
        row: row[0], canary: canary, key: row[1], event: row[13], kind: kind, destination: destination, body: body,
        createdAt: WallTime(milliseconds: row[5]),
        standing: (row[6] as Int?).map { .acknowledged(at: WallTime(milliseconds: $0)) } ?? (isOvertaken ? .overtaken : .pending),
        attempts: row[7],
        lastAttempt: (row[8] as Int?).map {
          DeliveryAttempt(
            startedAt: WallTime(milliseconds: $0), endedAt: (row[9] as Int?).map(WallTime.init(milliseconds:)), detail: row[10],
            retryAt: (row[11] as Int?).map(WallTime.init(milliseconds:)))
        })
    }
  }

  /// Notes that a message is about to be sent.
  ///
  /// - Returns: The number of the attempt, from 1; nil where the message must not be sent any more, being acknowledged or overtaken.
  package func beginDelivery(of message: OutboxMessage, at now: WallTime = .now) throws(StoreError) -> Int? {
    try writing { db in
      let current = try messages(of: message.canary, in: db).first { $0.row == message.row }
      guard let current, current.standing == .pending else { return nil }
      try db.execute(
        sql: "INSERT INTO delivery (message, number, started_at) VALUES (?, ?, ?)",
        arguments: [message.row, current.attempts + 1, now.milliseconds])
      return current.attempts + 1
    }
  }

  package func endDelivery(
    of message: OutboxMessage, attempt number: Int, _ end: DeliveryEnd, at now: WallTime = .now
  ) throws(StoreError) {
    var (isAcknowledged, retryAt): (Bool, WallTime?) = (false, nil)
    let detail: String
    switch end {
    case .acknowledged(let words): (isAcknowledged, detail) = (true, words)
    case .failed(let words, let at): (detail, retryAt) = (words, at)
    }
    try writing { db in
      try db.execute(
        sql: "INSERT INTO delivery_end (message, number, ended_at, acknowledged, retry_at, detail) VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [message.row, number, now.milliseconds, isAcknowledged, retryAt?.milliseconds, detail])
    }
  }

  func post(_ message: NewMessage, of canary: CanaryRecord, at now: WallTime, in db: Database) throws {
    let destination = message.destination.json
    // One event may go to several places, and each of them must know its own message again.
    let key = "portcullis-\(canary.token)-\(message.event)-\(Digest(of: destination).hex.prefix(8))"
    try db.execute(
      sql: """
        INSERT INTO outbox (canary, key, event, kind, destination, body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
        """,
      arguments: [
        canary.row, key, message.event, message.kind.rawValue, destination.compactText, message.body.compactText, now.milliseconds,
      ])
  }

  private func kind(of row: Row) throws -> MessageKind {
    guard let kind = MessageKind(rawValue: row[2]) else { throw unreadable }
    return kind
  }

  private var unreadable: StoreError { .corrupt(path: path, detail: "a message cannot be read") }
}

/// The right to deliver the messages of one canary, held by one process at a time; a crash gives it back.
package struct DeliveryTurn: ~Copyable, Sendable {
  /// nil in memory, where there is no second process.
  private let lock: FileLock?

  fileprivate init(lock: consuming FileLock?) { self.lock = lock }
}

extension Store {
  /// nil where another process delivers just now.
  package func takeDeliveryTurn(of canary: CanaryRecord) throws(StoreError) -> DeliveryTurn? {
    guard let folder else { return DeliveryTurn(lock: nil) }
    guard let lock = try FileLock.take("\(folder)/locks/delivery-\(canary.token).lock", removesFile: true) else { return nil }
    return DeliveryTurn(lock: lock)
  }
}
