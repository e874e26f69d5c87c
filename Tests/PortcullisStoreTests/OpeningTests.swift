import Foundation
import GRDB
import Glibc
import PortcullisCore
import Testing

@testable import PortcullisStore

struct OpeningTests {
  @Test func aFileIsOpenedAsTheCrashContractDemands() throws {
    let folder = try TemporaryFolder()
    let store = try Store.open(folder: folder.path)
    let settings = try store.database.writeWithoutTransaction { db in
      try ["journal_mode", "synchronous", "foreign_keys", "mmap_size", "application_id", "user_version"].map {
        try String.fetchOne(db, sql: "PRAGMA \($0)")
      }
    }
    // synchronous 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
    #expect(settings == ["wal", "2", "1", "0", String(applicationID), String(migrations.count)])
    let timeout = try store.database.writeWithoutTransaction { db in try Int.fetchOne(db, sql: "PRAGMA busy_timeout") }
    #expect(timeout! >= 10_000)
  }

  @Test func aStoreIsTheSameWhenOpenedAgain() async throws {
    let folder = try TemporaryFolder()
    let key: [UInt8]
    do {
      let store = try Store.open(folder: folder.path + "/deep/er")
      key = try store.key()
      let session = try store.sampleRun(cases: sampleCases(2), arms: [.candidate])
      try await Recorder(session).record(whole(0))
      try session.end(.interrupted)
      try store.close()
    }
    let store = try Store.open(folder: folder.path + "/deep/er")
    #expect(try store.key() == key && key.count == 32)
    #expect(try store.pending(of: try store.run(named: "latest")).all().map(\.ordinal) == [1])
  }

  @Test func everyStoreHasItsOwnKey() throws {
    #expect(try Store.inMemory().key() != Store.inMemory().key())
  }

  @Test(arguments: ["plain text, longer than a header of sixteen bytes", "x"])
  func aFileThatIsNoDatabaseIsLeftAlone(content: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(Data(content.utf8), to: "store.sqlite")
    guard case .notOurs? = problem({ _ = try Store.open(folder: folder.path) }) else {
      Issue.record("it was taken")
      return
    }
    #expect(try folder.bytes("store.sqlite") == Data(content.utf8))
  }

  @Test(arguments: [0, 77])
  func anotherProgramsDatabaseIsLeftAlone(application: Int) throws {
    let folder = try TemporaryFolder()
    let queue = try DatabaseQueue(path: folder.path + "/store.sqlite")
    try queue.write { db in
      try db.execute(sql: "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1); PRAGMA application_id = \(application)")
    }
    try queue.close()
    let before = try folder.bytes("store.sqlite")
    guard case .notOurs? = problem({ _ = try Store.open(folder: folder.path) }) else {
      Issue.record("it was taken")
      return
    }
    #expect(try folder.bytes("store.sqlite") == before)
  }

