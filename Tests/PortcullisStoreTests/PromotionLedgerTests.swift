import Foundation
import GRDB
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

private let candidate = LedgerCandidate(digest: Digest(of: "candidate"), name: "new")
private let waiver = Waiver(rule: "latency", by: "Ana", reason: "the region moves", expires: "2026-12-31")

private func decided(_ stage: String, _ verdict: Verdict = .pass, waivers: [Waiver] = [], source: String = "0123456789ab") -> LedgerDecision
{
  LedgerDecision(
    stage: stage, verdict: verdict, exitCode: ExitCode(verdict), candidate: candidate, source: source, policy: Digest(of: "policy"),
    decision: Digest(of: "decision"), waivers: waivers)
}

extension Store {
  /// A waiver, and six decisions.
  fileprivate func fillLedger() throws {
    try noteDecision(decided("offline", waivers: [waiver]), key: "decision:0", at: someTime)
    for index in 1...5 {
      try noteDecision(decided("shadow", .inconclusive, source: "run \(index)"), key: "decision:\(index)", at: someTime)
    }
  }

  fileprivate func tamper(_ sql: String) throws {
    try writing { db in
      for trigger in try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'promotion%'") {
        try db.execute(sql: "DROP TRIGGER \(trigger)")
      }
      try db.execute(sql: sql)
    }
  }
}

private struct Tampering: CustomTestStringConvertible, Sendable {
  let name: String
  let sql: String
  let fault: LedgerFault.Kind
  let number: Int?
  /// Whether the end was changed, so that nothing can be appended to it.
  let isAtEnd: Bool
  var testDescription: String { name }

  init(_ name: String, _ sql: String, _ fault: LedgerFault.Kind, _ number: Int?, atEnd: Bool = false) {
    self.name = name
    self.sql = sql
    self.fault = fault
    self.number = number
    isAtEnd = atEnd
  }
}

private let tamperings = [
  Tampering("a verdict", "UPDATE promotion SET body = replace(body, '\"inconclusive\"', '\"pass\"') WHERE number = 4", .edited, 4),
  Tampering(
    "a verdict of the last entry", "UPDATE promotion SET body = replace(body, '\"inconclusive\"', '\"pass\"') WHERE number = 7", .edited, 7,
    atEnd: true),
  Tampering("a hash", "UPDATE promotion SET hash = randomblob(32) WHERE number = 4", .edited, 4),
  Tampering("a key", "UPDATE promotion SET key = 'mine' WHERE number = 4", .edited, 4),
  Tampering("a body that is no JSON", "UPDATE promotion SET body = '{' WHERE number = 4", .unreadable, nil),
  Tampering("the last entry cut", "DELETE FROM promotion WHERE number = 7", .cut, 7, atEnd: true),
  Tampering(
    "the last entry cut, the head set back",
    "DELETE FROM promotion WHERE number = 7; UPDATE promotion_head SET entries = 6, hash = (SELECT hash FROM promotion WHERE number = 6)",
    .cut, 7),
  Tampering("the middle cut", "DELETE FROM promotion WHERE number IN (3, 4)", .missing, 3),
  Tampering("the beginning cut", "DELETE FROM promotion WHERE number = 1", .missing, 1),
  Tampering(
    "the middle cut and the rest moved up",
    "DELETE FROM promotion WHERE number = 3; UPDATE promotion SET number = number - 1 WHERE number > 3",
    .edited, 4, atEnd: true),
  Tampering(
    "two swapped",
    "UPDATE promotion SET number = 100 WHERE number = 3; UPDATE promotion SET number = 3 WHERE number = 4; UPDATE promotion SET number = 4 WHERE number = 100",
    .edited, 4),
  Tampering(
    "an entry again", "INSERT INTO promotion SELECT 8, 'again', randomblob(32), body FROM promotion WHERE number = 2", .edited, 2,
    atEnd: true),
  Tampering("all cut", "DELETE FROM promotion", .cut, 1, atEnd: true),
  Tampering("all cut, and the head", "DELETE FROM promotion; DELETE FROM promotion_head", .cut, 1),
  Tampering("the head", "UPDATE promotion_head SET hash = randomblob(32)", .replaced, 7, atEnd: true),
  Tampering("the head counts on", "UPDATE promotion_head SET entries = 9", .cut, 8, atEnd: true),
  Tampering("the head taken away", "DELETE FROM promotion_head", .headless, nil, atEnd: true),
]

