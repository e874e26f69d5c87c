import GRDB
package import PortcullisCore
package import PortcullisGate

/// An observation's id as the store knows it: the first 16 bytes of its SHA-256, so that any id takes the same small place and two are one
/// only by a chance of 2⁻¹²⁸ a pair.
package struct ObservationKey: Sendable, Hashable, Comparable {
  let bytes: [UInt8]

  package init(_ id: String) { bytes = Array(Digest(of: id).bytes.prefix(16)) }

  package static func < (left: ObservationKey, right: ObservationKey) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

/// What was said of a canary at one moment.
package struct NewLook: Sendable, Hashable {
  /// By the observations' clock, hours since the start.
  package var hours: Double
  package var verdict: CanaryLook.Verdict
  package var exitCode: ExitCode
  package var body: JSON

  package init(hours: Double, verdict: CanaryLook.Verdict, exitCode: ExitCode, body: JSON) {
    self.hours = hours
    self.verdict = verdict
    self.exitCode = exitCode
    self.body = body
  }
}

package struct RecordedLook: Sendable, Hashable {
  /// From 1 in its canary.
  package let number: Int
  package let hours: Double
  package let lookedAt: WallTime
  package let verdict: CanaryLook.Verdict
  package let exitCode: ExitCode
  package let body: JSON
}

/// How a canary moves from one revision to the next: all of it, or nothing.
package struct CanaryStep: Sendable {
  /// Of the observations that count from here on; each new to the canary.
  package var observations: [ObservationKey]
  package var state: JSON
  package var verdict: CanaryLook.Verdict
  package var isFinal: Bool
  package var looks: [NewLook]
  package var messages: [NewMessage]
  /// For the promotion ledger: the decision of a final look, and the rollback it ordered.
  package var notes: [LedgerNote]

  package init(
    observations: [ObservationKey] = [], state: JSON, verdict: CanaryLook.Verdict, isFinal: Bool = false, looks: [NewLook] = [],
    messages: [NewMessage] = [], notes: [LedgerNote] = []
  ) {
    self.observations = observations
    self.state = state
    self.verdict = verdict
    self.isFinal = isFinal
    self.looks = looks
    self.messages = messages
    self.notes = notes
  }
}

extension Store {
  /// Whether each id is new: neither counted by the canary before nor named earlier in the list.
  ///
  /// To be asked after the canary was loaded: what another process counts in between is then refused by `advance`.
  package func unseen(_ ids: [ObservationKey], of canary: CanaryRecord) throws(StoreError) -> [Bool] {
    try reading { db in
      let known = try RawStatement("SELECT 1 FROM canary_observation WHERE canary = ? AND id = ?", in: db)
      var met: Set<ObservationKey> = []
      return try ids.map { id in
        guard met.insert(id).inserted else { return false }
        known.bind(Int(canary.row))
        known.bind(blob: id.bytes)
        defer { known.reset() }
        return try !known.step()
      }
    }
  }

  /// Moves a canary on by one revision, in one transaction.
  ///
  /// - Returns: The canary as it is now.
  /// - Throws: `changedMeanwhile` where it is not at the revision of `canary` any more; `contradiction` where it is over or an observation was counted
  ///   before. Nothing is written then.
  package func advance(_ canary: CanaryRecord, by step: CanaryStep, at now: WallTime = .now) throws(StoreError) -> CanaryRecord {
    try noting { db in
      let revision = try Int.fetchOne(db, sql: "SELECT revision FROM canary_state WHERE canary = ?", arguments: [canary.row])
      guard revision == canary.revision else { throw StoreError.changedMeanwhile(canary: canary.name) }
      // In the order of the table: neighbours share a page.
      let add = try RawStatement("INSERT INTO canary_observation (canary, id) VALUES (?, ?)", in: db)
      for id in step.observations.sorted() {
        add.bind(Int(canary.row))
        add.bind(blob: id.bytes)
        try add.run()
      }
      try record(step.looks, of: canary, at: now, in: db)
      for message in step.messages { try post(message, of: canary, at: now, in: db) }
      for note in step.notes { try append(note, at: now, in: db) }
      try db.execute(
        sql: "UPDATE canary_state SET revision = revision + 1, verdict = ?, is_final = ?, updated_at = ?, body = ? WHERE canary = ?",
        arguments: [step.verdict.rawValue, step.isFinal, now.milliseconds, step.state.compactText, canary.row])
      return try self.canary(canary.row, in: db)
    }
  }

  /// The looks at a canary, the first one first.
  package func looks(of canary: CanaryRecord, page: Int = 200) -> Pages<RecordedLook> {
    Pages { after throws(StoreError) in
      let looks = try looks("canary = ? AND number > ? ORDER BY number LIMIT ?", [canary.row, after, page])
      return (looks, looks.last?.number ?? after)
    }
  }

  /// nil where nobody looked yet.
  package func latestLook(of canary: CanaryRecord) throws(StoreError) -> RecordedLook? {
    try looks("canary = ? ORDER BY number DESC LIMIT 1", [canary.row]).first
  }

  private func looks(_ condition: String, _ arguments: StatementArguments) throws(StoreError) -> [RecordedLook] {
    try reading { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT number, hours, looked_at, verdict, exit_code, body FROM canary_look WHERE \(condition)", arguments: arguments)
      return try rows.map { row in
        guard let verdict = CanaryLook.Verdict(rawValue: row[3]), let exitCode = ExitCode(rawValue: row[4]), let body = json(row, 5) else {
          throw StoreError.corrupt(path: path, detail: "a look at a canary cannot be read")
        }
        return RecordedLook(
          number: row[0], hours: row[1], lookedAt: WallTime(milliseconds: row[2]), verdict: verdict, exitCode: exitCode, body: body)
      }
    }
  }

  private func record(_ looks: [NewLook], of canary: CanaryRecord, at now: WallTime, in db: Database) throws {
    let first = 1 + (try Int.fetchOne(db, sql: "SELECT max(number) FROM canary_look WHERE canary = ?", arguments: [canary.row]) ?? 0)
    for (place, look) in looks.enumerated() {
      guard look.hours.isFinite else { throw StoreError.contradiction("a look at no time: \(look.hours)") }
      try db.execute(
        sql: "INSERT INTO canary_look (canary, number, hours, looked_at, verdict, exit_code, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          canary.row, first + place, look.hours, now.milliseconds, look.verdict.rawValue, Int(look.exitCode.rawValue),
          look.body.compactText,
        ])
    }
  }
}
