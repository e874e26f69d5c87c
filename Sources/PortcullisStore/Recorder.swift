import Dispatch
import GRDB
import Synchronization

/// Writes what a run records, in the order in which it was handed in, many entries to a transaction.
///
/// The writer commits at once when it is idle; what arrives while it writes goes into the next transaction, at most 500 entries. It
/// works on a thread of its own. After a failed write every later entry fails too: after an error of the disk nothing may be believed.
package final class Recorder: Sendable {
  private struct Waiting {
    let entry: EncodedEntry
    /// nil where nobody waits: then its failure fails the recorder.
    let done: CheckedContinuation<Result<Void, StoreError>, Never>?
  }

  private struct Inbox {
    var waiting: [Waiting] = []
    var isWriting = false
    var failure: StoreError?
  }

  private let store: Store
  private let run: Int64
  private let session: Int
  private let inbox = Mutex(Inbox())
  /// Touched by the writer only.
  private let sharedScores = Mutex(SharedScores())
  private let queue = DispatchQueue(label: "portcullis.store.recorder")
  /// Entries beyond which `enqueue` waits like `record`.
  private let backlog: Int
  private static let transactionLimit = 500

  package init(_ session: RunSession, backlog: Int = 4096) {
    store = session.store
    run = session.run.row
    self.session = session.number
    self.backlog = backlog
  }

  /// Returns when the entry is on the disk.
  package func record(_ entry: RecordEntry) async throws(StoreError) {
    let encoded = try EncodedEntry(entry)
    let result: Result<Void, StoreError> = await withCheckedContinuation { continuation in
      hand(Waiting(entry: encoded, done: continuation))
    }
    try result.get()
  }

  /// Returns at once while the backlog is small; entries handed in later are written after this one, and fail if it fails.
  package func enqueue(_ entry: RecordEntry) async throws(StoreError) {
    let encoded = try EncodedEntry(entry)
    let refusal: Result<Bool, StoreError> = inbox.withLock { box in
      if let failure = box.failure { return .failure(failure) }
      return .success(box.waiting.count < backlog)
    }
    if try refusal.get() {
      hand(Waiting(entry: encoded, done: nil))
    } else {
      let result: Result<Void, StoreError> = await withCheckedContinuation { continuation in
        hand(Waiting(entry: encoded, done: continuation))
      }
      try result.get()
    }
  }

  /// Returns when everything handed in before is on the disk; throws the failure where there was one.
  package func flush() async throws(StoreError) {
    let result: Result<Void, StoreError> = await withCheckedContinuation { continuation in
      // A serial queue: this runs after the pass that takes what is waiting now.
      queue.async {
        self.drain()
        continuation.resume(returning: self.inbox.withLock { $0.failure.map(Result.failure) ?? .success(()) })
      }
    }
    try result.get()
  }

  private func hand(_ waiting: Waiting) {
    let (refusal, starts): (StoreError?, Bool) = inbox.withLock { box in
      if let failure = box.failure { return (failure, false) }
      box.waiting.append(waiting)
      let starts = !box.isWriting
      box.isWriting = true
      return (nil, starts)
    }
    if let refusal { waiting.done?.resume(returning: .failure(refusal)) }
    if starts { queue.async { self.drain() } }
  }

  private func drain() {
    while true {
      let batch: [Waiting] = inbox.withLock { box in
        let batch = box.waiting
        box.waiting = []
        if batch.isEmpty { box.isWriting = false }
        return batch
      }
      if batch.isEmpty { return }
      var start = 0
      while start < batch.count {
        let end = min(start + Self.transactionLimit, batch.count)
        write(batch[start..<end])
        start = end
      }
    }
  }

  private func write(_ batch: ArraySlice<Waiting>) {
    if let failure = inbox.withLock({ $0.failure }) {
      for waiting in batch { waiting.done?.resume(returning: .failure(failure)) }
      return
    }
    do throws(StoreError) {
      try commit(batch)
      for waiting in batch { waiting.done?.resume(returning: .success(())) }
    } catch .contradiction(let detail) {
      // One entry broke a law and took the others of its transaction with it: each alone, so that no paid answer is lost by it.
      if batch.count > 1 {
        for place in batch.indices { write(batch[place...place]) }
      } else if let done = batch.first?.done {
        done.resume(returning: .failure(.contradiction(detail)))
      } else {
        inbox.withLock { $0.failure = .contradiction(detail) }
      }
    } catch {
      inbox.withLock { $0.failure = error }
      for waiting in batch { waiting.done?.resume(returning: .failure(error)) }
    }
  }

  private func commit(_ batch: ArraySlice<Waiting>) throws(StoreError) {
    let known = sharedScores.withLock { $0 }
    let shared = try store.writing { db in
      var writer = try EntryWriter(run: run, session: session, shared: known, db: db)
      for waiting in batch { try writer.write(waiting.entry) }
      return writer.shared
    }
    sharedScores.withLock { $0 = shared }
  }
}