struct PromotionLedgerTests {
  @Test func aDecisionEntersOnceHoweverOftenItIsNoted() throws {
    let store = try Store.inMemory()
    let first = try store.noteDecision(decided("offline"), key: "decision:0", at: someTime)
    let again = try store.noteDecision(decided("offline"), key: "decision:0", at: WallTime(milliseconds: someTime.milliseconds + 5))
    #expect(first.isNew && !again.isNew && again.entry == first.entry)
    #expect(try store.ledger().entries == [first.entry])
    // The bytes of the decision may differ, as where git has moved on.
    let moved = LedgerDecision(
      stage: "offline", verdict: .pass, exitCode: .pass, candidate: candidate, source: "0123456789ab", policy: Digest(of: "policy"),
      decision: Digest(of: "another commit"))
    #expect(try store.noteDecision(moved, key: "decision:0").entry == first.entry)
    let other = problem { _ = try store.noteDecision(decided("offline", .fail), key: "decision:0") }
    #expect(other == .contradiction("the ledger has another entry for 'decision:0'"))
  }

  @Test func aWaiverEntersWithTheFirstDecisionThatUsesIt() throws {
    let store = try Store.inMemory()
    try store.noteDecision(decided("offline", waivers: [waiver]), key: "decision:0")
    try store.noteDecision(decided("offline", waivers: [waiver]), key: "decision:1")
    #expect(try store.ledger().entries.map(\.event.kind) == ["waiver", "decision", "decision"])
    #expect(try store.ledger().faults() == [])
  }

  @Test func theGatesDecisionIsInBothOrInNeither() async throws {
    let store = try Store.inMemory()
    let session = try store.sampleRun(cases: sampleCases(1), arms: [.candidate])
    try await Recorder(session).record(whole(0))
    try session.end(.finished)
    let counts = try store.tally(session.run).all().counts
    func decision(_ exit: ExitCode) -> NewDecision {
      NewDecision(stage: "offline", verdict: .fail, exitCode: exit, body: .object([]), entry: decided("offline", .fail))
    }
    // Refused by the schema: neither the decision nor its entry is there.
    #expect(problem { _ = try store.record(decision(.pass), of: session.run, seen: counts) } != nil)
    #expect(try store.ledger().entries.isEmpty)
    for number in 1...2 { #expect(try store.record(decision(.fail), of: session.run, seen: counts) == number) }
    #expect(try store.ledger().entries.map(\.key) == ["decision:offline:aaaaaaaaaaaa:1", "decision:offline:aaaaaaaaaaaa:2"])
  }

  @Test func theLedgerCanNeitherBeUpdatedNorDeletedNorGrowOutOfOrder() throws {
    let store = try Store.inMemory()
    try store.fillLedger()
    for sql in [
      "UPDATE promotion SET body = body", "DELETE FROM promotion WHERE number = 7", "DELETE FROM promotion_head",
      "UPDATE promotion_head SET entries = 6", "UPDATE promotion_head SET entries = 8, hash = randomblob(32)",
      "INSERT INTO promotion VALUES (9, 'x', randomblob(32), '{}')",
    ] {
      guard case .contradiction = problem({ try store.writing { db in try db.execute(sql: sql) } }) else {
        Issue.record("'\(sql)' was not refused")
        continue
      }
    }
    #expect(try store.ledger().faults() == [])
  }

  @Test(arguments: tamperings) fileprivate func whoEditsTheFileByHandIsFound(_ tampering: Tampering) throws {
    let folder = try TemporaryFolder()
    let store = try Store.open(folder: folder.path)
    try store.fillLedger()
    #expect(try store.ledger().faults() == [])
    try store.tamper(tampering.sql)
    try store.close()
    // Also by a process that opens it afresh.
    let again = try Store.open(folder: folder.path)
    let faults = try again.ledger().faults()
    #expect(faults.contains { $0.kind == tampering.fault && $0.number == tampering.number }, "\(faults)")
    // Nothing is appended to an end that was changed, and what is appended elsewhere hides nothing.
    let appended = problem { _ = try again.noteDecision(decided("canary"), key: "later") }
    if case .brokenLedger? = appended { #expect(tampering.isAtEnd) } else { #expect(appended == nil && !tampering.isAtEnd) }
    #expect(try again.ledger().faults().contains { $0.kind == tampering.fault || $0.kind == .replaced })
  }

  @Test func theFileBesideTheStoreMayLagAndMustNotLie() throws {
    let folder = try TemporaryFolder()
    let store = try Store.open(folder: folder.path)
    #expect(try folder.bytes("ledger.head") == Data("\(LedgerHead.empty)\n".utf8))
    try store.noteDecision(decided("offline"), key: "decision:0")
    let early = try folder.bytes("ledger.head")
    try store.noteDecision(decided("shadow"), key: "decision:1")
    let head = try #require(try store.ledger().head)
    #expect(try folder.bytes("ledger.head") == Data("\(head)\n".utf8))
    // A crash came between the entry and the file: no fault, and mended by the next entry.
    try folder.write(early, to: "ledger.head")
    #expect(try store.ledger().faults() == [])
    try store.publishHead()
    #expect(try folder.bytes("ledger.head") == Data("\(head)\n".utf8))
    // Another ledger's file is left as it is, and told.
    for text in ["1 \(Digest(of: "x"))\n", "7 \(Digest(of: "x"))\n", "nothing\n", ""] {
      try folder.write(Data(text.utf8), to: "ledger.head")
      try store.noteDecision(decided("canary"), key: "decision:\(text)")
      #expect(try folder.bytes("ledger.head") == Data(text.utf8))
      #expect(try store.ledger().faults().count == 1, "\(text)")
    }
    try FileManager.default.removeItem(atPath: folder.path + "/ledger.head")
    #expect(try Store.open(folder: folder.path).ledger().faults().map(\.kind) == [.headless])
  }

  @Test func processesThatAppendAtOnceMakeOneChain() async throws {
    let folder = try TemporaryFolder()
    _ = try Store.open(folder: folder.path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let store = try Store.open(folder: folder.path)
          for index in 0..<10 {
            // Half of the keys are everybody's.
            let key = index % 2 == 0 ? "shared:\(index)" : "\(writer):\(index)"
            _ = try await store.background { store throws(StoreError) in try store.noteDecision(decided("offline"), key: key) }
          }
        }
      }
      try await group.waitForAll()
    }
    let ledger = try Store.open(folder: folder.path).ledger()
    #expect(ledger.faults() == [])
    #expect(ledger.entries.count == 5 + 4 * 5)
    #expect(try folder.bytes("ledger.head") == Data("\(ledger.head!)\n".utf8))
  }

