import GRDB
import PortcullisCore
import PortcullisGate

/// A round of a run, counted.
package struct RoundRecord: Sendable, Hashable {
  /// From 0, which is the plan itself.
  package let number: Int
  package let kind: RoundKind
  package let cases: Int
  /// For each arm that is asked, summed over the cases.
  package let trials: Int
}

extension Store {
  /// In the order in which they were planned.
  package func rounds(of run: RunRecord) throws(StoreError) -> [RoundRecord] {
    try reading { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT r.number, r.kind, count(c.ordinal), coalesce(sum(c.trials), 0)
          FROM round r LEFT JOIN round_case c ON c.run = r.run AND c.round = r.number WHERE r.run = ? GROUP BY r.number ORDER BY r.number
          """, arguments: [run.row])
      return try rows.map { row in
        guard let kind = RoundKind(code: row[1]) else { throw StoreError.corrupt(path: path, detail: "a round cannot be read") }
        return RoundRecord(number: row[0], kind: kind, cases: row[2], trials: row[3])
      }
    }
  }

  /// Goes on with a finished run: every case is asked again, in the arms of the plan and as often as there.
  ///
  /// The round is added in the same transaction, so that the run is never open without it.
  package func lookAgain(_ run: RunRecord, version: String, now: WallTime = .now) throws(StoreError) -> RunSession {
    try resume(run, from: [.finished], version: version, now: now) { db in
      let number = 1 + (try Int.fetchOne(db, sql: "SELECT max(number) FROM round WHERE run = ?", arguments: [run.row]) ?? -1)
      try db.execute(
        sql: """
          INSERT INTO round (run, number, kind, arms, planned_trials, created_at)
          SELECT run, ?, ?, arms, planned_trials, ? FROM round WHERE run = ? AND number = 0
          """, arguments: [number, RoundKind.look.code, now.milliseconds, run.row])
      try db.execute(
        sql: """
          INSERT INTO round_case (run, ordinal, round, first_repeat, trials)
          SELECT run, ordinal, ?, sum(trials), sum(CASE round WHEN 0 THEN trials ELSE 0 END) FROM round_case WHERE run = ? GROUP BY ordinal
          """, arguments: [number, run.row])
    }
  }

  /// Puts the rounds after the first into the facts of a page's cases, which come in the order of their ordinals.
  func addFurtherRounds(of run: Int64, to facts: inout [CaseFacts], at ordinals: [Int], in db: Database) throws {
    guard try Int.fetchOne(db, sql: "SELECT max(number) FROM round WHERE run = ?", arguments: [run]) ?? 0 > 0 else { return }
    let rows = try RawStatement(
      """
      SELECT c.ordinal, r.kind, c.first_repeat, c.trials FROM round_case c JOIN round r ON r.run = c.run AND r.number = c.round
      WHERE c.run = ? AND c.ordinal BETWEEN ? AND ? AND c.round > 0 ORDER BY c.ordinal, c.round
      """, in: db)
    defer { rows.reset() }
    for value in [Int(run), ordinals[0], ordinals[ordinals.count - 1]] { rows.bind(value) }
    var place = 0
    while try rows.step() {
      while ordinals[place] < rows.int(0) { place += 1 }
      guard let purpose = RoundKind(code: rows.int(1))?.purpose, facts[place].nextRepeat == rows.int(2) else {
        throw StoreError.corrupt(path: path, detail: "the rounds of a case cannot be read")
      }
      facts[place] = facts[place].adding(purpose, trials: rows.int(3))
    }
  }
}
