import Foundation
import GRDB
package import PortcullisCore

/// A case with trials that have no end yet: all cases of a new run, what is missing of a resumed one.
package struct PendingCase: Sendable {
  package let ordinal: Int
  package let digest: Digest
  package let testCase: Case
  /// By repeat, and within a repeat by arm.
  package let trials: [PendingTrial]
}

package struct PendingTrial: Sendable {
  package let key: TrialKey
  package let round: Int
  /// What is recorded of it already: answers that only wait to be scored, failures, and attempts whose end nobody knows.
  package let attempts: [AttemptRecord]
}

extension Store {
  /// What is still to do, in the order of the plan. Each page sees what was recorded until then; a case is handed out once.
  package func pending(of run: RunRecord, page: Int = 128) -> Pages<PendingCase> {
    Pages { after throws(StoreError) in
      try reading { db in
        let ordinals = try Int.fetchAll(
          try db.cachedStatement(
            sql: """
              SELECT c.ordinal FROM round_case c JOIN round r ON r.run = c.run AND r.number = c.round
              WHERE c.run = ? AND c.ordinal > ? GROUP BY c.ordinal
              HAVING sum(c.trials * (\(armsOfRound))) > (SELECT count(*) FROM trial t WHERE t.run = c.run AND t.ordinal = c.ordinal)
              ORDER BY c.ordinal LIMIT ?
              """), arguments: [run.row, after, page])
        var reader = CaseReader(store: self, db: db)
        return (try ordinals.map { try pendingCase(run.row, $0, &reader, in: db) }, ordinals.last ?? after)
      }
    }
  }

  /// How many trials are planned over all rounds and arms, and how many of them have an end.
  package func progress(of run: RunRecord) throws(StoreError) -> (planned: Int, ended: Int) {
    try reading { db in try plannedAndEnded(run.row, in: db) }
  }

  private func pendingCase(_ run: Int64, _ ordinal: Int, _ reader: inout CaseReader, in db: Database) throws -> PendingCase {
    let content = try db.cachedStatement(
      sql: "SELECT \(CaseReader.columns) FROM run_case r JOIN case_content c ON c.id = r.content WHERE r.run = ? AND r.ordinal = ?")
    guard let row = try Row.fetchOne(content, arguments: [run, ordinal]) else {
      throw StoreError.corrupt(path: path, detail: "case \(ordinal) of a run is gone")
    }
    let (testCase, digest) = try reader.testCase(row, from: 0)
    var trials = try plannedTrials(run, ordinal, in: db)
    let ended = try db.cachedStatement(sql: "SELECT arm, repeat FROM trial WHERE run = ? AND ordinal = ?")
    for row in try Row.fetchAll(ended, arguments: [run, ordinal]) {
      let (arm, index): (Int, Int) = (row[0], row[1])
      trials.removeAll { $0.key.arm.code == arm && $0.key.repeatIndex == index }
    }
    let recorded = try attempts(where: "a.run = ? AND a.ordinal = ?", [run, ordinal], in: db)
    return PendingCase(
      ordinal: ordinal, digest: digest, testCase: testCase,
      trials: trials.map { trial in
        PendingTrial(key: trial.key, round: trial.round, attempts: recorded.filter { $0.key.trial == trial.key })
      })
  }

  private func plannedTrials(_ run: Int64, _ ordinal: Int, in db: Database) throws -> [(key: TrialKey, round: Int)] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT c.round, r.arms, c.first_repeat, c.trials FROM round_case c JOIN round r ON r.run = c.run AND r.number = c.round
        WHERE c.run = ? AND c.ordinal = ? ORDER BY c.round
        """)
    return try Row.fetchAll(statement, arguments: [run, ordinal]).flatMap { row in
      let (round, mask, first, count): (Int, Int, Int, Int) = (row[0], row[1], row[2], row[3])
      return (first..<first + count).flatMap { index in
        arms(inMask: mask).map { (TrialKey(ordinal: ordinal, arm: $0, repeatIndex: index), round) }
      }
    }
  }
}
