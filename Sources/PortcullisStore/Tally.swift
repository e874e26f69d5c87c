import GRDB
import PortcullisCore
package import PortcullisGate

/// A case and its trials that ended, by arm and repeat: what the tally takes.
package struct CaseTrials: Sendable, Hashable {
  /// The case's place in the plan.
  package let ordinal: Int
  package let facts: CaseFacts
  package let trials: [TrialFacts]
}

/// How many trials there are of each kind; what a decision was made on must equal what is stored.
package struct TrialCounts: Sendable, Hashable, CustomStringConvertible {
  package private(set) var cases = 0
  /// Planned for an arm that is asked in every round, summed over the cases.
  package private(set) var planned = 0
  /// Ended trials by arm (candidate, production, noise) and outcome (passed, failed, unscored, call failed).
  private var ended = [Int](repeating: 0, count: 12)

  package init() {}

  package var endedTrials: Int { ended.reduce(0, +) }

  package mutating func add(_ element: CaseTrials) {
    cases += 1
    planned += element.facts.allTrials(of: .candidate)
    for trial in element.trials { add(arm: trial.arm.code, outcome: trial.state.outcomeCode, count: 1) }
  }

  mutating func add(arm: Int, outcome: Int, count: Int) { ended[arm * 4 + outcome] += count }

  package var description: String {
    let arms = Arm.allCases.map { arm in
      arm.rawValue + " " + (0..<4).map { String(ended[arm.code * 4 + $0]) }.joined(separator: "/")
    }
    return "\(cases) cases with \(planned) trials an arm, " + arms.joined(separator: ", ")
  }

  static func stored(_ run: Int64, in db: Database) throws -> TrialCounts {
    var counts = TrialCounts()
    counts.cases = try Int.fetchOne(db, sql: "SELECT count(*) FROM run_case WHERE run = ?", arguments: [run]) ?? 0
    counts.planned = try Int.fetchOne(db, sql: "SELECT coalesce(sum(trials), 0) FROM round_case WHERE run = ?", arguments: [run]) ?? 0
    let rows = try Row.fetchCursor(
      db, sql: "SELECT arm, outcome, count(*) FROM trial WHERE run = ? GROUP BY arm, outcome", arguments: [run])
    while let row = try rows.next() { counts.add(arm: row[0], outcome: row[1], count: row[2]) }
    return counts
  }
}

/// Goes through a run's cases in the order of the plan and counts what it hands out.
package struct TallyCursor: Sendable {
  private var pages: Pages<CaseTrials>
  /// Of everything handed out so far; at the end it goes to `record(_:of:seen:)`.
  package private(set) var counts = TrialCounts()

  init(_ pages: Pages<CaseTrials>) { self.pages = pages }

  package mutating func next() throws(StoreError) -> CaseTrials? {
    guard let element = try pages.next() else { return nil }
    counts.add(element)
    return element
  }
}

extension Store {
  /// - Parameter metrics: Those whose scores are wanted; with none the tally reads plain columns only.
  package func tally(_ run: RunRecord, metrics: [String] = []) -> TallyCursor { TallyCursor(caseTrials(of: run, metrics: metrics)) }

  /// Parses no completion, and scores only for `metrics`.
  func caseTrials(of run: RunRecord, metrics: [String] = [], page: Int = 1000) -> Pages<CaseTrials> {
    Pages { after throws(StoreError) in
      try reading { db in
        var reader = CaseReader(store: self, db: db)
        var ordinals: [Int] = []
        var facts: [CaseFacts] = []
        let cases = try RawStatement(
          """
          SELECT r.ordinal, c.case_id, c.cluster, c.facts,
            (SELECT trials FROM round_case p WHERE p.run = r.run AND p.ordinal = r.ordinal AND p.round = 0), k.first\(metrics.isEmpty ? "" : ", c.body")
          FROM run_case r JOIN case_content c ON c.id = r.content LEFT JOIN run_cluster k ON k.run = r.run AND k.ordinal = r.ordinal
          WHERE r.run = ? AND r.ordinal > ? ORDER BY r.ordinal LIMIT ?
          """, in: db)
        defer { cases.reset() }
        for value in [Int(run.row), after, page] { cases.bind(value) }
        while try cases.step() {
          ordinals.append(cases.int(0))
          var one = try reader.facts(
            cases.int(3), id: cases.text(1), cluster: cases.text(2), plannedTrials: cases.int(4),
            metrics: metrics.isEmpty ? [] : try reader.metrics(cases.int(3), body: cases.bytes(6)))
          one.foundCluster = cases.optionalInt(5)
          facts.append(one)
        }
        guard let first = ordinals.first, let last = ordinals.last else { return ([], after) }
        try addFurtherRounds(of: run.row, to: &facts, at: ordinals, in: db)
        var trials = [[TrialFacts]](repeating: [], count: ordinals.count)
        var place = 0
        var scores = try MetricReader(metrics, store: self, db: db)
        let rows = try RawStatement(
          "SELECT ordinal, \(trialColumns), score FROM trial WHERE run = ? AND ordinal BETWEEN ? AND ? ORDER BY ordinal, arm, repeat",
          in: db)
        defer { rows.reset() }
        for value in [Int(run.row), first, last] { rows.bind(value) }
        while try rows.step() {
          let ordinal = rows.int(0)
          while ordinals[place] < ordinal { place += 1 }
          trials[place].append(try trialFacts(rows, from: 1, metrics: try scores.read(rows.optionalInt(15))))
        }
        return (ordinals.indices.map { CaseTrials(ordinal: ordinals[$0], facts: facts[$0], trials: trials[$0]) }, last)
      }
    }
  }

  /// - Parameter first: The column of the statement where `trialColumns` begin.
  func trialFacts(_ row: RawStatement, from first: Int32, metrics: [MetricScore] = []) throws -> TrialFacts {
    guard let arm = Arm(code: row.int(first)),
      let state = TrialFacts.State(outcome: row.int(first + 2), failure: row.optionalInt(first + 3))
    else { throw StoreError.corrupt(path: path, detail: "a stored trial cannot be read") }
    func duration(_ column: Int32) -> Duration? { row.optionalInt(column).map { .microseconds($0) } }
    return TrialFacts(
      arm: arm, repeatIndex: row.int(first + 1), state: state, isJudged: row.bool(first + 4), latency: duration(first + 7),
      ttft: duration(first + 8), costMicro: row.optionalInt(first + 9),
      tokens: TokenUsage(
        input: row.optionalInt(first + 10), output: row.optionalInt(first + 11), cachedInput: row.optionalInt(first + 12),
        reasoning: row.optionalInt(first + 13)), metrics: metrics, isReused: row.bool(first + 5), isRecorded: row.bool(first + 6))
  }
}

/// In the order in which `trialFacts` reads them.
let trialColumns = """
  arm, repeat, outcome, failure, judged, reused, recorded, latency_us, ttft_us, cost_micro, input_tokens, output_tokens, cached_tokens,
  reasoning_tokens
  """
