import Foundation
import GRDB
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

struct RecorderTests {
  @Test func whatWasRecordedCanBeReadBack() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1), arms: [.candidate])
    let attempt = key(0), retry = key(0, number: 2)
    let judge = AttemptKey(trial: attempt.trial, purpose: .judge(check: 3, ask: 1), number: 1)
    let scores = [
      CheckScore(check: "contains", metric: "m", score: .fail(reason: "no '14 days'"), weight: 2),
      CheckScore(check: "judge helpful", score: .graded(0.75, reason: "kind"), isJudged: true, threshold: 0.6),
      CheckScore(check: "cost", score: .unscored(reason: "no price")),
    ]
    try await Recorder(session).record([
      started(attempt), failed(attempt), started(retry), answered(retry, "an \u{1F600} answer"), started(judge), answered(judge, "{}"),
      ended(0, state: .failed, scores: scores, reason: "contains: no '14 days'"),
    ])
    let trial = try #require(try store.trials(of: session.run).all().first)
    #expect(trial.caseID.text == "case-0")
    #expect(trial.scores == scores)
    #expect(trial.reason == "contains: no '14 days'")
    #expect(trial.facts.state == .failed && trial.facts.latency == .milliseconds(250) && trial.facts.tokens.cachedInput == nil)
    #expect(trial.completion?.text == "an \u{1F600} answer")
    #expect(trial.attempts.map(\.key) == [attempt, retry, judge])
    guard case .failure(let cause)? = trial.attempts[0].end?.result else {
      Issue.record("the first attempt failed")
      return
    }
    #expect(cause == CallFailure(.transport, "connection reset", status: 502, mayBeBilled: true, received: "<html>"))
  }

  @Test func noTrialIsScoredTwice() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    let recorder = Recorder(session)
    try await recorder.record([started(key(0)), answered(key(0)), ended(0, state: .failed, reason: "bad")])
    let again = await problem { try await recorder.record(ended(0, state: .passed)) }
    #expect(again == .contradiction("UNIQUE constraint failed: trial.run, trial.ordinal, trial.arm, trial.repeat"))
    #expect(try store.trials(of: session.run).all().map(\.facts.state) == [.failed])
  }

  @Test func aTrialCannotPassWithoutARecordedAnswer() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    let recorder = Recorder(session)
    try await recorder.record([started(key(0)), failed(key(0))])
    #expect(await problem { try await recorder.record(ended(0)) } == .contradiction("a trial cannot pass without a recorded answer"))
  }

  @Test func aTrialThatNoRoundPlansIsRefused() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1), arms: [.candidate])
    let recorder = Recorder(session)
    for (arm, index, round) in [(Arm.candidate, 1, 0), (.production, 0, 0), (.candidate, 0, 1)] {
      let attempt = key(0, arm, repeat: index, number: 1 + round)
      try await recorder.record([started(attempt), answered(attempt)])
      let refusal = await problem { try await recorder.record(ended(0, arm, repeat: index, round: round)) }
      #expect(refusal == .contradiction("no round of the run plans this trial"))
    }
  }

  @Test func nothingIsAskedAgainAfterItsAnswerOrItsEnd() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    let recorder = Recorder(session)
    try await recorder.record([started(key(0)), answered(key(0))])
    let again = await problem { try await recorder.record(started(key(0, number: 2))) }
    #expect(again == .contradiction("the call was answered: it may not be asked again"))
    try await recorder.record(ended(0))
    let late = AttemptKey(trial: key(0).trial, purpose: .judge(check: 0, ask: 0), number: 1)
    #expect(await problem { try await recorder.record(started(late)) } == .contradiction("the trial has ended: no attempt may follow"))
  }

  @Test func anAttemptEndsOnceAndOnlyAfterItsStart() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    let recorder = Recorder(session)
    guard case .contradiction? = await problem({ try await recorder.record(answered(key(0))) }) else {
      Issue.record("an end without a start was taken")
      return
    }
    try await recorder.record([started(key(0)), failed(key(0))])
    #expect(
      await problem { try await recorder.record(answered(key(0))) } == .contradiction("UNIQUE constraint failed: attempt_end.attempt"))
  }

  @Test func aBadEntryDoesNotTakeOthersOfItsTransactionWithIt() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(50), arms: [.candidate])
    let recorder = Recorder(session)
    // All are handed in before the writer's first transaction is over, so they share the next ones.
    let refused = await withTaskGroup(of: StoreError?.self) { group in
      for ordinal in 0..<50 { group.addTask { await problem { try await recorder.record(started(key(ordinal))) } } }
      group.addTask { await problem { try await recorder.record(answered(key(60))) } }
      return await group.reduce(into: [StoreError]()) { if let error = $1 { $0.append(error) } }
    }
    #expect(refused.count == 1)
    #expect(try store.reading { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM attempt") } == 50)
  }

  @Test func trialsWithTheSameScoresShareARow() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(30), arms: [.candidate])
    let recorder = Recorder(session)
    for ordinal in 0..<30 { for entry in whole(ordinal) { try await recorder.enqueue(entry) } }
    try await recorder.flush()
    #expect(try store.reading { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM score") } == 1)
    #expect(try store.trials(of: session.run).all().allSatisfy { $0.scores == [CheckScore(check: "contains", score: .pass)] })
  }

  @Test func scoresOfATransactionThatWasRolledBackAreNotShared() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(40), arms: [.candidate])
    let recorder = Recorder(session)
    for ordinal in 0..<40 { try await recorder.record([started(key(ordinal)), answered(key(ordinal))]) }
    // The first writes of these scores share transactions with entries that roll them back.
    await withTaskGroup(of: Void.self) { group in
      for ordinal in 0..<40 {
        group.addTask { _ = await problem { try await recorder.record(ended(ordinal, repeat: 5)) } }
        group.addTask { try? await recorder.record(ended(ordinal)) }
      }
    }
    #expect(try store.trials(of: session.run).all().filter { $0.scores.count == 1 }.count == 40)
  }

  @Test func manyTasksShareTransactions() async throws {
    let folder = try TemporaryFolder()
    let store = try Store.open(folder: folder.path)
    let session = try store.sampleRun(cases: sampleCases(400))
    let recorder = Recorder(session)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for ordinal in 0..<400 {
        group.addTask { for arm in [Arm.candidate, .production] { try await recorder.record(whole(ordinal, arm)) } }
      }
      try await group.waitForAll()
    }
    #expect(try store.progress(of: session.run) == (800, 800))
    try session.end(.finished)
  }

  @Test func enqueuedEntriesAreWrittenInOrderAndFlushed() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(300), arms: [.candidate])
    let recorder = Recorder(session, backlog: 8)
    for ordinal in 0..<300 { for entry in whole(ordinal) { try await recorder.enqueue(entry) } }
    try await recorder.flush()
    #expect(try store.progress(of: session.run) == (300, 300))
  }

  @Test func anEnqueuedEntryThatFailsStopsTheRecorder() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(2), arms: [.candidate])
    let recorder = Recorder(session)
    try await recorder.enqueue(answered(key(0)))
    guard case .contradiction? = await problem({ try await recorder.flush() }) else {
      Issue.record("the failure was lost")
      return
    }
    #expect(await problem { try await recorder.record(started(key(1))) } != nil)
    #expect(try store.reading { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM attempt") } == 0)
  }

  @Test(arguments: [Double.nan, -0.1, 1.5, .infinity])
  func aGradeOutsideItsRangeIsRefusedNotClamped(grade: Double) async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    let recorder = Recorder(session)
    try await recorder.record([started(key(0)), answered(key(0))])
    let score = CheckScore(check: "judge", score: .graded(grade, reason: ""))
    guard case .contradiction? = await problem({ try await recorder.record(ended(0, scores: [score])) }) else {
      Issue.record("\(grade) was taken")
      return
    }
    #expect(try store.progress(of: session.run).ended == 0)
  }

  @Test func aFullDiskStopsTheRecorderAndKeepsWhatWasAcknowledged() async throws {
    let folder = try TemporaryFolder()
    let store = try Store.open(folder: folder.path)
    let session = try store.sampleRun(cases: sampleCases(500), arms: [.candidate])
    let recorder = Recorder(session)
    // SQLite answers a page beyond this count as it answers a full disk.
    try await store.database.writeWithoutTransaction { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count")!
      try db.execute(sql: "PRAGMA max_page_count = \(pages + 20)")
    }
    var acknowledged = 0
    let answer = String(repeating: "x", count: 2000)
    let failure = await problem {
      for ordinal in 0..<500 {
        try await recorder.record(started(key(ordinal)))
        try await recorder.record(answered(key(ordinal), answer))
        acknowledged += 1
      }
    }
    guard case .full(let path, let detail)? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(path == folder.path + "/store.sqlite" && detail.contains("No space left on device"))
    #expect(failure?.exitCode == .cannotWrite)
    #expect(acknowledged > 0)
    // Even a small entry that would fit again is refused: nothing is retried.
    try await store.database.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA max_page_count = 100000") }
    #expect(await problem { try await recorder.record(started(key(499))) } == failure)
    let kept = try store.reading { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM attempt_end") }
    #expect(kept == acknowledged)
  }
}