  @Test func aNewerFormatIsLeftAlone() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/store.sqlite"
    let store = try Store.open(folder: folder.path)
    try store.writing { db in try db.execute(sql: "PRAGMA user_version = 9") }
    try store.close()
    let before = try folder.bytes("store.sqlite")
    #expect(problem { _ = try Store.open(folder: folder.path) } == .newer(path: path, version: 9, known: migrations.count))
    #expect(try folder.bytes("store.sqlite") == before)
  }

  @Test func anEmptyFileBecomesAStore() throws {
    let folder = try TemporaryFolder()
    try folder.write(Data(), to: "store.sqlite")
    let store = try Store.open(folder: folder.path)
    #expect(try store.key().count == 32)
  }

  @Test func anEmptyDatabaseBecomesAStore() throws {
    // What a crash leaves between the first page and the schema.
    let folder = try TemporaryFolder()
    let queue = try DatabaseQueue(path: folder.path + "/store.sqlite")
    try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = WAL") }
    try queue.close()
    let store = try Store.open(folder: folder.path)
    #expect(try store.key().count == 32)
  }

  @Test func anOlderFormatIsCopiedThenMigratedInOneTransaction() throws {
    let folder = try TemporaryFolder()
    let old = try Store.open(folder: folder.path)
    _ = try old.sampleRun(cases: sampleCases(1)).end(.interrupted)
    try old.close()
    let broken = Migration(sql: "CREATE TABLE half (x INTEGER) STRICT; CREATE TABLE meta (x INTEGER) STRICT;")
    #expect(problem { _ = try Store.open(folder: folder.path, migrations: migrations + [broken], now: someTime) } != nil)
    let unchanged = try Store.open(folder: folder.path)
    #expect(try unchanged.reading { db in try db.tableExists("half") } == false)
    try unchanged.close()

    let step = Migration(sql: "CREATE TABLE waiver (x INTEGER) STRICT;")
    let store = try Store.open(folder: folder.path, migrations: migrations + [step], now: someTime)
    #expect(try store.reading { db in try Int.fetchOne(db, sql: "PRAGMA user_version") } == migrations.count + 1)
    #expect(try store.reading { db in try db.tableExists("waiver") })
    #expect(try store.run(named: "latest").id.text == "aaaaaaaaaaaa")
    try store.close()
    #expect(
      problem { _ = try Store.open(folder: folder.path) }
        == .newer(path: folder.path + "/store.sqlite", version: migrations.count + 1, known: migrations.count))
    let copy = try DatabaseQueue(path: folder.path + "/store.v\(migrations.count).sqlite")
    #expect(try copy.read { db in try Int.fetchOne(db, sql: "PRAGMA user_version") } == migrations.count)
    #expect(try copy.read { db in try String.fetchOne(db, sql: "SELECT name FROM run") } == "aaaaaaaaaaaa")
  }

  @Test func damageIsFoundAfterACrashAndNothingIsWritten() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try Store.open(folder: folder.path)
      let session = try store.sampleRun(cases: sampleCases(200))
      try leaveLikeACrash(session)
      try store.close()
    }
    var bytes = try folder.bytes("store.sqlite")
    // Every page from the fourth on, but the first bytes of each, so that the header and the schema stay readable.
    for page in stride(from: 3 * 8192, to: bytes.count - 8192, by: 8192) {
      for offset in page + 200..<page + 6000 { bytes[offset] = 0xA5 }
    }
    try folder.write(bytes, to: "store.sqlite")
    guard case .corrupt(let path, _)? = problem({ _ = try Store.open(folder: folder.path) }) else {
      Issue.record("the damage was not seen")
      return
    }
    #expect(path == folder.path + "/store.sqlite")
    #expect(try folder.bytes("store.sqlite") == bytes)
  }

  @Test func aFileCutInTheMiddleIsRefused() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try Store.open(folder: folder.path)
      try leaveLikeACrash(try store.sampleRun(cases: sampleCases(200)))
      try store.close()
    }
    let bytes = try folder.bytes("store.sqlite")
    try folder.write(bytes.prefix(bytes.count / 2), to: "store.sqlite")
    guard case .corrupt? = problem({ _ = try Store.open(folder: folder.path) }) else {
      Issue.record("it was opened")
      return
    }
  }

  @Test(.enabled(if: mountsAreAllowed, "needs leave to mount"))
  func aReadOnlyFolderIsNamed() throws {
    let folder = try TemporaryFolder()
    try Store.open(folder: folder.path).close()
    #expect(mountReadOnly(folder.path))
    defer { umount2(folder.path, 2) }
    guard case .readOnly(let path, let detail)? = problem({ _ = try Store.open(folder: folder.path) }) else {
      Issue.record("it was opened")
      return
    }
    #expect(path == folder.path && detail.contains("Read-only file system"))
  }

  @Test(.enabled(if: mountsAreAllowed, "needs leave to mount"))
  func aDiskThatIsReallyFullStopsTheRunAndResumesWithSpace() async throws {
    let folder = try TemporaryFolder()
    #expect(mount("none", folder.path, "tmpfs", 0, "size=2m") == 0)
    defer { umount2(folder.path, 2) }
    let store = try Store.open(folder: folder.path)
    let session = try store.sampleRun(cases: sampleCases(600), arms: [.candidate])
    let recorder = Recorder(session)
    let answer = String(repeating: "x", count: 20_000)
    var acknowledged = 0
    let failure = await problem {
      for ordinal in 0..<600 {
        try await recorder.record([started(key(ordinal)), answered(key(ordinal), answer), ended(ordinal)])
        acknowledged += 1
      }
    }
    guard case .full? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(mount("none", folder.path, "tmpfs", 0x20, "size=64m") == 0)  // MS_REMOUNT
    let kept = try store.progress(of: session.run).ended
    #expect(kept == acknowledged && kept > 0)
    let fresh = Recorder(session)
    for pending in try store.pending(of: session.run).all() {
      let number = pending.trials[0].attempts.count + 1
      if pending.trials[0].attempts.last?.completion == nil {
        let attempt = key(pending.ordinal, number: number)
        try await fresh.record([started(attempt), answered(attempt)])
      }
      try await fresh.record(ended(pending.ordinal))
    }
    try session.end(.finished)
    try store.close()
  }

  @Test func aFolderWhoseNameIsAFileIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write(Data("x".utf8), to: "store")
    guard case .cannotOpen(let path, _)? = problem({ _ = try Store.open(folder: folder.path + "/store") }) else {
      Issue.record("it was opened")
      return
    }
    #expect(path == folder.path + "/store")
  }

  @Test func manyProcessesMayOpenANewStoreAtOnce() async throws {
    let folder = try TemporaryFolder()
    let keys = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<4 { group.addTask { try Store.open(folder: folder.path).key() } }
      return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
    }
    #expect(keys.count == 1)
  }

  /// The session's row stays open, its lock is gone: what `kill -9` leaves.
  private func leaveLikeACrash(_ session: RunSession) throws {
    unlink(session.store.folder! + "/locks/\(session.run.id).lock")
  }
}

