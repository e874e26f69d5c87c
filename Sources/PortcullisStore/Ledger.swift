import Foundation
import GRDB
package import PortcullisCore

/// A decision as an attempt at its question, as it goes into the ledger.
package struct NewAttempt: Sendable {
  /// Of the candidate, the evalsets and the policy.
  package var key: Digest
  /// Attempts of other runs that the decision was made with.
  package var earlier: Int
  /// Whether nothing was missing: a decision that did not pass then counts.
  package var isComplete: Bool

  package init(key: Digest, earlier: Int, isComplete: Bool) {
    self.key = key
    self.earlier = earlier
    self.isComplete = isComplete
  }
}

extension Store {
  /// How many other runs failed or stayed undecided under this key although nothing was missing, before this run was first decided whole.
  package func earlierAttempts(_ key: Digest, than run: RunRecord) throws(StoreError) -> Int {
    try reading { db in try earlierAttempts(key, than: run, in: db) }
  }

  /// Whether a finished run may be looked at again: its last decision rests on all its trials, lacked nothing and was inconclusive, and one of
  /// the planned looks is left.
  package func mayLookAgain(_ run: RunRecord, looks: Int) throws(StoreError) -> Bool {
    guard run.state == .finished, try rounds(of: run).count(where: { $0.kind == .look }) + 1 < looks else { return false }
    return try reading { db in
      let last = try Row.fetchOne(
        db,
        sql: """
          SELECT l.verdict, l.complete, d.trials, (SELECT count(*) FROM trial WHERE run = d.run)
          FROM ledger l JOIN decision d ON d.id = l.decision WHERE l.run = ? ORDER BY l.decision DESC LIMIT 1
          """, arguments: [run.row])
      guard let last else { return false }
      return (last[0] as Int) == Verdict.inconclusive.code && (last[1] as Int) == 1 && (last[2] as Int) == (last[3] as Int)
    }
  }

  func refuse(_ attempt: NewAttempt, of run: RunRecord, in db: Database) throws {
    guard try earlierAttempts(attempt.key, than: run, in: db) == attempt.earlier else { throw StoreError.triedMeanwhile(run: run.id) }
  }

  func note(_ attempt: NewAttempt, _ verdict: Verdict, of run: RunRecord, decision: Int64, in db: Database) throws {
    try db.execute(
      sql: "INSERT INTO ledger (decision, run, key, verdict, complete) VALUES (?, ?, ?, ?, ?)",
      arguments: [decision, run.row, Data(attempt.key.bytes), verdict.code, attempt.isComplete ? 1 : 0])
  }

  private func earlierAttempts(_ key: Digest, than run: RunRecord, in db: Database) throws -> Int {
    let bytes = Data(key.bytes)
    return try Int.fetchOne(
      db,
      sql: """
        SELECT count(DISTINCT run) FROM ledger WHERE key = ? AND run <> ? AND complete = 1 AND verdict IN (?, ?)
          AND decision < coalesce((SELECT min(decision) FROM ledger WHERE key = ? AND run = ? AND complete = 1), 9223372036854775807)
        """,
      arguments: [bytes, run.row, Verdict.inconclusive.code, Verdict.fail.code, bytes, run.row]) ?? 0
  }
}
