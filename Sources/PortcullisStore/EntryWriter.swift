import Foundation
import GRDB
import PortcullisCore
import PortcullisGate

/// An entry with its JSON already written, so that the writer's thread only moves bytes.
struct EncodedEntry: Sendable {
  let entry: RecordEntry
  /// The completion, the failure, or the scores.
  let body: String?

  init(_ entry: RecordEntry) throws(StoreError) {
    self.entry = entry
    switch entry {
    case .attemptStarted, .attemptReused: body = nil
    case .attemptEnded(_, _, .success(let completion), _): body = completion.json.compactText
    case .attemptEnded(_, _, .failure(let failure), _): body = failure.body.compactText
    case .trialEnded(let end):
      body = end.scores.isEmpty && end.reason == nil ? nil : try ScoreBody(scores: end.scores, reason: end.reason).json().compactText
    }
  }
}

/// Writes entries of one session within one transaction.
struct EntryWriter {
  private let run: Int64
  private let session: Int
  private let db: Database
  private let start: Statement
  private let end: Statement
  private let reuse: Statement
  private let score: Statement
  private let trial: Statement

  init(run: Int64, session: Int, db: Database) throws {
    self.run = run
    self.session = session
    self.db = db
    let key = "run, ordinal, arm, repeat, turn, purpose, check_index, ask, number"
    let isKey = key.split(separator: ", ").map { "\($0) = ?" }.joined(separator: " AND ")
    start = try db.cachedStatement(
      sql: """
        INSERT INTO attempt (\(key), started_at, completion_key, reserved_micro, reserved_tokens) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    end = try db.cachedStatement(
      sql: """
        INSERT INTO attempt_end (attempt, ended_at, cost_micro, tokens, failure, body) SELECT id, ?, ?, ?, ?, ? FROM attempt WHERE \(isKey)
        """)
    // A reused answer that was itself reused names the first source, so that one step finds the body.
    reuse = try db.cachedStatement(
      sql: """
        INSERT INTO attempt_end (attempt, ended_at, cost_micro, tokens, source)
        SELECT ?, ?, 0, 0, coalesce(source, attempt) FROM attempt_end WHERE attempt = ? AND failure IS NULL
        """)
    score = try db.cachedStatement(sql: "INSERT INTO score (body) VALUES (?)")
    trial = try db.cachedStatement(
      sql:
        "INSERT INTO trial (run, ordinal, round, session, score, \(trialColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
  }

  func write(_ encoded: EncodedEntry) throws {
    switch encoded.entry {
    case .attemptStarted(let key, let at, let completionKey, let reserved):
      try insert(key, at, completionKey, reserved)
    case .attemptEnded(let key, let at, let result, let charged):
      var failure: Int?
      if case .failure(let cause) = result { failure = cause.kind.code }
      try end.execute(arguments: [at.milliseconds, charged.costMicro, charged.tokens, failure, encoded.body] + arguments(key))
      guard db.changesCount == 1 else { throw StoreError.contradiction("an attempt ended that was never started: \(key)") }
    case .attemptReused(let key, let at, let completionKey, let source):
      try insert(key, at, completionKey, Charge(costMicro: 0, tokens: 0))
      try reuse.execute(arguments: [db.lastInsertedRowID, at.milliseconds, source.row])
      guard db.changesCount == 1 else { throw StoreError.contradiction("an answer cannot be reused: attempt \(source.row) holds none") }
    case .trialEnded(let ended): try write(ended, scores: encoded.body)
    }
  }

  private func insert(_ key: AttemptKey, _ at: WallTime, _ completionKey: Digest, _ reserved: Charge) throws {
    let rest: StatementArguments = [at.milliseconds, Data(completionKey.bytes), reserved.costMicro, reserved.tokens]
    try start.execute(arguments: arguments(key) + rest)
  }

  private func write(_ ended: TrialEnd, scores: String?) throws {
    var scoreID: Int64?
    if let scores {
      try score.execute(arguments: [scores])
      scoreID = db.lastInsertedRowID
    }
    let facts = ended.facts
    try trial.execute(arguments: [
      run, ended.key.ordinal, ended.round, session, scoreID, ended.key.arm.code, ended.key.repeatIndex, facts.state.outcomeCode,
      facts.state.failureCode, facts.isJudged, facts.isReused, facts.isRecorded, facts.latency?.microseconds, facts.ttft?.microseconds,
      facts.costMicro, facts.tokens.input, facts.tokens.output, facts.tokens.cachedInput, facts.tokens.reasoning,
    ])
  }

  private func arguments(_ key: AttemptKey) -> StatementArguments {
    var (purpose, check, ask) = (0, 0, 0)
    if case .judge(let index, let question) = key.purpose { (purpose, check, ask) = (1, index, question) }
    return [run, key.trial.ordinal, key.trial.arm.code, key.trial.repeatIndex, key.turn, purpose, check, ask, key.number]
  }
}
