import GRDB
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

struct ResumeTests {
  @Test func aNewRunHasEverythingToDoInThePlansOrder() throws {
    let store = try Store.inMemory()
    let cases = sampleCases(5)
    let session = try store.sampleRun(cases: cases, trials: 2)
    let pending = try store.pending(of: session.run, page: 2).all()
    #expect(pending.map(\.ordinal) == [0, 1, 2, 3, 4])
    #expect(pending.map(\.testCase) == cases)
    #expect(pending.map(\.digest) == cases.map(\.digest))
    #expect(
      pending[0].trials.map(\.key) == [
        TrialKey(ordinal: 0, arm: .candidate, repeatIndex: 0), TrialKey(ordinal: 0, arm: .production, repeatIndex: 0),
        TrialKey(ordinal: 0, arm: .candidate, repeatIndex: 1), TrialKey(ordinal: 0, arm: .production, repeatIndex: 1),
      ])
  }

  @Test func resumingFindsExactlyWhatIsMissing() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(4))
    let recorder = Recorder(session)
    try await recorder.record(whole(0) + whole(0, .production) + whole(2))
    // Answered, not scored; started, never ended; failed once.
    try await recorder.record([started(key(1)), answered(key(1)), started(key(2, .production)), started(key(3)), failed(key(3))])
    let pending = try store.pending(of: session.run, page: 1).all()
    #expect(pending.map(\.ordinal) == [1, 2, 3])
    #expect(pending.map { $0.trials.map(\.key.arm) } == [[.candidate, .production], [.production], [.candidate, .production]])
    #expect(pending[0].trials[0].attempts.first?.completion?.text == "within 14 days")
    #expect(pending[1].trials[0].attempts.map(\.end) == [nil])
    #expect(pending[2].trials[0].attempts.count == 1)
    #expect(pending[2].trials[1].attempts.isEmpty)
    #expect(try store.progress(of: session.run) == (8, 3))
  }

  @Test(arguments: [1, 2, 3, 100])
  func casesFarApartAreAllFound(page: Int) async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(60), arms: [.candidate])
    let recorder = Recorder(session)
    let missing = [0, 1, 17, 40, 41, 59]
    for ordinal in 0..<60 where !missing.contains(ordinal) { try await recorder.record(whole(ordinal)) }
    #expect(try store.pending(of: session.run, page: page).all().map(\.ordinal) == missing)
  }

  @Test func nothingIsPendingOnceEveryTrialEnded() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(3), arms: [.candidate])
    let recorder = Recorder(session)
    for ordinal in 0..<3 { try await recorder.record(whole(ordinal)) }
    #expect(try store.pending(of: session.run).all().isEmpty)
  }

  /// Runs of one command end together: all of them or none, and a run that is being worked on stays open.
  @Test func runsThatBelongTogetherAreFinishedTogether() async throws {
    let store = try Store.inMemory()
    func run(_ id: String, trials: Int) async throws -> RunSession {
      let session = try store.sampleRun(id, cases: sampleCases(2), arms: [.candidate])
      for ordinal in 0..<trials { try await Recorder(session).record(whole(ordinal)) }
      try session.end(.interrupted, at: someTime)
      return session
    }
    let (first, second) = (try await run("aaaaaaaaaaaa", trials: 2), try await run("bbbbbbbbbbbb", trials: 1))
    let problem = problem { try store.finish([first.run, second.run], at: someTime) }
    #expect(problem == .contradiction("run bbbbbbbbbbbb cannot be finished: 1 of its 2 trials have an end"))
    #expect(try store.run(first.run.id)?.state == .interrupted)
    let again = try store.resume(second.run, version: "1")
    try await Recorder(again).record(whole(1))
    try store.finish([first.run, again.run], at: someTime)
    #expect(try store.run(first.run.id)?.state == .finished && store.run(again.run.id)?.state == .running)
    try again.end(.interrupted, at: someTime)
    try store.finish([first.run, again.run], at: someTime)
    #expect(try store.run(again.run.id)?.state == .finished)
  }

  @Test func aRoundAddsTrialsWhoseRepeatsGoOn() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(3), trials: 2, arms: [.candidate])
    let recorder = Recorder(session)
    for ordinal in 0..<3 { try await recorder.record(whole(ordinal) + whole(ordinal, repeat: 1)) }
    _ = try session.add(NewRound(kind: .confirming, arms: [.candidate, .production], cases: [(1, 2)]), at: someTime)
    let pending = try store.pending(of: session.run).all()
    #expect(pending.map(\.ordinal) == [1])
    #expect(pending[0].trials.map(\.key.repeatIndex) == [2, 2, 3, 3])
    #expect(pending[0].trials.map(\.round) == [1, 1, 1, 1])
    try await recorder.record(whole(1, repeat: 2, round: 1))
    #expect(try store.pending(of: session.run).all()[0].trials.count == 3)
  }

  @Test func aRoundForAnUnknownCaseIsRefusedWhole() throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    let round = NewRound(kind: .confirming, arms: [.candidate], cases: [(0, 1), (7, 1)])
    #expect(problem { _ = try session.add(round, at: someTime) } == .contradiction("run aaaaaaaaaaaa has no case 7"))
    #expect(try store.progress(of: session.run).planned == 2)
  }

  @Test func anAttemptWithoutAnEndIsChargedAtItsReservation() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(3), arms: [.candidate])
    try await Recorder(session).record([
      started(key(0), reserved: 100), answered(key(0), cost: 40), started(key(1), reserved: 70), started(key(2)),
      answered(key(2), cost: nil),
    ])
    let totals = try store.totals(of: session.run)
    #expect(totals.calls == 3 && totals.costMicro == 40 + 70 && totals.tokens == 25 + 700 + 25)
    #expect(totals.openAttempts == 1 && totals.unknownCosts == 1)
  }

  @Test func timeAddsUpOverSessions() throws {
    let store = try Store.inMemory()
    let first = try store.sampleRun(cases: sampleCases(1))
    try first.end(.interrupted, at: WallTime(milliseconds: someTime.milliseconds + 1500))
    let second = try store.resume(first.run, version: "1", now: WallTime(milliseconds: someTime.milliseconds + 90_000))
    try second.end(.budget, at: WallTime(milliseconds: someTime.milliseconds + 90_700))
    #expect(try store.totals(of: first.run).elapsed == .milliseconds(2200))
  }

  @Test func aRunIsFinishedOnlyWhenEveryTrialEnded() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    try await Recorder(session).record(whole(0))
    #expect(problem { try session.end(.finished) } == .contradiction("run aaaaaaaaaaaa cannot be finished: 1 of its 2 trials have an end"))
    try await Recorder(session).record(whole(0, .production))
    try session.end(.finished, at: someTime)
    let run = try store.run(named: "latest")
    #expect(run.state == .finished && run.stop == .finished && run.finishedAt == someTime)
    #expect(
      problem { _ = try store.resume(run, version: "1") } == .wrongState(run: run.id, state: .finished, wanted: "begun and unfinished"))
    #expect(try store.unfinishedRun(planDigest: run.planDigest) == nil)
  }

  @Test func anUnfinishedRunIsFoundByItsPlanAndKeyVersion() throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1), plan: "mine")
    try session.end(.interrupted)
    #expect(try store.unfinishedRun(planDigest: Digest(of: "mine"))?.id == session.run.id)
    #expect(try store.unfinishedRun(planDigest: Digest(of: "mine"), keyVersion: 2) == nil)
    #expect(try store.unfinishedRun(planDigest: Digest(of: "other")) == nil)
    #expect(try store.unfinishedRuns().map(\.id) == [session.run.id])
  }

  @Test func aPlanThatWasNeverSealedLeavesNothing() throws {
    let store = try Store.inMemory()
    let new = NewRun(
      id: RunID("bbbbbbbbbbbb")!, kind: .gate, planDigest: Digest(of: "p"), plannedCases: 2, arms: [.candidate], manifest: .object([]))
    let session = try store.create(new, version: "1")
    let only = sampleCase("a")
    try session.append([(only, only.digest, 1)])
    #expect(try store.unfinishedRun(planDigest: Digest(of: "p")) == nil)
    try session.end(.interrupted)
    #expect(try store.run(RunID("bbbbbbbbbbbb")!) == nil)
  }

  @Test func anAnswerOfAnotherRunIsTakenOverWithoutACopy() async throws {
    let store = try Store.inMemory()
    let shared = sampleCases(1)
    let first = try store.sampleRun(cases: shared, arms: [.candidate])
    try await Recorder(first).record(whole(0))
    try first.end(.finished)
    let second = try store.sampleRun("bbbbbbbbbbbb", cases: shared, arms: [.candidate], plan: "again")
    let third = try store.sampleRun("cccccccccccc", cases: shared, arms: [.candidate], plan: "once more")
    var source = try #require(
      try store.attempts(of: first.run, caseDigest: shared[0].digest, arm: .candidate, repeatIndex: 0).first)
    for session in [second, third] {
      let recorder = Recorder(session)
      try await recorder.record(.attemptReused(key(0), at: someTime, completionKey: source.completionKey, source: source.id))
      try await recorder.record(ended(0))
      let trial = try #require(try store.trials(of: session.run).all().first)
      #expect(trial.completion?.text == "within 14 days")
      #expect(trial.attempts.map { $0.end?.isReused } == [true])
      #expect(try store.totals(of: session.run).calls == 0)
      source = trial.attempts[0]  // the third takes it from the second
    }
    #expect(try store.reading { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM attempt_end WHERE body IS NOT NULL") } == 1)
  }

  @Test func aFailureCannotBeReused() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    let recorder = Recorder(session)
    try await recorder.record([started(key(0)), failed(key(0))])
    let source = try #require(try store.pending(of: session.run).all().first?.trials.first?.attempts.first?.id)
    let refusal = await problem {
      try await recorder.record(.attemptReused(key(0, .production), at: someTime, completionKey: Digest(of: "k"), source: source))
    }
    guard case .contradiction? = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
  }
}
