import GRDB
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

struct CanaryTests {
  @Test func aCanaryIsWhatItWasStartedAs() throws {
    let store = try Store.inMemory()
    let started = try store.sampleCanary()
    let canary = try store.canary(named: "summer")
    #expect(canary == started && canary.revision == 0 && canary.verdict == .continue && !canary.isFinal)
    #expect(canary.candidateName == "new" && canary.candidateDigest == Digest(of: "new") && canary.productionName == "old")
    #expect(canary.policy == .object([("deadline", .int(72))]) && canary.state == .object([("seen", .int(0))]))
    #expect(canary.startedAt == someTime && canary.token.utf8.count == 12)
  }

  @Test func aNameIsTakenForEver() throws {
    let store = try Store.inMemory()
    try store.sampleCanary()
    #expect(problem { try store.sampleCanary() } == .canaryExists("summer"))
    #expect(StoreError.canaryExists("summer").exitCode == .badInput)
  }

  @Test(arguments: ["latest", "", "a\u{202E}b", " summer"]) func someNamesAreNone(name: String) throws {
    let store = try Store.inMemory()
    guard case .contradiction? = problem({ try store.sampleCanary(name) }) else {
      Issue.record("'\(name)' was taken")
      return
    }
  }

  @Test func aCanaryIsNamedByAUniqueBeginningOrAsTheLatest() throws {
    let store = try Store.inMemory()
    #expect(
      problem { _ = try store.canary(named: "latest") }
        == .noSuchCanary("latest", hint: "the store holds no canary yet; 'portcullis canary start' begins one"))
    for name in ["summer", "summer-2", "winter"] { try store.sampleCanary(name) }
    #expect(try store.canary(named: "latest").name == "winter")
    #expect(try store.canary(named: "w").name == "winter")
    #expect(try store.canary(named: "summer").name == "summer")
    #expect(problem { _ = try store.canary(named: "sum") } == .ambiguousCanary("sum", ["summer-2", "summer"]))
    for absent in ["", "summer-3", "%", "_inter"] {
      #expect(problem { _ = try store.canary(named: absent) } == .noSuchCanary(absent, hint: "the latest are winter, summer-2, summer"))
    }
    #expect(try store.canaries(limit: 2).map(\.name) == ["winter", "summer-2"])
  }

  @Test func whatASteppedCanarySawIsKnownForEver() throws {
    let store = try Store.inMemory()
    var canary = try store.sampleCanary()
    let other = try store.sampleCanary("winter")
    #expect(try store.unseen(keys("a", "b", "a", "c"), of: canary) == [true, true, false, true])
    canary = try store.advance(canary, by: step(["a", "b"], seen: 2))
    #expect(canary.revision == 1 && canary.state == .object([("seen", .int(2))]))
    #expect(try store.unseen(keys("c", "b", "d", "a"), of: canary) == [true, false, true, false])
    #expect(try store.unseen(keys("a", "b"), of: other) == [true, true])
  }

  /// Written apart or together, `é` is two ids; a Set of texts would make them one.
  @Test func idsAreComparedByTheirBytes() throws {
    let store = try Store.inMemory()
    let canary = try store.sampleCanary()
    #expect(try store.unseen(keys("\u{E9}", "e\u{301}"), of: canary) == [true, true])
  }

  @Test func oneOfTwoStepsFromTheSameRevisionIsRefusedWhole() throws {
    let store = try Store.inMemory()
    let canary = try store.sampleCanary()
    let first = try store.advance(canary, by: step(["a"], seen: 1))
    let late = problem { _ = try store.advance(canary, by: step(["b"], seen: 7, looks: [look(1)], messages: [rollbackMessage])) }
    #expect(late == .changedMeanwhile(canary: "summer"))
    #expect(try store.canary(named: "summer") == first)
    #expect(try store.unseen(keys("b"), of: first) == [true])
    #expect(try store.looks(of: first).all().isEmpty && store.messages(of: first).isEmpty)
  }

  @Test func aStepThatBreaksALawLeavesNothing() throws {
    let store = try Store.inMemory()
    let canary = try store.advance(try store.sampleCanary(), by: step(["a"], seen: 1))
    let wrong = [
      step(["b", "a"], seen: 2, looks: [look(1)], messages: [rollbackMessage]),  // counted before
      step(["b", "b"], seen: 2),
      step(["b"], seen: 2, looks: [look(.nan)]),
      step(["b"], seen: 2, looks: [NewLook(hours: 1, verdict: .continue, exitCode: .pass, body: .object([]))]),
      CanaryStep(observations: keys("b"), state: .object([]), verdict: .continue, isFinal: true),
    ]
    for step in wrong {
      guard case .contradiction? = problem({ _ = try store.advance(canary, by: step) }) else {
        Issue.record("\(step) was taken")
        continue
      }
      #expect(try store.canary(named: "summer") == canary)
      #expect(try store.unseen(keys("b"), of: canary) == [true])
      #expect(try store.looks(of: canary).all().isEmpty && store.messages(of: canary).isEmpty)
    }
  }

  @Test func aCanaryThatIsOverNeverChanges() throws {
    let store = try Store.inMemory()
    let canary = try store.advance(
      try store.sampleCanary(), by: CanaryStep(state: .object([]), verdict: .rollback, isFinal: true, looks: [look(4, .rollback)]))
    #expect(canary.isFinal && canary.verdict == .rollback)
    #expect(
      problem { _ = try store.advance(canary, by: step(["z"], seen: 1)) } == .contradiction("a canary that is over cannot change"))
    #expect(try store.unseen(keys("z"), of: canary) == [true])
  }

  @Test func looksAreNumberedThroughTheSteps() throws {
    let store = try Store.inMemory()
    var canary = try store.sampleCanary()
    #expect(try store.latestLook(of: canary) == nil)
    for hour in 0..<5 {
      canary = try store.advance(canary, by: step([], seen: hour, looks: [look(Double(hour)), look(Double(hour) + 0.1)]), at: someTime)
    }
    let looks = try store.looks(of: canary, page: 3).all()
    #expect(looks.map(\.number) == Array(1...10) && looks.map(\.hours).suffix(2) == [4, 4.1])
    let latest = try store.latestLook(of: canary)
    #expect(latest == looks.last && latest?.lookedAt == someTime && latest?.exitCode == .inconclusive)
  }

  /// Doubles come back bit for bit: a state is what it was.
  @Test(arguments: [0.1, 1.0 / 3, 2.2250738585072014e-308, 1.7976931348623157e308]) func numbersOfAStateAreExact(value: Double) throws {
    let store = try Store.inMemory()
    let canary = try store.advance(
      try store.sampleCanary(), by: CanaryStep(state: .object([("x", .double(value))]), verdict: .continue))
    #expect(try store.canary(named: canary.name).state["x"]?.double?.bitPattern == value.bitPattern)
  }

  @Test func oneOfManyWritersAtOnceWins() async throws {
    let folder = try TemporaryFolder()
    let canary = try Store.open(folder: folder.path).sampleCanary()
    let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let store = try Store.open(folder: folder.path)
          let refusal = problem { _ = try store.advance(canary, by: step(["w\(writer)", "shared"], seen: writer)) }
          if let refusal { #expect(refusal == .changedMeanwhile(canary: "summer")) }
          return refusal == nil
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(winners == 1)
    let store = try Store.open(folder: folder.path)
    #expect(try store.reading { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM canary_observation") } == 2)
    #expect(try store.canary(named: "summer").revision == 1)
  }

  @Test func aStoreOfTheThirdFormatGetsCanariesAndKeepsItsRuns() throws {
    let folder = try TemporaryFolder()
    do {
      let old = try Store.open(folder: folder.path, migrations: Array(migrations.prefix(3)), now: someTime)
      _ = try old.sampleRun(cases: sampleCases(1)).end(.interrupted)
      try old.close()
    }
    let store = try Store.open(folder: folder.path)
    #expect(try store.run(named: "latest").id.text == "aaaaaaaaaaaa")
    try store.sampleCanary()
    #expect(try store.canary(named: "latest").name == "summer")
  }

  @Test(arguments: ["canary", "canary_observation", "canary_look", "outbox", "delivery", "delivery_end"])
  func whatHappenedCanNeitherBeUpdatedNorDeleted(table: String) throws {
    let store = try Store.inMemory()
    let canary = try store.advance(try store.sampleCanary(), by: step(["a"], seen: 1, looks: [look(1)], messages: [rollbackMessage]))
    let message = try #require(try store.pendingMessages(of: canary).first)
    try store.endDelivery(of: message, attempt: try #require(try store.beginDelivery(of: message)), .failed(detail: "", retryAt: nil))
    let column = try store.reading { db in
      try String.fetchOne(db, sql: "SELECT name FROM pragma_table_info(?) LIMIT 1", arguments: [table])!
    }
    for sql in ["UPDATE \(table) SET \(column) = \(column)", "DELETE FROM \(table)"] {
      guard case .contradiction? = problem({ try store.writing { db in try db.execute(sql: sql) } }) else {
        Issue.record("'\(sql)' was done")
        continue
      }
    }
    #expect(try store.reading { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") }! > 0)
  }

  @Test(arguments: ["UPDATE canary_state SET revision = revision + 2", "UPDATE canary_state SET body = '{}'", "DELETE FROM canary_state"])
  func aStateMovesByOneRevision(sql: String) throws {
    let store = try Store.inMemory()
    let canary = try store.sampleCanary()
    #expect(problem { try store.writing { db in try db.execute(sql: sql) } } != nil)
    #expect(try store.canary(named: "summer") == canary)
  }
}
