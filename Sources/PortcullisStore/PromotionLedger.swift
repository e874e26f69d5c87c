import Foundation
import GRDB
import PortcullisCore
package import PortcullisGate

// The promotion ledger. (`Ledger.swift` is the ledger of attempts at one question: another one.)

/// An event that has its entry: written just now, or before under the same key.
package struct NotedEntry: Sendable, Hashable {
  package let entry: LedgerEntry
  package let isNew: Bool
}

/// What another transaction adds to the ledger, with the key under which it is recorded once.
package enum LedgerNote: Sendable, Hashable {
  case decision(LedgerDecision, key: String)
  case rollback(LedgerRollback, key: String)
}

/// The ledger as it is kept, and the heads that are kept apart from it.
package struct StoredLedger: Sendable {
  package let records: [LedgerRecord]
  package let head: LedgerHead?
  package let file: LedgerHeadFile

  /// Of a verified ledger.
  package var entries: [LedgerEntry] { records.compactMap(\.entry) }

  /// What was changed in it; empty for a whole one.
  ///
  /// - Parameter more: Heads that somebody kept elsewhere.
  package func faults(against more: [LedgerWitness] = []) -> [LedgerFault] {
    var witnesses = more
    var faults: [LedgerFault] = []
    if let head {
      witnesses.append(LedgerWitness("the store's head", head))
    } else {
      faults.append(LedgerFault(.headless, nil, "the store's head of the ledger is gone"))
    }
    switch file {
    case .inMemory: break
    case .absent(let path):
      // It is made with the store, before the first entry.
      if !records.isEmpty {
        faults.append(LedgerFault(.headless, nil, "'\(path)' is gone, which keeps the ledger's head apart from the store"))
      }
    case .unreadable(let path): faults.append(LedgerFault(.headless, nil, "'\(path)' holds no head of a ledger"))
    case .read(let path, let head): witnesses.append(LedgerWitness("'\(path)'", head, mayLag: true))
    }
    return verify(records, against: witnesses) + faults
  }
}

extension Store {
  /// Records a decision of any stage in the promotion ledger, exactly once: a second call with the same key writes nothing.
  ///
  /// Waivers that it applied enter the ledger before it, each when it is first used. The gate records within the transaction of its decision, and
  /// a canary hands `notes` to `advance`, the rollback beside the decision. Shadow calls this after its own: where a crash comes between the two,
  /// calling again with the same key mends it.
  ///
  /// - Parameter key: Derived from what was decided, never from when: `decision:canary:NAME:LOOK`.
  /// - Throws: `.contradiction` where the key has another decision; `.brokenLedger` where the end of the ledger was tampered with.
  @discardableResult
  package func noteDecision(_ decision: LedgerDecision, key: String, at now: WallTime = .now) throws(StoreError) -> NotedEntry {
    try noting { db in try note(decision, key: key, at: now, in: db) }
  }

  /// The whole ledger, believed in nothing: call `faults` before its entries are trusted.
  package func ledger() throws(StoreError) -> StoredLedger {
    // The file is read first: it may lag behind the entries, but must never be ahead of them.
    let file = try readHeadFile()
    return try reading { db in StoredLedger(records: try records(in: db), head: try head(in: db), file: file) }
  }

  /// Decides on the whole ledger and writes what follows from it, in one transaction: what was weighed is what is there.
  ///
  /// - Parameter work: Is given the ledger and returns what to append, each with its key.
  /// - Returns: The entries appended or found, beside what `work` answers.
  package func decideOnLedger<Answer>(
    at now: WallTime = .now, _ work: (StoredLedger) throws -> (answer: Answer, events: [(event: LedgerEvent, key: String)])
  ) throws -> (answer: Answer, noted: [NotedEntry]) {
    let file = try readHeadFile()
    var failure: (any Error)?
    do {
      return try noting { db in
        let decided: (answer: Answer, events: [(event: LedgerEvent, key: String)])
        do {
          decided = try work(StoredLedger(records: try records(in: db), head: try head(in: db), file: file))
        } catch {
          failure = error
          throw error
        }
        return (decided.answer, try decided.events.map { try append($0.event, key: $0.key, at: now, in: db) })
      }
    } catch {
      throw failure ?? error
    }
  }