private func mountReadOnly(_ path: String) -> Bool {
  // MS_BIND, then MS_BIND | MS_REMOUNT | MS_RDONLY: mount(2)
  mount(path, path, nil, 0x1000, nil) == 0 && mount("none", path, nil, 0x1000 | 0x20 | 0x1, nil) == 0
}

private let mountsAreAllowed: Bool = {
  guard let folder = try? TemporaryFolder(), mount("none", folder.path, "tmpfs", 0, "size=1m") == 0 else { return false }
  return umount2(folder.path, 2) == 0
}()

struct FileSystemTests {
  // Lines as in proc(5).
  private let mounts = """
    22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
    40 22 0:35 / /home rw,relatime shared:2 master:3 - nfs4 server:/home rw
    41 40 8:2 / /home/ann/fast rw - xfs /dev/sdb1 rw
    42 22 0:40 / /mnt/my\\040share rw - fuse.sshfs ann@host: rw
    43 22 8:3 / /data rw - ext4 /dev/sdc1 rw
    44 22 0:41 / /data rw - cifs //host/data rw
    """

  @Test(arguments: [
    ("/tmp/x", "ext4"), ("/home/ann/.portcullis", "nfs4"), ("/home/ann/fast/.portcullis", "xfs"), ("/homework", "ext4"),
    ("/mnt/my share/a", "fuse.sshfs"), ("/data", "cifs"),
  ])
  func theInnermostAndLatestMountCounts(path: String, type: String) {
    #expect(fileSystem(of: path, mounts: mounts) == type)
  }

  @Test(arguments: ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse", "fuse.sshfs", "9p", "ceph", "lustre", "vboxsf"])
  func networkFileSystemsAreRefused(type: String) { #expect(isUntrusted(fileSystem: type)) }

  @Test(arguments: ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs", "fuseblk", "fuse.fuse-overlayfs"])
  func localFileSystemsAreNot(type: String) { #expect(!isUntrusted(fileSystem: type)) }

  @Test func aRunNeedsSpace() throws {
    let folder = try TemporaryFolder()
    let free = try #require(freeBytes(at: folder.path))
    guard case .notEnoughSpace(_, _, let needed)? = problem({ try requireSpace(at: folder.path, estimate: free) }) else {
      Issue.record("it was enough")
      return
    }
    #expect(needed == 4 * free)
  }
}
