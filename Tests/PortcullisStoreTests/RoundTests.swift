import GRDB
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

struct RoundTests {
  @Test func theTallySeesWhatEachRoundWasFor() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(3))
    let recorder = Recorder(session)
    for ordinal in 0..<3 { try await recorder.record(whole(ordinal) + whole(ordinal, .production)) }
    #expect(try session.add(NewRound(kind: .confirming, arms: [.candidate, .production], cases: [(1, 4)])) == 1)
    #expect(try session.add(NewRound(kind: .sequential, arms: [.candidate], cases: [(0, 2), (1, 3)])) == 2)
    try await recorder.record(whole(1, .production, repeat: 4, round: 1))
    let (elements, counts) = try store.tally(session.run).all()
    #expect(elements.map(\.ordinal) == [0, 1, 2])
    #expect(elements.map(\.facts.plannedTrials) == [1, 1, 1])
    #expect(
      elements.map(\.facts.further) == [
        [FurtherRound(.sequential, repeats: 1..<3)],
        [FurtherRound(.confirming, repeats: 1..<5), FurtherRound(.sequential, repeats: 5..<8)], [],
      ])
    #expect(try store.caseTrials(of: session.run, page: 1).all() == elements)
    #expect(try store.reading { db in try TrialCounts.stored(session.run.row, in: db) } == counts)
    #expect(
      try store.rounds(of: session.run) == [
        RoundRecord(number: 0, kind: .initial, cases: 3, trials: 3), RoundRecord(number: 1, kind: .confirming, cases: 1, trials: 4),
        RoundRecord(number: 2, kind: .sequential, cases: 2, trials: 5),
      ])
  }

  @Test func aFinishedRunIsLookedAtAgainInOneStep() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(2), trials: 2, arms: [.candidate])
    let recorder = Recorder(session)
    for ordinal in 0..<2 { try await recorder.record(whole(ordinal) + whole(ordinal, repeat: 1)) }
    _ = try session.add(NewRound(kind: .confirming, arms: [.candidate], cases: [(1, 3)]))
    for index in 2..<5 { try await recorder.record(whole(1, repeat: index, round: 1)) }
    try session.end(.finished)
    let finished = try #require(try store.finishedRun(planDigest: session.run.planDigest))
    let look = try store.lookAgain(finished, version: "1")
    #expect(look.run.state == .running && look.run.finishedAt == nil)
    #expect(try store.pending(of: look.run).all().map { $0.trials.map(\.key.repeatIndex) } == [[2, 3], [5, 6]])
    let facts = try store.tally(look.run).all().elements.map(\.facts)
    #expect(facts.map(\.plannedTrials) == [4, 4])
    let again = Recorder(look)
    for (ordinal, first) in [(0, 2), (1, 5)] {
      for index in first..<first + 2 { try await again.record(whole(ordinal, repeat: index, round: 2)) }
    }
    try look.end(.finished)
    #expect(try store.finishedRun(planDigest: session.run.planDigest)?.state == .finished)
  }

  @Test func aFinishedRunChangesByNothingElse() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1), arms: [.candidate])
    try await Recorder(session).record(whole(0))
    try session.end(.finished)
    let reopen = "UPDATE run SET state = 1, stop = NULL, finished_at = NULL"
    #expect(problem { try store.writing { db in try db.execute(sql: reopen) } } != nil)
    #expect(problem { try store.writing { db in try db.execute(sql: "UPDATE run SET note = 'x'") } } != nil)
  }

  /// The first format, as it was published: its text must never change.
  @Test func theFirstFormatIsWhatItWas() { #expect(migrations.count == 5) }

  @Test func aStoreOfTheFirstFormatIsBroughtUpWhole() async throws {
    let folder = try TemporaryFolder()
    do {
      let old = try Store.open(folder: folder.path, migrations: Array(migrations.prefix(1)), now: someTime)
      let session = try old.sampleRun(cases: sampleCases(3))
      let recorder = Recorder(session)
      try await recorder.record(whole(0) + whole(0, .production))
      try await recorder.flush()
      _ = try session.add(NewRound(kind: .confirming, arms: [.candidate], cases: [(0, 2)]))
      try session.end(.interrupted)
      try old.close()
    }
    let store = try Store.open(folder: folder.path)
    let run = try store.run(named: "latest")
    #expect(try store.rounds(of: run).map(\.kind) == [.initial, .confirming])
    #expect(try store.progress(of: run) == (8, 2))
    // Everything goes on, and every law still holds.
    let session = try store.resume(run, version: "2")
    try await Recorder(session).record(whole(0, repeat: 1, round: 1))
    #expect(await problem { try await Recorder(session).record(ended(0, .production, repeat: 1, round: 1)) } != nil)
    #expect(try store.reading { db in try Int.fetchOne(db, sql: "PRAGMA foreign_keys") } == 1)
    #expect(try store.reading { db in try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") } == nil)
    #expect(problem { try store.writing { db in try db.execute(sql: "UPDATE round SET arms = 1 WHERE number = 0") } } != nil)
    try session.end(.interrupted)
    try store.close()
    #expect(try folder.bytes("store.v1.sqlite").count > 0)
  }
}

