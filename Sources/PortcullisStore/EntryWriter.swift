import GRDB
import PortcullisCore
import PortcullisGate

/// An entry with its JSON already written, so that the writer's thread only moves bytes.
struct EncodedEntry: Sendable {
  let entry: RecordEntry
  /// The completion, the failure, or the scores.
  let body: [UInt8]?

  init(_ entry: RecordEntry) throws(StoreError) {
    self.entry = entry
    switch entry {
    case .attemptStarted, .attemptReused: body = nil
    case .attemptEnded(_, _, .success(let completion), _): body = completion.json.compactBytes
    case .attemptEnded(_, _, .failure(let failure), _): body = failure.body.compactBytes
    case .trialEnded(let end):
      body = end.scores.isEmpty && end.reason == nil ? nil : try ScoreBody(scores: end.scores, reason: end.reason).json().compactBytes
    }
  }
}

/// Rows of `score` that many trials share: most trials of a suite pass the same checks in the same words.
struct SharedScores: Sendable {
  private var rows: [[UInt8]: Int] = [:]

  func row(of body: [UInt8]) -> Int? { body.count <= 200 ? rows[body] : nil }

  mutating func remember(_ row: Int, of body: [UInt8]) {
    if body.count <= 200, rows.count < 512 { rows[body] = row }
  }
}

/// Writes entries of one session within one transaction.
struct EntryWriter {
  private let run: Int
  private let session: Int
  private let db: Database
  private let start: RawStatement
  private let end: RawStatement
  private let reuse: RawStatement
  private let score: RawStatement
  private let trial: RawStatement
  /// To be kept only if the transaction commits.
  private(set) var shared: SharedScores

  init(run: Int64, session: Int, shared: SharedScores, db: Database) throws {
    self.run = Int(run)
    self.session = session
    self.shared = shared
    self.db = db
    start = try RawStatement(
      """
      INSERT INTO attempt (run, ordinal, arm, repeat, turn, purpose, check_index, ask, number, started_at, completion_key, reserved_micro,
        reserved_tokens) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, in: db)
    end = try RawStatement(
      """
      INSERT INTO attempt_end (attempt, ended_at, cost_micro, tokens, failure, body) SELECT id, ?, ?, ?, ?, ? FROM attempt
      WHERE run = ? AND ordinal = ? AND arm = ? AND repeat = ? AND turn = ? AND purpose = ? AND check_index = ? AND ask = ? AND number = ?
      """, in: db)
    // A reused answer that was itself reused names the first source, so that one step finds the body.
    reuse = try RawStatement(
      """
      INSERT INTO attempt_end (attempt, ended_at, cost_micro, tokens, source)
      SELECT ?, ?, 0, 0, coalesce(source, attempt) FROM attempt_end WHERE attempt = ? AND failure IS NULL
      """, in: db)
    score = try RawStatement("INSERT INTO score (body) VALUES (?)", in: db)
    trial = try RawStatement(
      """
      INSERT INTO trial (run, ordinal, round, session, score, \(trialColumns))
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, in: db)
  }

  mutating func write(_ encoded: EncodedEntry) throws {
    switch encoded.entry {
    case .attemptStarted(let key, let at, let completionKey, let reserved): try insert(key, at, completionKey, reserved)
    case .attemptEnded(let key, let at, let result, let charged):
      end.bind(at.milliseconds)
      end.bind(charged.costMicro)
      end.bind(charged.tokens)
      if case .failure(let cause) = result { end.bind(cause.kind.code) } else { end.bind(nil) }
      end.bind(text: encoded.body)
      bind(key, to: end)
      try end.run()
      guard db.changesCount == 1 else { throw StoreError.contradiction("an attempt ended that was never started: \(key)") }
    case .attemptReused(let key, let at, let completionKey, let source):
      try insert(key, at, completionKey, Charge(costMicro: 0, tokens: 0))
      reuse.bind(Int(db.lastInsertedRowID))
      reuse.bind(at.milliseconds)
      reuse.bind(Int(source.row))
      try reuse.run()
      guard db.changesCount == 1 else { throw StoreError.contradiction("an answer cannot be reused: attempt \(source.row) holds none") }
    case .trialEnded(let ended): try write(ended, scores: encoded.body)
    }
  }

  private func insert(_ key: AttemptKey, _ at: WallTime, _ completionKey: Digest, _ reserved: Charge) throws {
    bind(key, to: start)
    start.bind(at.milliseconds)
    start.bind(blob: completionKey.bytes)
    start.bind(reserved.costMicro)
    start.bind(reserved.tokens)
    try start.run()
  }

  private mutating func write(_ ended: TrialEnd, scores: [UInt8]?) throws {
    let facts = ended.facts
    var row: Int?
    if let scores { row = try scoreRow(scores) }
    for value in [run, ended.key.ordinal, ended.round, session] { trial.bind(value) }
    trial.bind(row)
    for value in [ended.key.arm.code, ended.key.repeatIndex, facts.state.outcomeCode] { trial.bind(value) }
    trial.bind(facts.state.failureCode)
    for claim in [facts.isJudged, facts.isReused, facts.isRecorded] { trial.bind(claim) }
    trial.bind(facts.latency?.microseconds)
    trial.bind(facts.ttft?.microseconds)
    trial.bind(facts.costMicro)
    let tokens: [Int?] = [facts.tokens.input, facts.tokens.output, facts.tokens.cachedInput, facts.tokens.reasoning]
    for count in tokens { trial.bind(count) }
    try trial.run()
  }

  private mutating func scoreRow(_ body: [UInt8]) throws -> Int {
    if let row = shared.row(of: body) { return row }
    score.bind(text: body)
    try score.run()
    let row = Int(db.lastInsertedRowID)
    shared.remember(row, of: body)
    return row
  }

  private func bind(_ key: AttemptKey, to statement: RawStatement) {
    var (purpose, check, ask) = (0, 0, 0)
    if case .judge(let index, let question) = key.purpose { (purpose, check, ask) = (1, index, question) }
    statement.bind(run)
    statement.bind(key.trial.ordinal)
    statement.bind(key.trial.arm.code)
    statement.bind(key.trial.repeatIndex)
    statement.bind(key.turn)
    statement.bind(purpose)
    statement.bind(check)
    statement.bind(ask)
    statement.bind(key.number)
  }
}
