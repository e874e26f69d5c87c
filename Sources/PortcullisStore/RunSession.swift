import Foundation
import GRDB
import Glibc
import PortcullisCore
import Synchronization

/// One process at work on one run. Nobody else can open the run until it ends; a crash ends it too.
package final class RunSession: Sendable {
  package let store: Store
  /// As it was when the session began.
  package let run: RunRecord
  let number: Int
  private let lock: Mutex<FileLock?>

  fileprivate init(store: Store, run: RunRecord, number: Int, lock: consuming FileLock?) {
    self.store = store
    self.run = run
    self.number = number
    self.lock = Mutex(lock)
  }

  /// Ends the session and says how far the run came. `.finished` is refused while a planned trial has no end; a run whose plan
  /// was never sealed has recorded nothing and goes.
  package func end(_ stop: RunStop, at now: WallTime = .now) throws(StoreError) {
    try store.writing { db in
      if try store.record(of: run.row, in: db).state == .planning { return try store.closeCrashedSession(of: run.row, in: db) }
      if stop == .finished { try store.requireEveryEnd(run, in: db) }
      let state: RunState = stop == .finished ? .finished : .interrupted
      try db.execute(
        sql: "UPDATE run SET state = ?, stop = ?, finished_at = ? WHERE id = ?",
        arguments: [state.code, stop.code, stop == .finished ? now.milliseconds : nil, run.row])
      try db.execute(
        sql: "UPDATE session SET ended_at = ?, clean = 1 WHERE run = ? AND number = ?", arguments: [now.milliseconds, run.row, number])
    }
    lock.withLock { $0 = nil }
  }
}

