import GRDB
import Glibc
import PortcullisCore

extension StoreError {
  /// The cause behind an error of GRDB or of SQLite, with the text of both where they differ.
  init(_ error: any Error, path: String) {
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

func errnoText(_ number: Int32) -> String { String(cString: strerror(number)) + " (errno \(number))" }
