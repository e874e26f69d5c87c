import GRDB
import GRDBSQLite

/// A cached statement, bound and read through SQLite's own functions.
///
/// For the statements that run for every case and trial: GRDB boxes each value, which costs more there than SQLite itself does. Values are
/// bound in the order of the question marks. Stays within the database access that made it.
final class RawStatement {
  private let statement: Statement
  private let handle: OpaquePointer
  private let db: Database
  private var next: Int32 = 1

  init(_ sql: String, in db: Database) throws {
    statement = try db.cachedStatement(sql: sql)
    handle = statement.sqliteStatement
    self.db = db
    reset()
  }

  func bind(_ value: Int?) {
    if let value { sqlite3_bind_int64(handle, next, Int64(value)) } else { sqlite3_bind_null(handle, next) }
    next += 1
  }

  func bind(_ value: Bool) { bind(value ? 1 : 0) }

  func bind(text: [UInt8]?) {
    if let text {
      _ = text.withUnsafeBytes { sqlite3_bind_text64(handle, next, $0.baseAddress, UInt64($0.count), copied, UInt8(SQLITE_UTF8)) }
    } else {
      sqlite3_bind_null(handle, next)
    }
    next += 1
  }

  func bind(blob: [UInt8]) {
    _ = blob.withUnsafeBytes { sqlite3_bind_blob64(handle, next, $0.baseAddress, UInt64($0.count), copied) }
    next += 1
  }

  /// Runs a statement that gives no rows, and makes it ready to be bound again.
  func run() throws {
    defer { reset() }
    let code = sqlite3_step(handle)
    guard code == SQLITE_DONE else { throw failure(code) }
  }

  /// Whether there is another row. After the last one, or an error, the statement may be bound again.
  func step() throws -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    defer { reset() }
    guard code == SQLITE_DONE else { throw failure(code) }
    return false
  }

  /// Needed only where a reader leaves before the last row: an open statement holds its view of the file.
  func reset() {
    sqlite3_reset(handle)
    next = 1
  }

  func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

  func optionalInt(_ column: Int32) -> Int? { sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : int(column) }

  func bool(_ column: Int32) -> Bool { sqlite3_column_int(handle, column) != 0 }

  func text(_ column: Int32) -> String? {
    guard let start = sqlite3_column_text(handle, column) else { return nil }
    let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Of a text or a blob; empty for NULL.
  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  private func failure(_ code: Int32) -> DatabaseError {
    DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
  }
}

/// SQLITE_TRANSIENT, a macro that Swift does not see: SQLite copies the bytes at once.
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
