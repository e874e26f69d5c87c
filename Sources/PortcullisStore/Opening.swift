import Foundation
import GRDB
import Glibc
import PortcullisCore

// What happens before the first query: whose file it is, how it is opened, and what a crash left behind.

extension Store {
  /// Whether a folder holds a store; commands that only read must not make one.
  package static func exists(folder: String) -> Bool { access(folder + "/store.sqlite", F_OK) == 0 }

  /// Waits up to ten seconds: others hold it only while they open the store.
  static func openingLock(folder: String, path: String) throws(StoreError) -> FileLock {
    for _ in 0..<200 {
      if let lock = try FileLock.take(folder + "/locks/open.lock", removesFile: false) { return lock }
      usleep(50_000)
    }
    throw .busy(path: path, detail: "another process has been opening it for ten seconds")
  }

  /// The format of the file that is there, 0 for none or an empty one; found without writing to it.
  static func existingVersion(path: String, known: Int) throws(StoreError) -> Int {
    guard let head = try firstBytes(of: path, count: 16), !head.isEmpty else { return 0 }
    guard head.elementsEqual(Array("SQLite format 3\0".utf8)) else { throw .notOurs(path: path, detail: "it is no SQLite file") }
    let found: (application: Int32, version: Int, tables: Int)
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(busySeconds)
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      found = try queue.read { db in
        (
          try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0, try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0,
          try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        )
      }
      try queue.close()
    } catch {
      throw StoreError(error, path: path)
    }
    if found.application == 0, found.version == 0, found.tables == 0 { return 0 }
    guard found.application == applicationID else { throw .notOurs(path: path, detail: "it is another program's SQLite file") }
    guard found.version <= known else { throw .newer(path: path, version: found.version, known: known) }
    guard found.version > 0 else { throw .corrupt(path: path, detail: "it has no format version") }
    return found.version
  }

  /// nil where there is no file.
  private static func firstBytes(of path: String, count: Int) throws(StoreError) -> [UInt8]? {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .cannotOpen(path: path, detail: errnoText(errno))
    }
    defer { Glibc.close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let got = pread(descriptor, &bytes, count, 0)
    guard got >= 0 else { throw .io(path: path, detail: errnoText(errno)) }
    return Array(bytes.prefix(got))
  }

  static func connect(path: String) throws(StoreError) -> DatabasePool {
    do {
      let pool = try DatabasePool(path: path, configuration: configuration())
      // After opening: the pool itself sets NORMAL, under which a power cut may take the last commits.
      try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
      return pool
    } catch {
      throw StoreError(error, path: path)
    }
  }

  static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(busySeconds)
    configuration.maximumReaderCount = 3
    configuration.prepareDatabase { db in
      // 8 KB pages waste less where answers of one or two kilobytes lie in them; the size of an existing file does not change.
      try db.execute(sql: "PRAGMA page_size = 8192; PRAGMA mmap_size = 0; PRAGMA cache_size = -8000; PRAGMA trusted_schema = OFF")
    }
    return configuration
  }

  /// After a crash: checks the file, then ends the sessions that nobody holds any more and drops plans that were never finished.
  func recover() throws(StoreError) {
    let open = try reading { db in
      try Row.fetchAll(db, sql: "SELECT run, name FROM session JOIN run ON run.id = session.run WHERE ended_at IS NULL")
        .map { (run: $0["run"] as Int64, name: $0["name"] as String) }
    }
    var isChecked = false
    for session in open {
      guard let lock = try runLock(session.name) else { continue }  // alive
      if !isChecked {
        try quickCheck()
        isChecked = true
      }
      try writing { db in try closeCrashedSession(of: session.run, in: db) }
      _ = consume lock
    }
  }

  /// Reads the whole file: about a second for a gigabyte.
  func quickCheck() throws(StoreError) {
    let problem = try reading { db in try String.fetchOne(db, sql: "PRAGMA quick_check(1)") }
    guard problem == "ok" else { throw .corrupt(path: path, detail: problem ?? "the check gave no answer") }
  }
}

private let busySeconds: TimeInterval = 20