extension Store {
  /// Makes a run and begins working on it: list its cases with `append`, then `seal` the plan.
  package func create(_ new: NewRun, version: String, now: WallTime = .now) throws(StoreError) -> RunSession {
    precondition(!new.arms.isEmpty, "a run asks at least one arm")
    let lock = try runLock(new.id.text)
    guard folder == nil || lock != nil else { throw .locked(run: new.id, holder: nil) }
    let run = try writing { db in
      let text = new.manifest.compactText
      let manifest = try documentID(text, Digest(of: text), in: db)
      try db.execute(
        sql: """
          INSERT INTO run (name, kind, state, key_version, plan_digest, planned_cases, manifest, created_at, note)
          VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          new.id.text, new.kind.code, new.keyVersion, Data(new.planDigest.bytes), new.plannedCases, manifest, now.milliseconds, new.note,
        ])
      let row = db.lastInsertedRowID
      try db.execute(
        sql: "INSERT INTO round (run, number, kind, arms, created_at) VALUES (?, 0, 0, ?, ?)",
        arguments: [row, mask(of: new.arms), now.milliseconds])
      try beginSession(of: row, number: 1, version: version, now: now, in: db)
      return try record(of: row, in: db)
    }
    return RunSession(store: self, run: run, number: 1, lock: lock)
  }

  /// Finishes runs of one command that were worked through and left open, all of them or none. One that somebody works on stays as it is.
  package func finish(_ runs: [RunRecord], at now: WallTime = .now) throws(StoreError) {
    try writing { db in
      for run in runs where try record(of: run.row, in: db).state == .interrupted {
        try requireEveryEnd(run, in: db)
        try db.execute(
          sql: "UPDATE run SET state = ?, stop = ?, finished_at = ? WHERE id = ?",
          arguments: [RunState.finished.code, RunStop.finished.code, now.milliseconds, run.row])
      }
    }
  }

  fileprivate func requireEveryEnd(_ run: RunRecord, in db: Database) throws {
    let (planned, ended) = try plannedAndEnded(run.row, in: db)
    guard planned == ended else {
      throw StoreError.contradiction("run \(run.id) cannot be finished: \(ended) of its \(planned) trials have an end")
    }
  }

  /// Goes on with a run that was begun and not finished.
  package func resume(_ run: RunRecord, version: String, now: WallTime = .now) throws(StoreError) -> RunSession {
    try resume(run, from: [.running, .interrupted], version: version, now: now) { _ in }
  }

  /// Goes on with a run in one of these states.
  ///
  /// - Parameter before: In the same transaction, before the run is open again.
  func resume(
    _ run: RunRecord, from states: [RunState], version: String, now: WallTime, before: (Database) throws -> Void
  ) throws(StoreError) -> RunSession {
    let lock = try runLock(run.id.text)
    guard folder == nil || lock != nil else { throw .locked(run: run.id, holder: try holder(of: run)) }
    let (fresh, number) = try writing { db in
      if folder == nil, let holder = try openSession(of: run.row, in: db) { throw StoreError.locked(run: run.id, holder: holder) }
      // The lock is ours, so an open session is one that crashed after this store was opened.
      if try openSession(of: run.row, in: db) != nil { try closeCrashedSession(of: run.row, in: db) }
      let state = try record(of: run.row, in: db).state
      guard states.contains(state) else {
        throw StoreError.wrongState(run: run.id, state: state, wanted: states == [.finished] ? "finished" : "begun and unfinished")
      }
      try before(db)
      let number = 1 + (try Int.fetchOne(db, sql: "SELECT max(number) FROM session WHERE run = ?", arguments: [run.row]) ?? 0)
      try db.execute(sql: "UPDATE run SET state = 1, stop = NULL, finished_at = NULL WHERE id = ?", arguments: [run.row])
      try beginSession(of: run.row, number: number, version: version, now: now, in: db)
      return (try record(of: run.row, in: db), number)
    }
    return RunSession(store: self, run: fresh, number: number, lock: lock)
  }

  /// Who works on a run now; nil for nobody that is known.
  package func holder(of run: RunRecord) throws(StoreError) -> SessionHolder? {
    try reading { db in try openSession(of: run.row, in: db) }
  }

  /// nil where somebody holds it, and in memory, where the open session itself is the lock.
  func runLock(_ name: String) throws(StoreError) -> FileLock? {
    guard let folder else { return nil }
    return try FileLock.take("\(folder)/locks/\(name).lock", removesFile: true)
  }

  func record(of row: Int64, in db: Database) throws -> RunRecord {
    guard let found = try Row.fetchOne(db, sql: RunRecord.columns + " WHERE run.id = ?", arguments: [row]) else {
      throw StoreError.corrupt(path: path, detail: "a run is gone")
    }
    return try RunRecord(found, path: path)
  }

  private func beginSession(of run: Int64, number: Int, version: String, now: WallTime, in db: Database) throws {
    try db.execute(
      sql: "INSERT INTO session (run, number, pid, host, boot, version, started_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      arguments: [run, number, Int(getpid()), hostName(), bootID(), version, now.milliseconds])
  }

  private func openSession(of run: Int64, in db: Database) throws -> SessionHolder? {
    try Row.fetchOne(db, sql: "SELECT pid, host, started_at FROM session WHERE run = ? AND ended_at IS NULL", arguments: [run])
      .map { SessionHolder(pid: $0[0], host: $0[1], since: WallTime(milliseconds: $0[2])) }
  }

  /// A crashed session ended at its last record. A run that was still being planned has recorded nothing: it goes.
  ///
  /// The caller holds the run's lock.
  func closeCrashedSession(of run: Int64, in db: Database) throws {
    if try Int.fetchOne(db, sql: "SELECT state FROM run WHERE id = ?", arguments: [run]) == RunState.planning.code {
      for table in ["round_case", "run_cluster", "run_case", "round", "session"] {
        try db.execute(sql: "DELETE FROM \(table) WHERE run = ?", arguments: [run])
      }
      return try db.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [run])
    }
    let last = try Int.fetchOne(
      db,
      sql: """
        SELECT max(max(a.started_at, coalesce(e.ended_at, 0)))
        FROM (SELECT id, started_at FROM attempt WHERE run = ? ORDER BY id DESC LIMIT 2000) a LEFT JOIN attempt_end e ON e.attempt = a.id
        """, arguments: [run])
    try db.execute(
      sql: "UPDATE session SET ended_at = max(started_at, ?), clean = 0 WHERE run = ? AND ended_at IS NULL", arguments: [last ?? 0, run])
  }
}

private func hostName() -> String {
  var name = [CChar](repeating: 0, count: 256)
  guard gethostname(&name, 255) == 0 else { return "unknown" }
  return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// Tells a process of this boot from one with the same number before a restart; empty where the system does not say.
private func bootID() -> String { wholeText(of: "/proc/sys/kernel/random/boot_id")?.filter { !$0.isWhitespace } ?? "" }
