import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

struct DecisionTests {
  let pass = NewDecision(stage: "offline", verdict: .pass, exitCode: .pass, body: .object([("verdict", .string("pass"))]))

  @Test func decisionsAreKeptInTheirOrder() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1), arms: [.candidate])
    try await Recorder(session).record(whole(0))
    let counts = try store.tally(session.run).all().counts
    #expect(try store.record(pass, of: session.run, seen: counts, at: someTime) == 1)
    let fail = NewDecision(stage: "offline", verdict: .fail, exitCode: .fail, body: .object([]))
    #expect(try store.record(fail, of: session.run, seen: counts, at: someTime) == 2)
    #expect(try store.decisions(of: session.run).map(\.verdict) == [.pass, .fail])
    let latest = try store.latestDecision(of: session.run)
    #expect(latest?.verdict == .fail && latest?.exitCode == .fail && latest?.decidedAt == someTime)
  }

  @Test func aDecisionOnOtherTrialsThanAreStoredIsRefused() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(2))
    let recorder = Recorder(session)
    try await recorder.record(whole(0))
    let early = try store.tally(session.run).all().counts
    try await recorder.record([started(key(1)), answered(key(1)), ended(1, state: .failed)])
    guard case .countsDiffer(_, let seen, let stored)? = problem({ _ = try store.record(pass, of: session.run, seen: early) }) else {
      Issue.record("a stale decision was taken")
      return
    }
    #expect(seen.contains("candidate 1/0/0/0") && stored.contains("candidate 1/1/0/0"))
    #expect(try store.latestDecision(of: session.run) == nil)
  }

  @Test func aDecisionThatSawOnlySomeCasesIsRefused() throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(2))
    var cursor = store.tally(session.run)
    _ = try cursor.next()
    #expect(problem { _ = try store.record(pass, of: session.run, seen: cursor.counts) } != nil)
  }

  @Test func anInterruptedRunHasNoVerdict() throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    let counts = try store.tally(session.run).all().counts
    try session.end(.interrupted)
    #expect(
      problem { _ = try store.record(pass, of: session.run, seen: counts) }
        == .wrongState(run: session.run.id, state: .interrupted, wanted: "ready for a decision"))
  }

  @Test func aRunThatItsBudgetCutMayBeDecided() throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    let counts = try store.tally(session.run).all().counts
    try session.end(.budget)
    let cut = NewDecision(stage: "offline", verdict: .inconclusive, exitCode: .budgetSpent, body: .object([]))
    #expect(try store.record(cut, of: session.run, seen: counts) == 1)
    #expect(try store.unfinishedRun(planDigest: session.run.planDigest)?.stop == .budget)
  }
}
