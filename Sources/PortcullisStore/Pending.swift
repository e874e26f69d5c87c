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
        guard let first = ordinals.first else { return ([], after) }
        // A page is read as one range of the plan; far-off cases wait for the next, so that little is read in vain.
        let near = ordinals.prefix { $0 - first < 4 * page }
        let last = near[near.endIndex - 1]
        return (try pendingCases(run.row, Set(near), within: first...last, in: db), last)
      }
    }
  }

  /// How many trials are planned over all rounds and arms, and how many of them have an end.
  package func progress(of run: RunRecord) throws(StoreError) -> (planned: Int, ended: Int) {
    try reading { db in try plannedAndEnded(run.row, in: db) }
  }

  private func pendingCases(
    _ run: Int64, _ ordinals: Set<Int>, within range: ClosedRange<Int>, in db: Database
  ) throws -> [PendingCase] {
    var open = try openTrials(run, ordinals, within: range, in: db)
    let recorded = Dictionary(
      grouping: try attempts(where: "a.run = ? AND a.ordinal BETWEEN ? AND ?", [run, range.lowerBound, range.upperBound], in: db),
      by: \.key.trial)
    let rows = try RawStatement(
      """
      SELECT r.ordinal, \(CaseReader.columns) FROM run_case r JOIN case_content c ON c.id = r.content
      WHERE r.run = ? AND r.ordinal BETWEEN ? AND ? ORDER BY r.ordinal
      """, in: db)
    defer { rows.reset() }
    for value in [Int(run), range.lowerBound, range.upperBound] { rows.bind(value) }
    var reader = CaseReader(store: self, db: db)
    var cases: [PendingCase] = []
    while try rows.step() {
      guard let trials = open.removeValue(forKey: rows.int(0)) else { continue }
      let (testCase, digest) = try reader.testCase(rows, from: 1)
      cases.append(
        PendingCase(
          ordinal: rows.int(0), digest: digest, testCase: testCase,
          trials: trials.map { PendingTrial(key: $0.key, round: $0.round, attempts: recorded[$0.key] ?? []) }))
    }
    guard open.isEmpty else { throw StoreError.corrupt(path: path, detail: "cases of a run are gone") }
    return cases
  }

  /// The planned trials of these cases that have no end, by case, in the order of rounds, repeats and arms.
  private func openTrials(
    _ run: Int64, _ ordinals: Set<Int>, within range: ClosedRange<Int>, in db: Database
  ) throws -> [Int: [(key: TrialKey, round: Int)]] {
    var ended: Set<TrialKey> = []
    let done = try RawStatement("SELECT ordinal, arm, repeat FROM trial WHERE run = ? AND ordinal BETWEEN ? AND ?", in: db)
    defer { done.reset() }
    for value in [Int(run), range.lowerBound, range.upperBound] { done.bind(value) }
    while try done.step() {
      if ordinals.contains(done.int(0)), let arm = Arm(code: done.int(1)) {
        ended.insert(TrialKey(ordinal: done.int(0), arm: arm, repeatIndex: done.int(2)))
      }
    }
    let planned = try RawStatement(
      """
      SELECT c.ordinal, c.round, r.arms, c.first_repeat, c.trials FROM round_case c JOIN round r ON r.run = c.run AND r.number = c.round
      WHERE c.run = ? AND c.ordinal BETWEEN ? AND ? ORDER BY c.ordinal, c.round
      """, in: db)
    defer { planned.reset() }
    for value in [Int(run), range.lowerBound, range.upperBound] { planned.bind(value) }
    var open: [Int: [(key: TrialKey, round: Int)]] = [:]
    while try planned.step() {
      let ordinal = planned.int(0)
      guard ordinals.contains(ordinal) else { continue }
      let asked = arms(inMask: planned.int(2))
      for index in planned.int(3)..<planned.int(3) + planned.int(4) {
        for arm in asked {
          let key = TrialKey(ordinal: ordinal, arm: arm, repeatIndex: index)
          if !ended.contains(key) { open[ordinal, default: []].append((key, planned.int(1))) }
        }
      }
    }
    return open
  }
}
