import Foundation
import GRDB
import Glibc
import PortcullisCore
package import PortcullisGate

/// What the file beside the store says of the ledger's end.
package enum LedgerHeadFile: Sendable, Hashable {
  case inMemory
  case absent(path: String)
  case unreadable(path: String)
  case read(path: String, LedgerHead)
}

extension Store {
  /// `ledger.head` beside the store; nil in memory.
  package var headPath: String? { folder.map { $0 + "/ledger.head" } }

  /// Brings the file to the committed head. It is written after the entry is on the disk, so a crash may leave it behind, never ahead.
  ///
  /// A file that is gone, or that does not fit, is left as it is: it is the trace of what was done.
  package func publishHead() throws(StoreError) {
    guard let folder, case .read(let path, _) = try readHeadFile() else { return }
    // One process at a time, so that an older head never replaces a newer one. Whoever holds the lock for so long will write ours as well.
    guard let lock = try headLock(folder) else { return }
    guard case .read(_, let known) = try readHeadFile() else { return }
    let newer: LedgerHead? = try reading { db in
      guard let head = try head(in: db), head.entries > known.entries else { return nil }
      let hash = try Data.fetchOne(db, sql: "SELECT hash FROM promotion WHERE number = ?", arguments: [known.entries])
      return known.entries == 0 || hash == Data(known.hash.bytes) ? head : nil
    }
    guard let head = newer else { return }
    try replaceFile(path, with: "\(head)\n")
    _ = consume lock
  }

  /// Makes the file with the store, before there is an entry: one that is missing later was taken away.
  func beginHeadFile() throws(StoreError) {
    guard let folder, case .absent(let path) = try readHeadFile() else { return }
    guard let lock = try headLock(folder), case .absent = try readHeadFile() else { return }
    guard try reading({ db in try db.tableExists("promotion_head") ? try head(in: db) : nil }) == .empty else { return }
    try replaceFile(path, with: "\(LedgerHead.empty)\n")
    _ = consume lock
  }

  func readHeadFile() throws(StoreError) -> LedgerHeadFile {
    guard let path = headPath else { return .inMemory }
    guard access(path, F_OK) == 0 else { return .absent(path: path) }
    guard let text = wholeText(of: path), let head = LedgerHead(text) else { return .unreadable(path: path) }
    return .read(path: path, head)
  }

  private func headLock(_ folder: String) throws(StoreError) -> FileLock? {
    for _ in 0..<1000 {
      if let lock = try FileLock.take(folder + "/locks/ledger.lock", removesFile: true) { return lock }
      usleep(10_000)
    }
    return nil
  }
}

/// The old content or the new one, whatever happens: written beside, on the disk, then renamed.
private func replaceFile(_ path: String, with text: String) throws(StoreError) {
  let beside = path + ".part"
  let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
  guard descriptor >= 0 else { throw .io(path: beside, detail: errnoText(errno)) }
  let bytes = Array(text.utf8)
  let isWritten = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == bytes.count && fsync(descriptor) == 0
  let problem = errno
  close(descriptor)
  guard isWritten else {
    unlink(beside)
    throw problem == ENOSPC || problem == EDQUOT
      ? .full(path: path, detail: errnoText(problem)) : .io(path: path, detail: errnoText(problem))
  }
  guard rename(beside, path) == 0 else { throw .io(path: path, detail: errnoText(errno)) }
  try syncToDisk(folderOf(path))
}

private func folderOf(_ path: String) -> String {
  path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
}
