import Foundation
import GRDB
package import PortcullisCore
import PortcullisGate

/// A case of a run, in the order of the plan.
package struct PlannedCase: Sendable {
  /// From 0.
  package let ordinal: Int
  package let digest: Digest
  package let testCase: Case
  /// Trials for each arm, over all rounds so far.
  package let plannedTrials: Int
}

/// More trials of cases that a run already has.
package struct NewRound: Sendable {
  package var kind: RoundKind
  package var arms: [Arm]
  /// Ordinals, each once, with the trials to add for each arm.
  package var cases: [(ordinal: Int, trials: Int)]
  package var manifest: JSON?

  package init(kind: RoundKind, arms: [Arm], cases: [(ordinal: Int, trials: Int)], manifest: JSON? = nil) {
    self.kind = kind
    self.arms = arms
    self.cases = cases
    self.manifest = manifest
  }
}

extension RunSession {
  /// Adds the next cases to the plan of a new run, in their order; some hundred at a time.
  ///
  /// - Parameter trials: For each arm, 1…1000.
  package func append(_ cases: [(testCase: Case, digest: Digest, trials: Int)]) throws(StoreError) {
    try store.writing { db in
      var ordinal = 1 + (try Int.fetchOne(db, sql: "SELECT max(ordinal) FROM run_case WHERE run = ?", arguments: [run.row]) ?? -1)
      var writer = try CaseWriter(store: store, run: run.row, db: db)
      for (testCase, digest, trials) in cases {
        try writer.add(testCase, digest, ordinal: ordinal, trials: trials)
        ordinal += 1
      }
    }
  }

  /// The plan is complete: from here on trials may be recorded, and the run can be resumed.
  package func seal() throws(StoreError) {
    try store.writing { db in
      let cases = try Int.fetchOne(db, sql: "SELECT count(*) FROM run_case WHERE run = ?", arguments: [run.row]) ?? 0
      guard cases == run.plannedCases else {
        throw StoreError.contradiction("run \(run.id) plans \(run.plannedCases) cases, \(cases) were listed")
      }
      let (planned, _) = try store.plannedAndEnded(run.row, in: db)
      try db.execute(sql: "UPDATE round SET planned_trials = ? WHERE run = ? AND number = 0", arguments: [planned, run.row])
      try db.execute(sql: "UPDATE run SET state = 1 WHERE id = ?", arguments: [run.row])
    }
  }

  /// Extends the plan; the new trials' repeats go on where the case's earlier ones ended.
  ///
  /// - Returns: The number of the round.
  package func add(_ round: NewRound, at now: WallTime = .now) throws(StoreError) -> Int {
    try store.writing { db in
      let number = 1 + (try Int.fetchOne(db, sql: "SELECT max(number) FROM round WHERE run = ?", arguments: [run.row]) ?? -1)
      let manifest = try round.manifest.map { json in
        let text = json.compactText
        return try store.documentID(text, Digest(of: text), in: db)
      }
      let trials = round.cases.reduce(0) { $0 + $1.trials } * round.arms.count
      try db.execute(
        sql: "INSERT INTO round (run, number, kind, arms, planned_trials, manifest, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        arguments: [run.row, number, round.kind.code, mask(of: round.arms), trials, manifest, now.milliseconds])
      let statement = try db.cachedStatement(
        sql: """
          INSERT INTO round_case (run, ordinal, round, first_repeat, trials)
          SELECT run, ordinal, ?, sum(trials), ? FROM round_case WHERE run = ? AND ordinal = ? GROUP BY run, ordinal
          """)
      for (ordinal, trials) in round.cases {
        try statement.execute(arguments: [number, trials, run.row, ordinal])
        guard db.changesCount == 1 else { throw StoreError.contradiction("run \(run.id) has no case \(ordinal)") }
      }
      return number
    }
  }
}

extension Store {
  /// The cases of a run in the order of the plan.
  package func cases(of run: RunRecord, page: Int = 256) -> Pages<PlannedCase> {
    Pages { after throws(StoreError) in
      try reading { db in
        let rows = try RawStatement(
          """
          SELECT r.ordinal, (SELECT sum(trials) FROM round_case p WHERE p.run = r.run AND p.ordinal = r.ordinal), \(CaseReader.columns)
          FROM run_case r JOIN case_content c ON c.id = r.content WHERE r.run = ? AND r.ordinal > ? ORDER BY r.ordinal LIMIT ?
          """, in: db)
        defer { rows.reset() }
        for value in [Int(run.row), after, page] { rows.bind(value) }
        var reader = CaseReader(store: self, db: db)
        var cases: [PlannedCase] = []
        while try rows.step() {
          let (testCase, digest) = try reader.testCase(rows, from: 2)
          cases.append(PlannedCase(ordinal: rows.int(0), digest: digest, testCase: testCase, plannedTrials: rows.int(1)))
        }
        return (cases, cases.last?.ordinal ?? after)
      }
    }
  }

  /// Trials of all rounds and arms, and those that ended.
  func plannedAndEnded(_ run: Int64, in db: Database) throws -> (planned: Int, ended: Int) {
    let planned = try Int.fetchOne(
      db,
      sql: """
        SELECT coalesce(sum(c.trials * (\(armsOfRound))), 0)
        FROM round_case c JOIN round r ON r.run = c.run AND r.number = c.round WHERE c.run = ?
        """, arguments: [run])
    let ended = try Int.fetchOne(db, sql: "SELECT count(*) FROM trial WHERE run = ?", arguments: [run])
    return (planned ?? 0, ended ?? 0)
  }
}

/// SQL: how many arms the round `r` asks.
let armsOfRound = "(r.arms & 1) + (r.arms >> 1 & 1) + (r.arms >> 2 & 1)"