  /// As `noteDecision`, within a transaction of the caller, who calls `publishHead` after it.
  func note(_ decision: LedgerDecision, key: String, at now: WallTime, in db: Database) throws -> NotedEntry {
    for waiver in decision.waivers {
      _ = try append(.waiver(waiver), key: "waiver:\(Digest(of: waiver.json).hex)", at: now, in: db)
    }
    return try append(.decision(decision), key: key, at: now, in: db)
  }

  func append(_ note: LedgerNote, at now: WallTime, in db: Database) throws {
    switch note {
    case .decision(let decision, let key): _ = try self.note(decision, key: key, at: now, in: db)
    case .rollback(let rollback, let key): _ = try append(.rollback(rollback), key: key, at: now, in: db)
    }
  }

  /// A transaction that may append, and then the head for the file.
  func noting<Value>(_ work: (Database) throws -> Value) throws(StoreError) -> Value {
    let value = try writing(work)
    try publishHead()
    return value
  }

  func append(_ event: LedgerEvent, key: String, at now: WallTime, in db: Database) throws -> NotedEntry {
    if let row = try Row.fetchOne(db, sql: "SELECT body, hash FROM promotion WHERE key = ?", arguments: [key]) {
      guard let entry = record(row).entry, entry.event.isSameStep(as: event) else {
        throw StoreError.contradiction("the ledger has another entry for '\(key)'")
      }
      return NotedEntry(entry: entry, isNew: false)
    }
    let head = try soundHead(in: db)
    let entry = LedgerEntry(number: head.entries + 1, previous: head.hash, at: now.milliseconds, key: key, event: event)
    let hash = Data(entry.hash.bytes)
    try db.execute(
      sql: "INSERT INTO promotion (number, key, hash, body) VALUES (?, ?, ?, ?)",
      arguments: [entry.number, key, hash, String(decoding: entry.json.canonicalBytes, as: UTF8.self)])
    if entry.number == 1 {
      try db.execute(sql: "INSERT INTO promotion_head (id, entries, hash) VALUES (1, 1, ?)", arguments: [hash])
    } else {
      try db.execute(sql: "UPDATE promotion_head SET entries = ?, hash = ?", arguments: [entry.number, hash])
    }
    return NotedEntry(entry: entry, isNew: true)
  }

  /// The head, where the last entry is the one it names: nothing is appended to an end that was tampered with.
  private func soundHead(in db: Database) throws -> LedgerHead {
    let last = try Row.fetchOne(db, sql: "SELECT body, hash, number FROM promotion ORDER BY number DESC LIMIT 1")
    let head = try head(in: db)
    guard let last else {
      guard head == .empty else { throw StoreError.brokenLedger(path: path, detail: "its last entries are missing") }
      return .empty
    }
    let record = record(last)
    guard let head, let entry = record.entry, head.entries == entry.number, entry.number == last[2] as Int, head.hash == entry.hash else {
      throw StoreError.brokenLedger(path: path, detail: "its last entry is not the one its head names")
    }
    return head
  }

  private func records(in db: Database) throws -> [LedgerRecord] {
    try Row.fetchAll(db, sql: "SELECT body, hash, number, key FROM promotion ORDER BY number").map { row in
      let record = record(row)
      // A row filed under another number or key than its entry's was moved by hand.
      guard let entry = record.entry, entry.number == row[2] as Int, sameBytes(entry.key, row[3]) else {
        return LedgerRecord(json: record.json, hash: record.hash, isMisfiled: true)
      }
      return record
    }
  }

  private func record(_ row: Row) -> LedgerRecord {
    LedgerRecord(json: json(row, 0), hash: Digest(bytes: bytes(row, 1)))
  }

  /// `.empty` before the first entry; nil where there are entries and no head.
  func head(in db: Database) throws -> LedgerHead? {
    if let row = try Row.fetchOne(db, sql: "SELECT entries, hash FROM promotion_head") {
      return Digest(bytes: bytes(row, 1)).map { LedgerHead(entries: row[0], hash: $0) }
    }
    return try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM promotion)") ?? false ? nil : .empty
  }
}
