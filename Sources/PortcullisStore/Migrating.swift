import Foundation
import GRDB
import Glibc
import PortcullisCore

/// `PCLS`: marks the file as ours.
let applicationID: Int32 = 0x5043_4C53

/// One step of the file's format; the version a step leads to is its place in the list, from 1.
struct Migration: Sendable {
  let sql: String
}

extension Store {
  /// Brings the file from `version` to the newest format: first a copy, then all steps in one transaction.
  func migrate(from version: Int, by steps: [Migration], now: WallTime) throws(StoreError) {
    guard version < steps.count else { return }
    if version > 0 { try copyBeforeMigration(of: version) }
    // A table that is made anew is dropped first, and what refers to it waits for its successor: the references are checked at the end.
    try referencesAreChecked(false)
    try writing { db in
      for step in steps[version...] { try db.execute(sql: step.sql) }
      guard try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") == nil else {
        throw StoreError.corrupt(path: path, detail: "a row refers to one that is gone")
      }
      if version == 0 {
        var random = SystemRandomNumberGenerator()
        let key = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
        try db.execute(sql: "INSERT INTO meta (id, key, created_at) VALUES (1, ?, ?)", arguments: [key, now.milliseconds])
      }
      try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(steps.count)")
    }
    try referencesAreChecked(true)
  }

  private func referencesAreChecked(_ isOn: Bool) throws(StoreError) {
    do {
      try database.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA foreign_keys = \(isOn ? "ON" : "OFF")") }
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// Leaves `store.vN.sqlite` beside the store, complete and on the disk before anything changes.
  private func copyBeforeMigration(of version: Int) throws(StoreError) {
    guard let folder else { return }
    let copy = "\(folder)/store.v\(version).sqlite"
    let unfinished = copy + ".part"
    do {
      unlink(unfinished)
      try database.writeWithoutTransaction { db in try db.execute(sql: "VACUUM INTO ?", arguments: [unfinished]) }
    } catch {
      unlink(unfinished)
      throw StoreError(error, path: unfinished)
    }
    try syncToDisk(unfinished)
    guard rename(unfinished, copy) == 0 else { throw .io(path: copy, detail: errnoText(errno)) }
    try syncToDisk(folder)
  }
}
