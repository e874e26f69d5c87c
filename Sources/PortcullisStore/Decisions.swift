import GRDB
package import PortcullisCore
package import PortcullisGate

/// A decision to be recorded.
package struct NewDecision: Sendable {
  package var stage: String
  package var verdict: Verdict
  package var exitCode: ExitCode
  /// As `decision.json` holds it.
  package var body: JSON
  /// nil for what is no attempt: a decision on a selection of the cases.
  package var attempt: NewAttempt?
  /// As the promotion ledger keeps it; nil for what is no step of a candidate.
  package var entry: LedgerDecision?

  package init(
    stage: String, verdict: Verdict, exitCode: ExitCode, body: JSON, attempt: NewAttempt? = nil, entry: LedgerDecision? = nil
  ) {
    self.attempt = attempt
    self.entry = entry
    self.stage = stage
    self.verdict = verdict
    self.exitCode = exitCode
    self.body = body
  }
}

package struct RecordedDecision: Sendable, Hashable {
  /// From 1 in its run: deciding again keeps the earlier ones.
  package let number: Int
  package let decidedAt: WallTime
  package let stage: String
  package let verdict: Verdict
  package let exitCode: ExitCode
  package let body: JSON
}

extension Store {
  /// Records a decision before anybody sees it.
  ///
  /// Counts again, in the same transaction, what is stored: a decision made on anything else is refused, as is one on a run that is
  /// still planned or that was interrupted.
  ///
  /// - Parameter seen: What the tally was given.
  /// - Returns: Its number.
  package func record(
    _ decision: NewDecision, of run: RunRecord, seen: TrialCounts, at now: WallTime = .now
  ) throws(StoreError) -> Int {
    try noting { db in
      let current = try record(of: run.row, in: db)
      guard current.state != .planning, current.stop != .interrupted else {
        throw StoreError.wrongState(run: run.id, state: current.state, wanted: "ready for a decision")
      }
      let stored = try TrialCounts.stored(run.row, in: db)
      guard stored == seen else { throw StoreError.countsDiffer(run: run.id, seen: seen.description, stored: stored.description) }
      if let attempt = decision.attempt { try refuse(attempt, of: run, in: db) }
      let number = 1 + (try Int.fetchOne(db, sql: "SELECT max(number) FROM decision WHERE run = ?", arguments: [run.row]) ?? 0)
      try db.execute(
        sql: """
          INSERT INTO decision (run, number, decided_at, stage, verdict, exit_code, trials, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run.row, number, now.milliseconds, decision.stage, decision.verdict.code, Int(decision.exitCode.rawValue), stored.endedTrials,
          decision.body.compactText,
        ])
      if let attempt = decision.attempt { try note(attempt, decision.verdict, of: run, decision: db.lastInsertedRowID, in: db) }
      if let entry = decision.entry {
        _ = try note(entry, key: "decision:\(entry.stage):\(run.id):\(number)", at: now, in: db)
      }
      return number
    }
  }

  /// nil where the run was never decided.
  package func latestDecision(of run: RunRecord) throws(StoreError) -> RecordedDecision? {
    try decisions(of: run, order: "DESC LIMIT 1").first
  }

  /// In the order in which they were made.
  package func decisions(of run: RunRecord) throws(StoreError) -> [RecordedDecision] {
    try decisions(of: run, order: "ASC")
  }

  private func decisions(of run: RunRecord, order: String) throws(StoreError) -> [RecordedDecision] {
    try reading { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT number, decided_at, stage, verdict, exit_code, body FROM decision WHERE run = ? ORDER BY number \(order)",
        arguments: [run.row])
      return try rows.map { row in
        guard let verdict = Verdict(code: row[3]), let exitCode = ExitCode(rawValue: row[4]), let body = json(row, 5) else {
          throw StoreError.corrupt(path: path, detail: "a stored decision cannot be read")
        }
        return RecordedDecision(
          number: row[0], decidedAt: WallTime(milliseconds: row[1]), stage: row[2], verdict: verdict, exitCode: exitCode, body: body)
      }
    }
  }
}