struct LedgerTests {
  let key = Digest(of: "candidate, cases, policy")

  /// A run of one case, decided; its record.
  private func decide(
    _ store: Store, _ id: String, _ verdict: Verdict, isComplete: Bool = true, key: Digest? = nil, earlier: Int
  ) async throws -> RunRecord {
    let session = try store.sampleRun(id, cases: sampleCases(1), arms: [.candidate])
    try await Recorder(session).record(whole(0))
    try session.end(.finished)
    let run = try store.run(named: id)
    try record(store, run, verdict, isComplete: isComplete, key: key, earlier: earlier)
    return run
  }

  private func record(_ store: Store, _ run: RunRecord, _ verdict: Verdict, isComplete: Bool = true, key: Digest? = nil, earlier: Int)
    throws
  {
    _ = try store.record(
      NewDecision(
        stage: "offline", verdict: verdict, exitCode: ExitCode(verdict), body: .object([]),
        attempt: NewAttempt(key: key ?? self.key, earlier: earlier, isComplete: isComplete)),
      of: run, seen: try store.tally(run).all().counts)
  }

  @Test func whatDidNotPassOnWholeEvidenceIsCountedOnceARun() async throws {
    let store = try Store.inMemory()
    let first = try await decide(store, "aaaaaaaaaaaa", .fail, earlier: 0)
    _ = try await decide(store, "bbbbbbbbbbbb", .inconclusive, isComplete: false, earlier: 1)
    _ = try await decide(store, "cccccccccccc", .inconclusive, key: Digest(of: "another policy"), earlier: 0)
    _ = try await decide(store, "dddddddddddd", .pass, earlier: 1)
    let fifth = try await decide(store, "eeeeeeeeeeee", .inconclusive, earlier: 1)
    try record(store, fifth, .inconclusive, earlier: 1)
    let sixth = try await decide(store, "ffffffffffff", .pass, earlier: 2)
    // Decided again, a run is judged against what was before it only.
    #expect(try store.earlierAttempts(key, than: first) == 0)
    #expect(try store.earlierAttempts(key, than: fifth) == 1)
    #expect(try store.earlierAttempts(key, than: sixth) == 2)
  }

  @Test func aDecisionThatMissedAnotherRunsAttemptIsRefused() async throws {
    let store = try Store.inMemory()
    _ = try await decide(store, "aaaaaaaaaaaa", .fail, earlier: 0)
    let second = try store.sampleRun("bbbbbbbbbbbb", cases: sampleCases(1), arms: [.candidate])
    try await Recorder(second).record(whole(0))
    try second.end(.finished)
    let run = try store.run(named: "bbbbbbbbbbbb")
    #expect(problem { try record(store, run, .pass, earlier: 0) } == .triedMeanwhile(run: run.id))
    #expect(try store.latestDecision(of: run) == nil)
    try record(store, run, .inconclusive, earlier: 1)
  }

  @Test func aRunThatWasFirstDecidedInPartIsComparedWithAllBeforeItWasWhole() async throws {
    let store = try Store.inMemory()
    let early = try await decide(store, "aaaaaaaaaaaa", .inconclusive, isComplete: false, earlier: 0)
    _ = try await decide(store, "bbbbbbbbbbbb", .fail, earlier: 0)
    #expect(try store.earlierAttempts(key, than: early) == 1)
  }

  @Test func theLedgerCannotBeRewritten() async throws {
    let store = try Store.inMemory()
    _ = try await decide(store, "aaaaaaaaaaaa", .fail, earlier: 0)
    for statement in ["DELETE FROM ledger", "UPDATE ledger SET complete = 0"] {
      #expect(problem { try store.writing { db in try db.execute(sql: statement) } } != nil)
    }
  }

  @Test func aLookIsLeftOnlyWhereTheLastOneWasWholeAndUndecided() async throws {
    let store = try Store.inMemory()
    let undecided = try await decide(store, "aaaaaaaaaaaa", .inconclusive, earlier: 0)
    #expect(try store.mayLookAgain(undecided, looks: 2))
    #expect(try !store.mayLookAgain(undecided, looks: 1))
    let failed = try await decide(store, "bbbbbbbbbbbb", .fail, key: Digest(of: "b"), earlier: 0)
    #expect(try !store.mayLookAgain(failed, looks: 2))
    let partial = try await decide(store, "cccccccccccc", .inconclusive, isComplete: false, key: Digest(of: "c"), earlier: 0)
    #expect(try !store.mayLookAgain(partial, looks: 2))
    let look = try store.lookAgain(undecided, version: "1")
    try await Recorder(look).record(whole(0, repeat: 1, round: 1))
    try look.end(.finished)
    let again = try store.run(named: "aaaaaaaaaaaa")
    // Nobody decided the second look yet, and after it none is left of two.
    #expect(try !store.mayLookAgain(again, looks: 3))
    try record(store, again, .inconclusive, earlier: 0)
    #expect(try store.mayLookAgain(again, looks: 3) && !store.mayLookAgain(again, looks: 2))
  }
}
