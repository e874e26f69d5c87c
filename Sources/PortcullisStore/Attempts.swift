import GRDB
package import PortcullisCore

/// An attempt as it is stored.
package struct AttemptRecord: Sendable, Hashable {
  package let id: AttemptID
  package let key: AttemptKey
  package let startedAt: WallTime
  package let completionKey: Digest
  package let reserved: Charge
  /// nil: it was started, and nobody knows how it ended. It counts at its reservation.
  package let end: End?

  package struct End: Sendable, Hashable {
    package let at: WallTime
    package let charged: Charge
    package let result: Result<Completion, CallFailure>
    package let isReused: Bool
  }

  package var completion: Completion? {
    if case .success(let completion)? = end?.result { completion } else { nil }
  }
}

extension Store {
  /// Attempts by arm, repeat, turn, purpose, check, ask and number.
  ///
  /// - Parameter condition: SQL on `a`, the attempt.
  func attempts(where condition: String, _ arguments: StatementArguments, in db: Database) throws -> [AttemptRecord] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT a.id, a.ordinal, a.arm, a.repeat, a.turn, a.purpose, a.check_index, a.ask, a.number, a.started_at, a.completion_key,
          a.reserved_micro, a.reserved_tokens, e.ended_at, e.cost_micro, e.tokens, e.failure, e.source, coalesce(e.body, s.body)
        FROM attempt a LEFT JOIN attempt_end e ON e.attempt = a.id LEFT JOIN attempt_end s ON s.attempt = e.source
        WHERE \(condition) ORDER BY a.run, a.ordinal, a.arm, a.repeat, a.turn, a.purpose, a.check_index, a.ask, a.number
        """)
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    var found: [AttemptRecord] = []
    while let row = try rows.next() { found.append(try attempt(row)) }
    return found
  }

  private func attempt(_ row: Row) throws -> AttemptRecord {
    guard let arm = Arm(code: row[2]), let completionKey = Digest(bytes: bytes(row, 10)) else {
      throw StoreError.corrupt(path: path, detail: "a stored attempt cannot be read")
    }
    let purpose: AttemptKey.Purpose = (row[5] as Int) == 0 ? .answer : .judge(check: row[6], ask: row[7])
    return AttemptRecord(
      id: AttemptID(row: row[0]),
      key: AttemptKey(trial: TrialKey(ordinal: row[1], arm: arm, repeatIndex: row[3]), turn: row[4], purpose: purpose, number: row[8]),
      startedAt: WallTime(milliseconds: row[9]), completionKey: completionKey,
      reserved: Charge(costMicro: row[11], tokens: row[12]), end: try end(row))
  }

  private func end(_ row: Row) throws -> AttemptRecord.End? {
    guard let endedAt = row[13] as Int? else { return nil }
    let result: Result<Completion, CallFailure>
    if let code = row[16] as Int? {
      guard let kind = FailureKind(code: code), let failure = json(row, 18).flatMap({ CallFailure(kind, body: $0) }) else {
        throw StoreError.corrupt(path: path, detail: "a stored failure cannot be read")
      }
      result = .failure(failure)
    } else {
      guard let completion = json(row, 18).flatMap(Completion.init(json:)) else {
        throw StoreError.corrupt(path: path, detail: "a stored completion cannot be read")
      }
      result = .success(completion)
    }
    return AttemptRecord.End(
      at: WallTime(milliseconds: endedAt), charged: Charge(costMicro: row[14], tokens: row[15]), result: result,
      isReused: (row[17] as Int64?) != nil)
  }
}
