import GRDB
import PortcullisCore
import Testing

@testable import PortcullisStore

struct SchemaTests {
  @Test func everyTableIsStrict() throws {
    let store = try Store.inMemory()
    let loose = try store.reading { db in
      try String.fetchAll(db, sql: "SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND strict = 0")
    }
    #expect(loose == [])
  }

  @Test(arguments: ["meta", "document", "case_content", "run_case", "round_case", "attempt", "attempt_end", "score", "trial", "decision"])
  func resultsCanNeitherBeUpdatedNorDeleted(table: String) async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1), arms: [.candidate])
    try await Recorder(session).record(whole(0))
    let counts = try store.tally(session.run).all().counts
    _ = try store.record(
      NewDecision(stage: "offline", verdict: .fail, exitCode: .fail, body: .object([])), of: session.run, seen: counts)
    let column = try store.reading { db in
      try String.fetchOne(db, sql: "SELECT name FROM pragma_table_info(?) LIMIT 1", arguments: [table])!
    }
    for sql in ["UPDATE \(table) SET \(column) = \(column)", "DELETE FROM \(table)"] {
      let refusal = problem { try store.writing { db in try db.execute(sql: sql) } }
      guard case .contradiction = refusal else {
        Issue.record("'\(sql)' gave \(String(describing: refusal))")
        continue
      }
    }
    #expect(try store.reading { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") }! > 0)
  }

  @Test func onlyAPassMayExitZero() throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: [])
    let counts = try store.tally(session.run).all().counts
    let lie = NewDecision(stage: "offline", verdict: .inconclusive, exitCode: .pass, body: .object([]))
    #expect(
      problem { _ = try store.record(lie, of: session.run, seen: counts) }
        == .contradiction("CHECK constraint failed: exit_code <> 0 OR verdict = 0"))
    #expect(try store.latestDecision(of: session.run) == nil)
  }

  @Test func aRunHasOneOpenSession() throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1))
    let second = problem {
      try store.writing { db in
        try db.execute(
          sql: "INSERT INTO session (run, number, pid, host, boot, version, started_at) VALUES (?, 2, 1, '', '', '', 0)",
          arguments: [session.run.row])
      }
    }
    #expect(second == .contradiction("UNIQUE constraint failed: session.run"))
  }

  @Test func aSealedPlanGrowsByRoundsOnly() throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(2))
    let more = sampleCase("late")
    #expect(
      problem { try session.append([(more, more.digest, 1)]) } == .contradiction("the plan of a run cannot grow by cases once it is sealed")
    )
    #expect(try session.add(NewRound(kind: .confirming, arms: [.candidate], cases: [(1, 4)]), at: someTime) == 1)
    let planned = try store.progress(of: session.run).planned
    #expect(planned == 4 + 4)
  }

  @Test func theSameCaseCannotBePlannedTwice() throws {
    let store = try Store.inMemory()
    let twin = sampleCase("a")
    #expect(
      problem { _ = try store.sampleRun(cases: [twin, twin]) } == .contradiction("UNIQUE constraint failed: run_case.run, run_case.content")
    )
  }

  @Test func aPlanThatLacksCasesCannotBeSealed() throws {
    let store = try Store.inMemory()
    let new = NewRun(
      id: RunID("aaaaaaaaaaaa")!, kind: .gate, planDigest: Digest(of: "p"), plannedCases: 2, arms: [.candidate], manifest: .object([]))
    let session = try store.create(new, version: "1")
    let only = sampleCase("a")
    try session.append([(only, only.digest, 1)])
    #expect(problem { try session.seal() } == .contradiction("run aaaaaaaaaaaa plans 2 cases, 1 were listed"))
  }
}
