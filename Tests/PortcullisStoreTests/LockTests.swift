import Foundation
import GRDB
import Glibc
import PortcullisCore
import Testing

@testable import PortcullisStore

struct LockTests {
  @Test func aSecondProcessIsToldWhoHoldsTheRun() throws {
    let folder = try TemporaryFolder()
    let first = try Store.open(folder: folder.path)
    let session = try first.sampleRun(cases: sampleCases(1))
    // flock belongs to the open file, so a second handle in this process is refused like another process.
    let second = try Store.open(folder: folder.path)
    let run = try second.run(named: "latest")
    let refusal = problem { _ = try second.resume(run, version: "1") }
    guard case .locked(run.id, let holder)? = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(holder?.pid == Int(getpid()) && holder?.since == someTime)
    #expect(
      refusal?.diagnostic.message == "run aaaaaaaaaaaa is being worked on by process \(getpid()) on \(holder!.host), since \(someTime)")
    #expect(refusal?.exitCode == .cannotWrite)
    try session.end(.interrupted)
    _ = try second.resume(run, version: "1")
  }

  @Test func differentRunsShareTheStore() async throws {
    let folder = try TemporaryFolder()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for id in ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"] {
        group.addTask {
          let store = try Store.open(folder: folder.path)
          let session = try store.sampleRun(id, cases: sampleCases(60), plan: id)
          let recorder = Recorder(session)
          for ordinal in 0..<60 { for arm in [Arm.candidate, .production] { try await recorder.record(whole(ordinal, arm)) } }
          try session.end(.finished)
        }
      }
      try await group.waitForAll()
    }
    let store = try Store.open(folder: folder.path)
    #expect(try store.runs(limit: 10).map(\.state) == [.finished, .finished, .finished])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/locks") == ["open.lock"])
  }

  @Test func aRunInMemoryIsHeldOnceToo() throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    guard case .locked? = problem({ _ = try store.resume(session.run, version: "1") }) else {
      Issue.record("it was opened twice")
      return
    }
  }

  @Test func theBooksOfACrashedSessionAreClosedAtItsLastRecord() async throws {
    let folder = try TemporaryFolder()
    do {
      let store = try Store.open(folder: folder.path)
      let session = try store.sampleRun(cases: sampleCases(2), arms: [.candidate])
      try await Recorder(session).record([started(key(0)), answered(key(0)), started(key(1))])
      // The session is dropped without an end: its lock goes, its row stays.
    }
    let store = try Store.open(folder: folder.path)
    let run = try store.run(named: "latest")
    #expect(try store.holder(of: run) == nil)
    #expect(try store.totals(of: run).elapsed == .milliseconds(250))
    #expect(try store.reading { db in try Int.fetchAll(db, sql: "SELECT clean FROM session") } == [0])
    let again = try store.resume(run, version: "1", now: someTime)
    #expect(again.number == 2)
  }

  @Test func aPlanThatCrashedIsDropped() throws {
    let folder = try TemporaryFolder()
    do {
      let store = try Store.open(folder: folder.path)
      let new = NewRun(
        id: RunID("bbbbbbbbbbbb")!, kind: .gate, planDigest: Digest(of: "p"), plannedCases: 2, arms: [.candidate], manifest: .object([]))
      let session = try store.create(new, version: "1")
      let only = sampleCase("a")
      try session.append([(only, only.digest, 1)])
    }
    let store = try Store.open(folder: folder.path)
    #expect(try store.run(RunID("bbbbbbbbbbbb")!) == nil)
  }

  @Test func aLockWhoseFileWasRemovedProtectsNothingAndIsNotTaken() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/x.lock"
    func isTaken(_ lock: borrowing FileLock?) -> Bool { if lock == nil { false } else { true } }
    let held = try FileLock.take(path, removesFile: true)
    let refused = try FileLock.take(path, removesFile: true)
    #expect(isTaken(held) && !isTaken(refused))
    _ = consume held
    let next = try FileLock.take(path, removesFile: true)
    #expect(isTaken(next) && access(path, F_OK) == 0)
    _ = consume next
    #expect(access(path, F_OK) != 0)
  }
}
