import Foundation
import GRDB
package import PortcullisCore
package import PortcullisGate

/// A trial that ended, with everything that is stored of it.
package struct TrialDetail: Sendable {
  package let caseID: CaseID
  package let key: TrialKey
  package let round: Int
  package let facts: TrialFacts
  package let scores: [CheckScore]
  package let reason: String?
  /// In the order in which they were made, judges' too.
  package let attempts: [AttemptRecord]

  /// The last answer to the case's own question.
  package var completion: Completion? { attempts.last { $0.key.purpose == .answer && $0.completion != nil }?.completion }
}

/// A case of a run with its trials, for reports.
package struct CaseDetail: Sendable {
  package let ordinal: Int
  package let digest: Digest
  package let testCase: Case
  package let trials: [TrialDetail]
}

extension Store {
  /// All trials that ended, by ordinal, arm and repeat.
  package func trials(of run: RunRecord, page: Int = 64) -> Pages<TrialDetail> {
    Pages { after throws(StoreError) in
      try reading { db in
        let ordinals = try Int.fetchAll(
          try db.cachedStatement(sql: "SELECT DISTINCT ordinal FROM trial WHERE run = ? AND ordinal > ? ORDER BY ordinal LIMIT ?"),
          arguments: [run.row, after, page])
        guard let first = ordinals.first, let last = ordinals.last else { return ([], after) }
        return (try trials(run.row, first...last, in: db), last)
      }
    }
  }

  /// The trials of the cases at these places of the plan.
  package func trials(of run: RunRecord, ordinals: ClosedRange<Int>) throws(StoreError) -> [TrialDetail] {
    try reading { db in try trials(run.row, ordinals, in: db) }
  }

  /// The cases of this id, one for each evalset of the run that has it; empty where the run has none.
  package func cases(of run: RunRecord, id: CaseID) throws(StoreError) -> [CaseDetail] {
    try reading { db in
      let rows = try RawStatement(
        """
        SELECT r.ordinal, \(CaseReader.columns) FROM case_content c JOIN run_case r ON r.run = ? AND r.content = c.id
        WHERE c.case_id = ? ORDER BY r.ordinal
        """, in: db)
      defer { rows.reset() }
      rows.bind(Int(run.row))
      rows.bind(text: Array(id.text.utf8))
      var reader = CaseReader(store: self, db: db)
      var found: [CaseDetail] = []
      while try rows.step() {
        let (testCase, digest) = try reader.testCase(rows, from: 1)
        let ordinal = rows.int(0)
        found.append(
          CaseDetail(ordinal: ordinal, digest: digest, testCase: testCase, trials: try trials(run.row, ordinal...ordinal, in: db)))
      }
      return found
    }
  }

  /// The attempts of one trial of another run, found by what the case is: `--reuse` takes an answer whose completion key is equal.
  package func attempts(of run: RunRecord, caseDigest: Digest, arm: Arm, repeatIndex: Int) throws(StoreError) -> [AttemptRecord] {
    try reading { db in
      let place = try Int.fetchOne(
        try db.cachedStatement(
          sql: "SELECT r.ordinal FROM case_content c JOIN run_case r ON r.run = ? AND r.content = c.id WHERE c.digest = ?"),
        arguments: [run.row, Data(caseDigest.bytes)])
      guard let place else { return [] }
      return try attempts(
        where: "a.run = ? AND a.ordinal = ? AND a.arm = ? AND a.repeat = ?", [run.row, place, arm.code, repeatIndex], in: db)
    }
  }

  private func trials(_ run: Int64, _ ordinals: ClosedRange<Int>, in db: Database) throws -> [TrialDetail] {
    let recorded = Dictionary(
      grouping: try attempts(where: "a.run = ? AND a.ordinal BETWEEN ? AND ?", [run, ordinals.lowerBound, ordinals.upperBound], in: db),
      by: \.key.trial)
    let rows = try RawStatement(
      """
      SELECT t.ordinal, c.case_id, t.round, score.body, \(trialColumns)
      FROM trial t JOIN run_case r ON r.run = t.run AND r.ordinal = t.ordinal JOIN case_content c ON c.id = r.content
      LEFT JOIN score ON score.id = t.score
      WHERE t.run = ? AND t.ordinal BETWEEN ? AND ? ORDER BY t.ordinal, t.arm, t.repeat
      """, in: db)
    defer { rows.reset() }
    for value in [Int(run), ordinals.lowerBound, ordinals.upperBound] { rows.bind(value) }
    var found: [TrialDetail] = []
    while try rows.step() {
      let facts = try trialFacts(rows, from: 4)
      guard let id = rows.text(1).flatMap(CaseID.init), let body = ScoreBody(stored: rows.text(3)) else {
        throw StoreError.corrupt(path: path, detail: "the scores of a trial cannot be read")
      }
      let key = TrialKey(ordinal: rows.int(0), arm: facts.arm, repeatIndex: facts.repeatIndex)
      found.append(
        TrialDetail(
          caseID: id, key: key, round: rows.int(2), facts: facts, scores: body.scores, reason: body.reason, attempts: recorded[key] ?? []))
    }
    return found
  }
}