  @Test func aStoreOfAnEarlierFormatGetsALedger() throws {
    let folder = try TemporaryFolder()
    try Store.open(folder: folder.path, migrations: Array(migrations.prefix(3)), now: someTime).close()
    let store = try Store.open(folder: folder.path)
    try store.noteDecision(decided("offline"), key: "decision:0")
    #expect(try store.ledger().faults() == [])
  }

  @Test func aCanarysStepAndItsEntriesAreThereTogetherOrNotAtAll() throws {
    let store = try Store.inMemory()
    let canary = try store.sampleCanary()
    var final = step(["a"], seen: 1, looks: [look(1, .rollback)])
    final.notes = [
      .decision(decided("canary", .fail, waivers: [waiver], source: "summer"), key: "decision:canary:summer"),
      .rollback(LedgerRollback(candidate: candidate, by: nil, reason: "error-rate", source: "summer"), key: "rollback:canary:summer"),
    ]
    let next = try store.advance(canary, by: final)
    #expect(try store.ledger().entries.map(\.event.kind) == ["waiver", "decision", "rollback"])
    // Another process was there first.
    var late = step(["b"], seen: 2)
    late.notes = [.decision(decided("canary", source: "winter"), key: "decision:canary:winter")]
    #expect(problem { _ = try store.advance(canary, by: late) } == .changedMeanwhile(canary: "summer"))
    // An observation that counted before.
    var twice = step(["a"], seen: 2)
    twice.notes = late.notes
    #expect(problem { _ = try store.advance(next, by: twice) } != nil)
    #expect(try store.ledger().entries.count == 3 && store.ledger().faults().isEmpty)
  }

  @Test func whatADecisionOnTheLedgerWritesIsWhatItSaw() throws {
    let store = try Store.inMemory()
    try store.fillLedger()
    let rollback = LedgerEvent.rollback(LedgerRollback(candidate: candidate, by: "Ana", reason: "x"))
    let (count, noted) = try store.decideOnLedger { ledger in (ledger.entries.count, [(rollback, "rollback:1")]) }
    #expect(count == 7 && noted.map(\.entry.number) == [8])
    struct Refused: Error {}
    #expect(throws: Refused.self) {
      try store.decideOnLedger { _ -> (answer: Int, events: [(event: LedgerEvent, key: String)]) in throw Refused() }
    }
    #expect(try store.ledger().entries.count == 8)
  }
}
