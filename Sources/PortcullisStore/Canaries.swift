import Foundation
import GRDB
import PortcullisCore

extension Store {
  /// Begins a canary at revision 0.
  ///
  /// - Throws: `canaryExists` where the name is taken.
  package func startCanary(_ new: NewCanary) throws(StoreError) -> CanaryRecord {
    if let problem = problem(inCanaryName: new.name) { throw .contradiction("a canary cannot be named '\(visible(new.name))': \(problem)") }
    return try writing { db in
      guard try Int.fetchOne(db, sql: "SELECT 1 FROM canary WHERE name = ?", arguments: [new.name]) == nil else {
        throw StoreError.canaryExists(new.name)
      }
      var random = SystemRandomNumberGenerator()
      let token = RunID(random: (0..<6).map { _ in UInt8.random(in: 0...255, using: &random) }).text
      try db.execute(
        sql: """
          INSERT INTO canary (name, token, candidate, candidate_digest, production, production_digest, policy, facts, started_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          new.name, token, new.candidate.name, Data(new.candidate.digest.bytes), new.production.name, Data(new.production.digest.bytes),
          try keep(new.policy, in: db), try keep(new.facts, in: db), new.startedAt.milliseconds,
        ])
      let row = db.lastInsertedRowID
      try db.execute(
        sql: "INSERT INTO canary_state (canary, revision, verdict, is_final, updated_at, body) VALUES (?, 0, 'continue', 0, ?, ?)",
        arguments: [row, new.startedAt.milliseconds, new.state.compactText])
      return try canary(row, in: db)
    }
  }

  /// A canary by its name, a unique beginning of it, or `latest`.
  package func canary(named name: String) throws(StoreError) -> CanaryRecord {
    if name == "latest" {
      guard let latest = try canaries(limit: 1).first else { throw .noSuchCanary(name, hint: noCanary) }
      return latest
    }
    if let exact = try canaries("WHERE name = ?", [name]).first { return exact }
    let found = name.isEmpty ? [] : try canaries("WHERE substr(name, 1, length(?)) = ? ORDER BY canary.id DESC LIMIT 10", [name, name])
    guard let first = found.first else {
      let recent = try canaries(limit: 3).map { visible($0.name) }
      throw .noSuchCanary(name, hint: recent.isEmpty ? noCanary : "the latest are " + recent.joined(separator: ", "))
    }
    guard found.count == 1 else { throw .ambiguousCanary(name, found.map(\.name)) }
    return first
  }

  /// Newest first.
  package func canaries(limit: Int) throws(StoreError) -> [CanaryRecord] {
    try canaries("ORDER BY canary.id DESC LIMIT ?", [limit])
  }

  private func canaries(_ condition: String, _ arguments: StatementArguments) throws(StoreError) -> [CanaryRecord] {
    try reading { db in
      try Row.fetchAll(db, sql: CanaryRecord.columns + " " + condition, arguments: arguments).map { try CanaryRecord($0, path: path) }
    }
  }

  func canary(_ row: Int64, in db: Database) throws -> CanaryRecord {
    guard let found = try Row.fetchOne(db, sql: CanaryRecord.columns + " WHERE canary.id = ?", arguments: [row]) else {
      throw StoreError.corrupt(path: path, detail: "a canary is gone")
    }
    return try CanaryRecord(found, path: path)
  }

  private func keep(_ json: JSON, in db: Database) throws -> Int64 {
    let text = json.compactText
    return try documentID(text, Digest(of: text), in: db)
  }
}

private let noCanary = "the store holds no canary yet; 'portcullis canary start' begins one"
