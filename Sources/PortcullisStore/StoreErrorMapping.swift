import GRDB
import GRDBSQLite
import Glibc
import PortcullisCore

extension StoreError {
  /// The cause behind an error of GRDB or of SQLite, with the text of both where they differ.
  ///
  /// - Parameter errno: Of the connection's last failed system call, 0 where there was none; believed where the disk is to blame only.
  init(_ error: any Error, path: String, errno: Int32 = 0) {
    if let own = error as? StoreError {
      self = own
      return
    }
    guard let error = error as? DatabaseError else {
      self = .io(path: path, detail: "\(error)")
      return
    }
    let message = error.message ?? "no message"
    let detail = "\(message) (SQLite \(error.extendedResultCode.rawValue))"
    switch error.resultCode {
    case .SQLITE_FULL: self = .full(path: path, detail: "\(errnoText(ENOSPC)) (SQLite 13)")
    // A write that the disk has no room for may also come back as a failed write.
    case .SQLITE_IOERR where errno == ENOSPC || errno == EDQUOT: self = .full(path: path, detail: "\(errnoText(errno)), \(detail)")
    case .SQLITE_IOERR: self = .io(path: path, detail: errno == 0 ? detail : "\(errnoText(errno)), \(detail)")
    case .SQLITE_READONLY: self = .readOnly(path: path, detail: detail)
    case .SQLITE_CORRUPT: self = .corrupt(path: path, detail: detail)
    case .SQLITE_NOTADB: self = .notOurs(path: path, detail: message)
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: self = .cannotOpen(path: path, detail: detail)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path, detail: detail)
    case .SQLITE_CONSTRAINT: self = .contradiction(message)
    default: self = .io(path: path, detail: detail)
    }
  }
}

/// What the last failed system call of this connection said.
func systemErrno(of db: Database) -> Int32 { db.sqliteConnection.map { sqlite3_system_errno($0) } ?? 0 }

func errnoText(_ number: Int32) -> String { String(cString: strerror(number)) + " (errno \(number))" }
