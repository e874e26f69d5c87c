import Foundation
import GRDB

/// Runs, completions, scores and decisions in one SQLite file.
///
/// What a call wrote is on the disk when it returns (WAL, `synchronous` FULL). All calls block on the disk: callers on the cooperative
/// pool go through `background`, and what is written while a run works goes through a `Recorder`.
package struct Store: Sendable {
  let database: any DatabaseWriter
  /// Of the database file; `:memory:` for a store in memory.
  package let path: String
  /// nil in memory.
  let folder: String?
  let prompts = PromptCache()

  /// Opens or makes the store in a folder, for example `.portcullis`.
  ///
  /// Brings an older format up to date (after a copy), checks the file after a crash, and closes the books of crashed sessions. A file
  /// that is foreign, damaged or of a newer format is refused untouched.
  package static func open(folder: String, now: WallTime = .now) throws(StoreError) -> Store {
    try open(folder: folder, migrations: migrations, now: now)
  }

  static func open(folder: String, migrations: [Migration], now: WallTime) throws(StoreError) -> Store {
    let path = folder + "/store.sqlite"
    try makeFolder(folder)
    try refuseNetworkFileSystem(folder)
    try requireWritable(folder: folder, file: path)
    _ = try existingVersion(path: path, known: migrations.count)  // beside a foreign file not even a lock is left
    try makeFolder(folder + "/locks")
    // Only one process at a time may switch a new file to WAL, migrate or recover.
    let opening = try openingLock(folder: folder, path: path)
    let version = try existingVersion(path: path, known: migrations.count)
    try makeFile(path)
    let pool = try connect(path: path)
    let store = Store(database: pool, path: path, folder: folder)
    try store.migrate(from: version, by: migrations, now: now)
    try store.recover()
    try store.beginHeadFile()
    _ = consume opening
    return store
  }

  /// A store that ends with the process; for tests and for commands that must not leave anything.
  package static func inMemory(now: WallTime = .now) throws(StoreError) -> Store {
    let path = ":memory:"
    do {
      let store = Store(database: try DatabaseQueue(configuration: configuration()), path: path, folder: nil)
      try store.migrate(from: 0, by: migrations, now: now)
      return store
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// Runs blocking work on a thread that may block.
  package func background<Value: Sendable>(
    _ work: @escaping @Sendable (Store) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        do throws(StoreError) {
          continuation.resume(returning: .success(try work(self)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try result.get()
  }

  /// Folds the log into the file and closes both; the store is not used afterwards.
  package func close() throws(StoreError) {
    do {
      // The pool closes its writer first and its readers last, and SQLite folds the log only when the last to leave is a writer. Where
      // another process reads just now the log stays, and loses nothing.
      if folder != nil {
        do {
          try database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA busy_timeout = 0")
            _ = try db.checkpoint(.truncate)
          }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {}
      }
      try database.close()
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// 32 random bytes made with the store: the key of judges' delimiters.
  package func key() throws(StoreError) -> [UInt8] {
    let key = try reading { db in try Data.fetchOne(db, sql: "SELECT key FROM meta") }
    guard let key else { throw .corrupt(path: path, detail: "it has no key") }
    return Array(key)
  }

  /// A consistent view of what is committed.
  func reading<Value>(_ work: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try database.read(work) } catch { throw StoreError(error, path: path) }
  }

  /// One transaction, begun IMMEDIATE: all of it is on the disk afterwards, or nothing.
  func writing<Value>(_ work: (Database) throws -> Value) throws(StoreError) -> Value {
    do {
      return try database.writeWithoutTransaction { db in
        var value: Value?
        do {
          try db.inTransaction(.immediate) {
            value = try work(db)
            return .commit
          }
        } catch {
          throw StoreError(error, path: path, errno: systemErrno(of: db))
        }
        return value!  // set by the line above, or an error was thrown
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }
}
