import Glibc
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

/// More than fifty writers ever come to.
private let decisionCount = 20_000

private func decision(_ number: Int) -> LedgerDecision {
  LedgerDecision(
    stage: "offline", verdict: .inconclusive, exitCode: .inconclusive, candidate: LedgerCandidate(digest: Digest(of: "new"), name: "new"),
    source: "run \(number)", policy: Digest(of: "policy"), decision: Digest(of: "decision \(number)"),
    waivers: [Waiver(rule: "latency", by: "Ana", reason: "reason \(number / 3)", expires: "2026-12-31")])
}

/// `kill -9` between and within entries of the promotion ledger: what was acknowledged is there once, and the chain is whole.
@Suite(.serialized) struct LedgerCrashTests {
  @Test func fiftyKillsLoseNoEntryAndRecordNoneTwice() throws {
    let folder = try TemporaryFolder()
    try Store.open(folder: folder.path).close()
    var random = SplitMix(state: 20_261_130)
    var acknowledged: Set<String> = []
    for kill in 0..<50 {
      let (acks, signal) = try runWriter("ledgerToBeKilled", in: folder.path, killAfter: Int(random.next() % (kill % 2 == 0 ? 4 : 20)))
      #expect(signal == SIGKILL, "the writer ended by itself")
      acknowledged.formUnion(acks)
      let store = try Store.open(folder: folder.path)
      let ledger = try store.ledger()
      #expect(ledger.faults() == [], "kill \(kill)")
      let keys = ledger.entries.map(\.key)
      #expect(Set(keys).count == keys.count)
      #expect(acknowledged.isSubset(of: keys), "kill \(kill) lost entries")
      // Every decision stands behind the waiver it used: they came in one transaction.
      let decisions = keys.filter { $0.hasPrefix("decision:") }
      #expect(decisions == (0..<decisions.count).map { "decision:\($0)" })
      #expect(keys.count - decisions.count == (decisions.count + 2) / 3)
      try store.publishHead()
      #expect(try folder.bytes("ledger.head").elementsEqual("\(ledger.head!)\n".utf8))
      try store.close()
    }
    #expect(acknowledged.count > 100)
  }

  /// The writer; only started by the test above. It begins some entries before the end: those must not be recorded again.
  @Test(.enabled(if: childFolder != nil, "the writer that the kill test starts"))
  func ledgerToBeKilled() throws {
    let store = try Store.open(folder: childFolder!)
    let known = try store.ledger().entries.count { $0.event.kind == "decision" }
    for number in max(0, known - 3)..<decisionCount {
      acknowledge(try store.noteDecision(decision(number), key: "decision:\(number)").entry.key)
    }
    try store.close()
  }
}
